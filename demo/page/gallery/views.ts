/** Each view: when customers meet it, and the account that leads an element there. */
import type { View } from '../settings.ts';
import type { Described } from './simulated-account.ts';

type Situation = Pick<Described, 'status' | 'reauthorization' | 'reading' | 'ending'>;

export interface ShownView {
  readonly view: View;
  /** When customers meet it, in a line. */
  readonly when: string;
  readonly situation: Situation;
}

const shown = (view: View, when: string, situation: Situation): ShownView => ({ view, when, situation });

export const SHOWN_VIEWS: readonly ShownView[] = [
  shown('loading', 'The status is being read.', { status: 'unauthorized', reading: 'never' }),
  shown('not-applicable', 'This destination wants no consent.', { status: 'not_applicable' }),
  shown('unauthorized', 'Consent is needed before anything is delivered.', { status: 'unauthorized' }),
  shown('awaiting', 'The platform’s window is open.', { status: 'unauthorized', ending: 'open' }),
  shown('confirming', 'Back from the platform; LiveRamp is asked.', { status: 'unauthorized', ending: 'processing' }),
  shown('authorized', 'All is well.', { status: 'authorized' }),
  shown('reauthorize', 'There was a grant, and it went stale.', { status: 'unauthorized', reauthorization: true }),
  shown('incomplete', 'Came back “ok”, yet whoever signed in lacks permission.', {
    status: 'unauthorized',
    ending: 'incomplete',
  }),
  shown('unconfirmed', 'The window is gone, and nobody can tell why.', { status: 'unauthorized', ending: 'closed' }),
  shown('blocked', 'The browser blocked the window.', { status: 'unauthorized', ending: 'blocked' }),
  shown('failed', 'The platform refused, or is down.', { status: 'unauthorized', ending: 'denied' }),
  shown('error', 'Your proxy, or LiveRamp behind it, is down.', { status: 'unauthorized', reading: 'down' }),
];

/** Names that break layouts which have only met short English ones. */
export const HOSTILE_NAMES: readonly (readonly [about: string, destination: string, account: string])[] = [
  [
    '60 characters',
    'Brightfjord Performance Marketing Cloud for Retail Media Ads',
    'Spring and summer 2027, prospecting',
  ],
  ['German', 'Donaudampfschifffahrtsgesellschaftswerbeplattform', 'Kundenrückgewinnung Österreich-Süd'],
  ['Arabic', 'منصة الإعلانات المتكاملة للتجارة', 'حملة الربيع 2027 – الرياض'],
  ['Emoji', '🌸 花见 Ads 👩🏽‍🚀🏳️‍🌈', '🇯🇵 東京キャンペーン 2027'],
  ['No place to break', 'averyveryverylongsinglewordwithoutanyplacetobreakthelineatall', 'x'.repeat(48)],
  ['Markup', '<b onclick="alert(1)">Ads</b> &amp; {destination}', '</style><script>alert(1)</script>'],
];
