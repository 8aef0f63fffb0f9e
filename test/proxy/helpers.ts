import assert from 'node:assert/strict';
import {
  createProxy,
  liverampV2,
  type LiverampV2Options,
  type ProxyEvent,
  type ProxyOptions,
} from '../../src/proxy/index.ts';
import type { Account, FlowReport } from '../../src/contract.ts';

export const BASE = 'https://partner.example/api/destination-oauth';
export const ORIGIN = 'https://app.partner.example';
export const SECRET = 'a secret of at least thirty-two bytes, for tests';
export const MINUTE = 60_000;

export const newFlow = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');

export interface FakeConnection {
  integrationID: [string, string];
  oAuthConnectionID?: string;
  oauthStatus?: string;
  properties?: unknown[];
  deviceTypes?: unknown[];
}
export interface FakeAttempt {
  id: string;
  body: Record<string, unknown>;
  status: string;
  oAuthConnectionID?: string;
}
export interface UpstreamRequest {
  method: string;
  url: string;
  path: string;
  headers: Headers;
  body: string;
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const refusal = (status: number, message: string): Response =>
  json(status, { httpStatus: status, errorCode: 'X', message });

/** A LiveRamp v2 in memory, behind `fetch`. `intercept` answers first: for faults. */
export class FakeLiveramp {
  readonly requests: UpstreamRequest[] = [];
  readonly connections = new Map<string, FakeConnection>();
  readonly attempts = new Map<string, FakeAttempt>();
  readonly integrations = new Map<string, { name: string; oAuthEndpointID?: string }>([
    ['7/71', { name: 'LinkedIn Matched Audiences', oAuthEndpointID: 'ep_linkedin' }],
    ['8/81', { name: 'Plain Files' }],
  ]);
  /** In the list only. */
  destinations: { id: string; name: string; logoUrl: string }[] = [];
  authorizationUrl = 'https://www.linkedin.com/oauth/v2/authorization?client_id=c&state=upstream';
  tokens = 0;
  revokedTokens = new Set<string>();
  intercept: ((request: UpstreamRequest) => Response | undefined | Promise<Response | undefined>) | undefined;

  /** The calls but for the token's, as `METHOD path`. */
  get calls(): string[] {
    return this.requests
      .filter((request) => !request.path.includes('/token'))
      .map(({ method, path }) => `${method} ${path}`);
  }
  get tokenCalls(): number {
    return this.requests.length - this.calls.length;
  }
  forget(): void {
    this.requests.length = 0;
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const request: UpstreamRequest = {
      method: asked.method,
      url: asked.url,
      path: url.pathname.replace(/^\/activation/, '') + url.search,
      headers: asked.headers,
      body: await asked.text(),
    };
    assert.equal(init?.redirect, 'manual');
    this.requests.push(request);
    return (await this.intercept?.(request)) ?? this.#answer(request, url);
  };

  #answer({ method, path, headers, body }: UpstreamRequest, url: URL): Response {
    if (url.pathname.endsWith('/token')) {
      const form = new URLSearchParams(body);
      assert.equal(form.get('grant_type'), 'password');
      assert.equal(form.get('client_id'), 'liveramp-api');
      return json(200, {
        access_token: `token-${++this.tokens}-of-${form.get('username')}`,
        token_type: 'Bearer',
        expires_in: 600,
      });
    }
    const token = headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    if (!token.startsWith('token-') || !headers.get('lr-org-id') || this.revokedTokens.has(token))
      return refusal(403, 'Forbidden');
    const [, resource, id, sub, subId] = url.pathname
      .replace(/^\/activation\/v2/, '')
      .split('/')
      .map(decodeURIComponent);
    if (resource === 'integration-connections' && !id) return this.#list(url);
    if (resource === 'integration-connections' && id) {
      const found = this.connections.get(id);
      if (!found) return refusal(404, 'Not found');
      if (method === 'PUT') {
        Object.assign(found, JSON.parse(body));
        if (found.oauthStatus) found.oauthStatus = 'Authorized';
        return json(200, {});
      }
      return json(200, this.#show(id, found));
    }
    if (resource === 'destinations' && id && sub === 'integrations' && subId) {
      const found = this.integrations.get(`${id}/${subId}`);
      return found
        ? json(200, { id: subId, description: '', type: 'X', deviceTypes: [], requiredProperties: [], ...found })
        : refusal(404, '');
    }
    if (resource === 'destinations' && !id)
      return json(200, {
        'v2/Destinations': this.destinations,
        _pagination: { after: null, total: this.destinations.length },
      });
    if (resource === 'destinations' && id)
      return json(200, { id, name: id === '7' ? 'LinkedIn' : 'Files', logoUrl: 'https://l.example/' });
    if (resource === 'oauth-connection-attempts' && method === 'POST') {
      const given = JSON.parse(body) as Record<string, unknown>;
      const attempt: FakeAttempt = { id: crypto.randomUUID(), body: given, status: 'PENDING' };
      this.attempts.set(attempt.id, attempt);
      return json(201, { id: attempt.id });
    }
    if (resource === 'oauth-connection-attempts' && id) {
      const found = this.attempts.get(id);
      if (!found) return refusal(404, 'Not found');
      const { body: given, ...rest } = found;
      return json(200, { authorizationUrl: this.authorizationUrl, ...given, ...rest });
    }
    throw new Error(`The fake does not know ${method} ${path}`);
  }

  #list(url: URL): Response {
    const limit = Number(url.searchParams.get('limit') ?? 10);
    const start = Number(url.searchParams.get('after') ?? 0);
    const all = [...this.connections];
    const end = start + limit;
    return json(200, {
      'v2/IntegrationConnections': all.slice(start, end).map(([id, connection]) => this.#show(id, connection)),
      _pagination: { after: end < all.length ? String(end) : null, total: all.length },
    });
  }

  #show(id: string, connection: FakeConnection): unknown {
    const at = '2026-01-01T00:00:00Z';
    return { id, properties: [], deviceTypes: ['WEB'], createdAt: at, updatedAt: at, ...connection };
  }

  get lastAttempt(): FakeAttempt {
    const last = [...this.attempts.values()].at(-1);
    assert.ok(last, 'an attempt has been made');
    return last;
  }
}

export interface TestProxy {
  handler: (request: Request) => Promise<Response>;
  liveramp: FakeLiveramp;
  events: ProxyEvent[];
  clock: { now: number };
}

/** A proxy before a fake LiveRamp. The session is the request's `authorization: user@tenant`, as a partner might have it. */
export function startProxy(
  options: Partial<ProxyOptions> = {},
  v2: Partial<LiverampV2Options> = {},
  liveramp = new FakeLiveramp(),
): TestProxy {
  const events: ProxyEvent[] = [];
  const clock = { now: Date.parse('2026-03-01T12:00:00Z') };
  if (!liveramp.connections.size) {
    liveramp.connections.set('da_1', { integrationID: ['7', '71'] });
    liveramp.connections.set('da_stale', {
      integrationID: ['7', '71'],
      oAuthConnectionID: 'oc_old',
      oauthStatus: 'Unauthorized',
    });
    liveramp.connections.set('da_done', {
      integrationID: ['7', '71'],
      oAuthConnectionID: 'oc_done',
      oauthStatus: 'Authorized',
    });
    liveramp.connections.set('da_plain', { integrationID: ['8', '81'] });
    liveramp.connections.set('da_foreign', { integrationID: ['7', '71'] });
  }
  const handler = createProxy({
    publicUrl: BASE,
    upstream: liverampV2({
      credentials: (tenant) => ({
        accountId: `account-${tenant}`,
        secretKey: `SECRETKEY-${tenant}`,
        orgId: `org-${tenant}`,
      }),
      ...v2,
    }),
    authenticate: (request) => {
      const [, user, tenant] = /^(\w+)@(\w+)$/.exec(request.headers.get('x-test-session') ?? '') ?? [];
      return user && tenant ? { user, tenant } : null;
    },
    canAccess: (_, id) => id !== 'da_foreign',
    embedOrigins: [ORIGIN, 'https://other.partner.example'],
    authorizationHosts: ['www.linkedin.com'],
    secret: SECRET,
    fetch: liveramp.fetch,
    clock: () => clock.now,
    timeouts: { callMs: 300, requestMs: 800, backoffMs: 2 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { handler, liveramp, events, clock };
}

/** A browser, as far as the proxy can see one: cookies, a session, an origin. */
export class Browser {
  readonly cookies = new Map<string, string>();
  session: string | undefined = 'ann@acme';
  readonly #handler: TestProxy['handler'];

  constructor(handler: TestProxy['handler'], session?: string) {
    this.#handler = handler;
    if (session !== undefined) this.session = session;
  }

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.session) headers.set('x-test-session', this.session);
    if (this.cookies.size)
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await this.#handler(new Request(url.startsWith('/') ? BASE + url : url, { ...init, headers }));
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0(;|$)/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
  /** As the element asks. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { origin: ORIGIN, ...headers } });
  }
  async account(id: string): Promise<Account> {
    const response = await this.get(`/accounts/${id}`);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json() as Promise<Account>;
  }
  async flow(flow: string): Promise<FlowReport> {
    const response = await this.get(`/flows/${flow}`);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json() as Promise<FlowReport>;
  }
  async authorizeUrl(id: string): Promise<string> {
    const { authorize_url } = await this.account(id);
    assert.ok(authorize_url);
    return authorize_url;
  }
  /** The popup's navigation. */
  async begin(id: string, flow = newFlow(), extra = ''): Promise<{ flow: string; response: Response }> {
    return { flow, response: await this.send(`${await this.authorizeUrl(id)}&flow=${flow}${extra}`) };
  }
  /** LiveRamp's redirect, to where the latest attempt asked for it. */
  async comeBack(liveramp: FakeLiveramp, status = 'ok'): Promise<Response> {
    const { redirectUrl, state } = liveramp.lastAttempt.body;
    return this.send(`${String(redirectUrl)}?status=${status}&state=${String(state)}`);
  }
}

export async function problemCode(response: Response): Promise<string> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const problem = (await response.json()) as { code: string; status: number; request_id: string };
  assert.equal(problem.status, response.status);
  assert.ok(problem.request_id);
  return problem.code;
}
