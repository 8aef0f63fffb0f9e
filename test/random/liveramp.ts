/** LiveRamp and its destination platform in memory: the truth that the element must come to, behind `fetch`. */
import { liverampV11, liverampV2, type Upstream } from '../../src/proxy/index.ts';

/** `v2`: with `oauthStatus`, as the changelog says. `v2-derived`: without, as the published schema says. */
export const APIS = ['v1.1', 'v2', 'v2-derived'] as const;
export type Api = (typeof APIS)[number];

export type Start = 'unauthorized' | 'stale' | 'authorized';
export type Consent = 'grant' | 'deny' | 'no-permission';
export type Health = 'up' | '503' | 'html' | 'hang' | '403';

interface Connection {
  id: string;
  oAuthConnectionID?: string;
  /** What the API says, from when on; the last entry whose time has come counts. */
  history: { at: number; authorized: boolean }[];
}

interface Attempt {
  id: string;
  connection: Connection;
  redirectUrl: string;
  state: string;
  /** The connection that is to be renewed. */
  renews: string | undefined;
  status: 'PENDING' | 'PROCESSING' | 'AUTHORIZED' | 'FAILED';
  consent?: Consent;
  granted?: string;
}

export interface Times {
  /** How long an attempt is PROCESSING, in milliseconds. */
  processing: number;
  /** How long the account's status lags behind. */
  lag: number;
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status });
const refusal = (status: number): Response => json({ httpStatus: status, errorCode: 'X', message: 'No' }, status);

export class LiveRamp {
  readonly #api: Api;
  readonly #times: Times;
  /** Milliseconds that only go forward. */
  readonly #now: () => number;
  readonly #after: (ms: number, work: () => void) => void;
  readonly #connections = new Map<string, Connection>();
  readonly #attempts = new Map<string, Attempt>();
  #ids = 0;
  health: Health = 'up';

  constructor(api: Api, times: Times, now: () => number, after: (ms: number, work: () => void) => void) {
    this.#api = api;
    this.#times = times;
    this.#now = now;
    this.#after = after;
  }

  add(id: string, start: Start): void {
    const connection: Connection = { id, history: [{ at: -Infinity, authorized: start === 'authorized' }] };
    const linked = start === 'authorized' || (start === 'stale' && this.#api === 'v2');
    if (linked) connection.oAuthConnectionID = `oc_${id}`;
    this.#connections.set(id, connection);
  }

  upstream(): Upstream {
    const base = 'https://liveramp.test';
    if (this.#api === 'v1.1') return liverampV11({ baseUrl: base, credentials: () => ({ apiKey: 'key' }) });
    return liverampV2({
      baseUrl: base,
      tokenUrl: `${base}/token`,
      credentials: () => ({ accountId: 'service', secretKey: 'secret', orgId: 'org' }),
    });
  }

  /** Whether the API says that the account is authorized. */
  isAuthorized(id: string): boolean {
    return this.wasAuthorized(id, 0);
  }

  /** Whether it has said so at any time in the last `ms`. */
  wasAuthorized(id: string, ms: number): boolean {
    const history = this.#connection(id).history.filter(({ at }) => at <= this.#now());
    return history.some(({ authorized }, i) => authorized && (history[i + 1]?.at ?? Infinity) > this.#now() - ms);
  }

  /** Whether the platform has granted what this attempt asked for. */
  isGranted(authorizationUrl: string): boolean {
    const { status, consent } = this.#attemptOf(authorizationUrl);
    return status === 'AUTHORIZED' && consent === 'grant';
  }

  /** Somebody authorizes the account elsewhere: LiveRamp's own page, say. */
  grant(id: string): void {
    const connection = this.#connection(id);
    connection.oAuthConnectionID = `oc_${++this.#ids}`;
    this.#set(connection, true);
  }

  revoke(id: string): void {
    const connection = this.#connection(id);
    if (this.#api === 'v2-derived') delete connection.oAuthConnectionID;
    connection.history = connection.history.filter(({ at }) => at <= this.#now());
    this.#set(connection, false, 0);
  }

  /** The user decides on the platform's page. Answers with where LiveRamp sends the browser. */
  decide(authorizationUrl: string, consent: Consent): URL {
    const attempt = this.#attemptOf(authorizationUrl);
    const back = new URL(attempt.redirectUrl);
    back.searchParams.set('state', attempt.state);
    back.searchParams.set('status', consent === 'deny' ? 'unprocessable_entity' : 'ok');
    if (attempt.status !== 'PENDING') return back;
    attempt.status = 'PROCESSING';
    attempt.consent = consent;
    this.#after(this.#times.processing, () => this.#finish(attempt, consent));
    return back;
  }

  #finish(attempt: Attempt, consent: Consent): void {
    // Where the status is derived from the connection, a user without permission gets none.
    if (consent === 'deny' || (consent === 'no-permission' && this.#api !== 'v2')) {
      attempt.status = 'FAILED';
      return;
    }
    attempt.status = 'AUTHORIZED';
    const { connection, renews } = attempt;
    // A connection that has been taken off the account meanwhile is renewed, and does not come back.
    const renewed = this.#api === 'v2-derived' ? connection.oAuthConnectionID === renews : true;
    if (consent === 'grant' && (this.#api === 'v1.1' || (renews && renewed))) this.#set(connection, true);
    attempt.granted = renews ?? `oc_${++this.#ids}${consent === 'grant' ? '' : '_without'}`;
  }

  #set(connection: Connection, authorized: boolean, lag = this.#api === 'v2-derived' ? 0 : this.#times.lag): void {
    connection.history.push({ at: this.#now() + lag, authorized });
  }

  #connection(id: string): Connection {
    const connection = this.#connections.get(id);
    if (!connection) throw new Error(`No account ${id}`);
    return connection;
  }

  #attemptOf(authorizationUrl: string): Attempt {
    const attempt = this.#attempts.get(new URL(authorizationUrl).searchParams.get('attempt') ?? '');
    if (!attempt) throw new Error('No such attempt');
    return attempt;
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    switch (this.health) {
      case '503':
        return refusal(503);
      case 'html':
        return new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } });
      case 'hang':
        return new Promise(() => undefined);
      case '403':
        return refusal(403);
      case 'up':
        return this.#answer(init.method ?? 'GET', url, typeof init.body === 'string' ? init.body : '');
    }
  };

  #answer(method: string, url: URL, body: string): Response {
    if (url.pathname === '/token') return json({ access_token: 'token', token_type: 'Bearer', expires_in: 600 });
    const path = url.pathname.split('/').slice(2);
    return this.#api === 'v1.1' ? this.#v11(method, path, body) : this.#v2(method, path, url, body);
  }

  #begin(connection: Connection, redirectUrl: string, state: string, renews?: string): Attempt {
    const id = `attempt-${++this.#ids}`;
    const attempt: Attempt = { id, connection, redirectUrl, state, renews, status: 'PENDING' };
    this.#attempts.set(id, attempt);
    return attempt;
  }

  #v11(method: string, [id = '']: string[], body: string): Response {
    const connection = this.#connections.get(id);
    if (!connection) return refusal(404);
    if (method === 'GET') {
      const oauth_status = this.isAuthorized(id) ? 'oauth_authorized' : 'oauth_unauthorized';
      return json({ account: { id, name: id, oauth_status } });
    }
    const { redirect_url, state } = JSON.parse(body) as { redirect_url: string; state: string };
    return json({ authorization_url: authorizationUrl(this.#begin(connection, redirect_url, state).id) });
  }

  #v2(method: string, [kind, id = '', , integration]: string[], url: URL, body: string): Response {
    if (kind === 'integration-connections' && !id) {
      const all = [...this.#connections.values()].map((each) => this.#show(each));
      return json({ 'v2/IntegrationConnections': all, _pagination: { after: null, total: all.length } });
    }
    if (kind === 'integration-connections') {
      const connection = this.#connections.get(id);
      if (!connection) return refusal(404);
      if (method === 'GET') return json(this.#show(connection));
      const { oAuthConnectionID } = JSON.parse(body) as { oAuthConnectionID: string };
      connection.oAuthConnectionID = oAuthConnectionID;
      if (!oAuthConnectionID.endsWith('_without')) this.#set(connection, true);
      return json({});
    }
    // Every account has an integration of its own, whose endpoint tells whose attempt it is.
    if (kind === 'destinations')
      return json(integration ? { name: 'Ads', oAuthEndpointID: integration } : { name: 'LinkedIn' });
    if (kind !== 'oauth-connection-attempts') throw new Error(`No such resource: ${url.pathname}`);
    if (method === 'POST') {
      const given = JSON.parse(body) as Record<'oAuthEndpointID' | 'redirectUrl' | 'state', string> & {
        oAuthConnectionID?: string;
      };
      const connection = this.#connection(given.oAuthEndpointID);
      return json({ id: this.#begin(connection, given.redirectUrl, given.state, given.oAuthConnectionID).id }, 201);
    }
    const attempt = this.#attempts.get(id);
    if (!attempt) return refusal(404);
    const { status, granted } = attempt;
    return json({
      authorizationUrl: authorizationUrl(id),
      status,
      ...(status === 'AUTHORIZED' && { oAuthConnectionID: granted }),
    });
  }

  #show(connection: Connection): unknown {
    const { id, oAuthConnectionID } = connection;
    return {
      id,
      integrationID: ['7', id],
      properties: [],
      deviceTypes: ['WEB'],
      ...(oAuthConnectionID && { oAuthConnectionID }),
      ...(this.#api === 'v2' && { oauthStatus: this.isAuthorized(id) ? 'Authorized' : 'Unauthorized' }),
    };
  }
}

const authorizationUrl = (attempt: string): string => `https://www.linkedin.com/oauth?attempt=${attempt}`;
