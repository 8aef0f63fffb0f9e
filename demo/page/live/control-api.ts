/** The demo server's control API, as the page uses it. The server describes it in `demo/server.ts`. */

export const VERSIONS = ['v2', 'v1.1'] as const;
export type Version = (typeof VERSIONS)[number];

export const COOP_VALUES = ['none', 'same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'] as const;
export type Coop = (typeof COOP_VALUES)[number];

/** `coop`: the header on the platforms' pages. `slow`: added latency. `liveramp`: whether its API answers. */
export interface Scenario {
  coop: Coop;
  slow: boolean;
  liveramp: 'up' | '503';
}

export interface DemoAccount {
  account_id: string;
  name: string;
  destination_name: string;
  /** Absent where the destination has no OAuth platform in the demo. */
  platform?: string;
}

export interface DemoState {
  version: Version;
  scenario: Scenario;
  accounts: DemoAccount[];
  platforms: { id: string; name: string }[];
}

/** `oauthStatus` is what LiveRamp answered when it created the account (v1.1); absent while it is being set up (v2). */
export interface ActivatedAccount {
  accountId: string;
  oauthStatus?: string;
}

/** The page is not served by the demo server. */
export class NoServerError extends Error {
  override name = 'NoServerError';
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

function readState(value: unknown): DemoState | undefined {
  const version = VERSIONS.find((known) => known === own(value, 'version'));
  const scenario = own(value, 'scenario');
  const coop = COOP_VALUES.find((known) => known === own(scenario, 'coop'));
  if (!version || !coop || !Array.isArray(own(value, 'accounts'))) return undefined;
  return {
    version,
    scenario: {
      coop,
      slow: own(scenario, 'slow') === true,
      liveramp: own(scenario, 'liveramp') === '503' ? '503' : 'up',
    },
    accounts: list(own(value, 'accounts')).map((item) => {
      const account: DemoAccount = {
        account_id: text(own(item, 'account_id')),
        name: text(own(item, 'name')),
        destination_name: text(own(item, 'destination_name')),
      };
      const platform = own(item, 'platform');
      if (typeof platform === 'string') account.platform = platform;
      return account;
    }),
    platforms: list(own(value, 'platforms')).map((item) => ({
      id: text(own(item, 'id')),
      name: text(own(item, 'name')),
    })),
  };
}

/** One call. Throws `NoServerError` where nothing of the control API is there, `Error` with a sentence otherwise. */
async function call(method: string, path: string, body?: object): Promise<unknown> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (body) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(`/demo/${path}`, init);
  } catch {
    throw new Error('The demo server does not answer. Is “npm start” still running?');
  }
  const json = response.headers.get('content-type')?.includes('json')
    ? ((await response.json().catch(() => undefined)) as unknown)
    : undefined;
  if (response.ok) return json;
  const detail = text(own(json, 'detail')) || text(own(json, 'message')) || text(own(json, 'error'));
  throw new Error(detail || `The demo server answered ${response.status} to ${method} /demo/${path}.`);
}

export async function readDemoState(): Promise<DemoState> {
  // The demo server is on this machine or nowhere: a static host need not be asked.
  if (location.hostname !== 'localhost') throw new NoServerError('The demo server is on localhost only.');
  let answer: unknown;
  try {
    answer = await call('GET', 'state');
  } catch (cause) {
    throw new NoServerError('The demo server is not there.', { cause });
  }
  const state = readState(answer);
  if (!state) throw new NoServerError('No control API under /demo/.');
  return state;
}

export const changeDemo = (change: { version?: Version; scenario?: Partial<Scenario> }): Promise<unknown> =>
  call('PATCH', 'state', change);

export async function activateAccount(platform: string): Promise<ActivatedAccount> {
  const answer = await call('POST', 'accounts', { platform });
  const activated: ActivatedAccount = { accountId: text(own(answer, 'account_id')) };
  const oauthStatus = own(answer, 'oauth_status');
  if (typeof oauthStatus === 'string') activated.oauthStatus = oauthStatus;
  if (!activated.accountId) throw new Error('The demo server named no account.');
  return activated;
}

export const revokeAtPlatform = (accountId: string): Promise<unknown> =>
  call('POST', `accounts/${encodeURIComponent(accountId)}/revoke`);

export const resetDemo = (): Promise<unknown> => call('POST', 'reset');
