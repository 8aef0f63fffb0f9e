/** The rows and columns of the reducer's table: a state of every kind, an action of every kind. */
import type { Account } from '../src/contract.ts';
import { DestinationOAuthError } from '../src/errors.ts';
import { TIMES, type Action } from '../src/flow.ts';
import { A, account, B, flowId, report, START, Walk } from './helpers/walk.ts';

const authorized = account({ oauth_status: 'authorized' });
const down = new DestinationOAuthError('unreachable', 'down');
const misconfigured = new DestinationOAuthError('missing_account_id', 'account-id is missing');
const authorize: Action = { type: 'authorize', flow: A, mode: 'popup', popupOpen: false };

const read = (given: Partial<Account> = {}): Walk =>
  new Walk().go({ type: 'configured' }, { type: 'account', account: account(given) });
const begun = (given: Partial<Account> = {}): Walk => read(given).go(authorize);
const returned = (hint: 'ok' | 'service_unavailable'): Walk =>
  begun().go(5_000, { type: 'returned', flow: A, hint, channel: 'post-message' });
const pending: Action = { type: 'report', report: report(A, 'pending') };

/** How each state is reached. Each is named after its view, and after what is special about it. */
export const STATES: Record<string, () => Walk> = {
  loading: () => new Walk().go({ type: 'configured' }),
  'loading/initial': () => new Walk().go({ type: 'configured' }, { type: 'initial', status: 'not_applicable' }),
  'not-applicable': () => read({ oauth_status: 'not_applicable', authorize_url: null }),
  unauthorized: () => read(),
  'unauthorized/stale': () => read().go(TIMES.stale),
  'unauthorized/cancelled': () => begun().go({ type: 'cancel' }, TIMES.patience),
  reauthorize: () => read({ reauthorization: true }),
  authorized: () => read({ oauth_status: 'authorized' }),
  awaiting: () => begun(),
  'awaiting/closed': () => begun().go(5_000, { type: 'closed', flow: A }),
  'awaiting/untracked': () => begun().go(TIMES.firstPoll, { type: 'tick' }, { type: 'untracked', flow: A }),
  'awaiting/renewal': () => begun({ oauth_status: 'authorized' }),
  'confirming/ok': () => returned('ok'),
  'confirming/hint': () => returned('service_unavailable').go(pending),
  'confirming/resumed': () =>
    new Walk().go(
      { type: 'configured' },
      {
        type: 'resume',
        attempts: [{ flow: A, begunAt: START, mode: 'popup', renewal: false, resumed: true, live: true }],
      },
    ),
  incomplete: () => returned('ok').go(pending, TIMES.confirming, { type: 'tick' }, pending),
  unconfirmed: () => begun().go(5_000, { type: 'closed', flow: A }, pending),
  blocked: () => begun().go({ type: 'blocked', flow: A }, TIMES.patience),
  failed: () => begun().go({ type: 'report', report: report(A, 'failed', { hint: 'unprocessable_entity' }) }),
  'error/first': () => new Walk().go({ type: 'configured' }, { type: 'account-failed', error: down }),
  'error/later': () => read().go({ type: 'refresh' }, { type: 'account-failed', error: down }),
  'error/config': () => new Walk().go({ type: 'configured', problem: misconfigured }),
};

const about = (state: Parameters<typeof report>[1], rest: Parameters<typeof report>[2] = {}): Action[] => [
  { type: 'report', report: report(A, state, rest) },
];

export type Steps = (Action | number)[];

/** What happens in each state, by the type of the action that matters. Flow actions are about the state's attempt. */
export const ACTIONS = {
  configured: {
    configured: [{ type: 'configured' }],
    'configured wrongly': [{ type: 'configured', problem: misconfigured }],
  },
  initial: { 'initial authorized': [{ type: 'initial', status: 'authorized' }] },
  refresh: { refresh: [{ type: 'refresh' }] },
  account: {
    'account unauthorized': [{ type: 'account', account: account() }],
    'account authorized': [{ type: 'account', account: authorized }],
    'account unknown': [{ type: 'account', account: account({ oauth_status: 'unknown' }) }],
  },
  'account-failed': { 'account-failed': [{ type: 'account-failed', error: down }] },
  authorize: {
    authorize: [{ type: 'authorize', flow: B, mode: 'popup', popupOpen: false }],
    'authorize, popup open': [{ type: 'authorize', flow: B, mode: 'popup', popupOpen: true }],
    'authorize here': [{ type: 'authorize', flow: B, mode: 'redirect', popupOpen: false }],
  },
  blocked: { blocked: [{ type: 'blocked', flow: A }] },
  returned: {
    'returned ok': [{ type: 'returned', flow: A, hint: 'ok', channel: 'post-message' }],
    'returned with an error': [{ type: 'returned', flow: A, hint: 'internal_server_error', channel: 'post-message' }],
    'returned, a flow of nobody': [{ type: 'returned', flow: flowId('x'), hint: 'ok', channel: 'post-message' }],
  },
  closed: { closed: [{ type: 'closed', flow: A }] },
  report: {
    'report pending': about('pending'),
    'report processing': about('processing'),
    'report completed': about('completed', { account: authorized }),
    'report completed, unauthorized': about('completed', { account: account() }),
    'report completed, no account': about('completed'),
    'report failed': about('failed', { hint: 'unprocessable_entity', account: account() }),
    'report failed, authorized': about('failed', { account: authorized }),
    'report expired': about('expired'),
  },
  'flow-unknown': {
    'flow-unknown': [{ type: 'flow-unknown', flow: A }],
    'flow-unknown late': [TIMES.begin, { type: 'flow-unknown', flow: A }],
  },
  untracked: { untracked: [{ type: 'untracked', flow: A }] },
  'ask-failed': { 'ask-failed': [{ type: 'ask-failed', flow: A, error: down }] },
  tick: {
    'tick at once': [{ type: 'tick' }],
    'tick after 20 s': [20_000, { type: 'tick' }],
    'tick at the end of life': [TIMES.life, { type: 'tick' }],
  },
  changed: { changed: [{ type: 'changed' }] },
  wake: { wake: [{ type: 'wake' }], 'wake, restored': [{ type: 'wake', restored: true }] },
  cancel: { cancel: [{ type: 'cancel' }] },
  resume: {
    resume: [
      {
        type: 'resume',
        attempts: [{ flow: B, begunAt: START, mode: 'redirect', renewal: false, resumed: true, live: true }],
      },
    ],
  },
  overtaken: { overtaken: [{ type: 'overtaken', flow: A }] },
  suspend: { suspend: [{ type: 'suspend' }] },
} satisfies Record<Action['type'], Record<string, Steps>>;

/** What comes of it: the view (`=` where it stays) and the effects. */
export function cell(state: string, steps: Steps): string {
  const reach = STATES[state];
  if (!reach) throw new Error(`No state ${state}`);
  const walk = reach();
  const before = walk.view;
  walk.go(...steps);
  return `${walk.view === before ? '=' : walk.view} ${walk.did}`.trim();
}
