/** Who the simulated platforms are, and who can sign in there. */
export interface PlatformBrand {
  readonly id: string;
  readonly name: string;
  /** Dark enough for white text on it (WCAG contrast 4.5:1). */
  readonly colour: string;
  /** An SVG path in a 28×28 box. */
  readonly mark: string;
}

/** Invented platforms; they stand for no real brand. */
export const brands = [
  {
    id: 'brightfjord',
    name: 'Brightfjord Ads',
    colour: '#0b6e6e',
    mark: 'M2 20 9 8l5 8 4-6 8 10v4H2zM20 3a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  },
  {
    id: 'quillo',
    name: 'Quillo',
    colour: '#6b3fa0',
    mark: 'M14 2a12 12 0 1 0 7 21.7l3 3 2-2-3-3A12 12 0 0 0 14 2zm0 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z',
  },
  {
    id: 'tamarack',
    name: 'Tamarack Social',
    colour: '#9a4a12',
    mark: 'M14 2 6 12h4l-6 8h8v6h4v-6h8l-6-8h4z',
  },
] as const satisfies readonly PlatformBrand[];

export interface PlatformUser {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** What the platform tells of the user's rights on the ad account, in the claim of this name. */
  readonly ad_account_role: 'admin' | 'viewer';
}

export const users: readonly PlatformUser[] = [
  { id: 'ada', name: 'Ada Admin', about: 'May manage the ad account', ad_account_role: 'admin' },
  { id: 'vic', name: 'Vic Viewer', about: 'May look, not manage', ad_account_role: 'viewer' },
];
