/** What the simulated world can be told to do. Every field may be changed while it runs. */

export const COOP_VALUES = ['none', 'same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'] as const;
export type Coop = (typeof COOP_VALUES)[number];

export interface Scenario {
  /** `Cross-Origin-Opener-Policy` on every page of the platforms. */
  coop: Coop;
  /** Every page of the platforms takes `slowMs`. */
  slow: boolean;
  slowMs: number;
  /** `503`: LiveRamp's API answers 503, and its OAuth callback sends the browser back with `service_unavailable`. */
  liveramp: 'up' | '503';
  /** `broken`: the platforms' token endpoints answer 500, so LiveRamp cannot exchange the code. */
  platformTokens: 'up' | 'broken';
  /** `omitted`: integration connections come without `oauthStatus`, as in the published schema of v2. */
  oauthStatus: 'reported' | 'omitted';
  /** How long an attempt stays in PROCESSING after the browser has returned to LiveRamp. */
  processingMs: number;
}

export const defaultScenario: Readonly<Scenario> = {
  coop: 'none',
  slow: false,
  slowMs: 2_000,
  liveramp: 'up',
  platformTokens: 'up',
  oauthStatus: 'reported',
  processingMs: 700,
};
