/**
 * The servers that every row is measured against: a partner's page and proxy on `localhost`, and on 127.0.0.1, another
 * site, the simulated LiveRamp and the platforms. The peers are public clients of the same platform (RFC 7636).
 */
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Configuration } from 'oidc-provider';
import { listenLocally } from '../demo/local-server.ts';
import { Partner } from '../demo/partner.ts';
import { startSimulator, type Platform, type PlatformSetup, type Simulator } from '../demo/simulator/index.ts';
import type { Scripts } from './bundles.ts';
import { PAGES, PROXY_PATH, ROWS, rowId } from './pages.ts';
import { Traffic, now } from './traffic.ts';

/** Accounts without authorization; every flow uses up one. */
const FLOWS = 2_000;
const PUBLIC_CLIENT = 'single-page-app';
const SCOPE = 'openid ads';

/** What the peers want of the platform: themselves as clients, and the paths and shapes that Auth0's library knows only. */
function platformFor(origin: string): PlatformSetup {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    configure: (configuration): Configuration => ({
      ...configuration,
      clients: [
        ...(configuration.clients ?? []),
        {
          client_id: PUBLIC_CLIENT,
          client_name: 'Acme',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: [origin, `${origin}/return/oidc-client-ts`, `${origin}/return/msal-browser`],
          // The one algorithm that Auth0's library takes.
          id_token_signed_response_alg: 'RS256',
        },
      ],
      jwks: {
        keys: [
          ...(configuration.jwks?.keys ?? []),
          { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' },
        ],
      },
      scopes: [...(configuration.scopes ?? []), 'profile', 'email'],
      clientBasedCORS: () => true,
      features: {
        ...configuration.features,
        // How Auth0 answers a popup: a page of the server's own that posts the code.
        webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
      },
    }),
    prepare(provider) {
      // Auth0's issuers end in a slash, which its library insists on.
      Object.defineProperty(provider, 'issuer', { value: `${provider.issuer}/`, writable: true });
      provider.use(async (ctx, next) => {
        if (ctx.path === '/authorize') ctx.path = '/auth';
        else if (ctx.path === '/oauth/token') ctx.path = '/token';
        await next();
        // The page that posts the code has an inline script, which the platform's policy forbids its other pages.
        if (ctx.path.startsWith('/auth/') && ctx.status === 200) ctx.remove('Content-Security-Policy');
      });
    },
  };
}

export class World {
  readonly traffic = new Traffic();
  /** Milliseconds that every call of the proxy to LiveRamp takes longer. */
  latency = 0;
  /** Calls of the proxy to LiveRamp. */
  readonly upstreamCalls: { readonly call: string; readonly at: number }[] = [];
  readonly #scripts: Scripts;
  readonly #closers: (() => Promise<void>)[] = [];
  #held: Promise<void> | undefined;
  #release: (() => void) | undefined;
  #nextFlow = 0;
  #template = '{}';
  declare origin: string;
  declare simulator: Simulator;
  declare partner: Partner;

  private constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  static async start(scripts: Scripts): Promise<World> {
    const world = new World(scripts);
    try {
      let serve = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(503).end();
      const local = await listenLocally(0, (request, response) => serve(request, response));
      world.#closers.push(() => local.close());
      world.origin = `http://localhost:${local.port}`;
      world.simulator = await startSimulator({
        platforms: platformFor(world.origin),
        scenario: { processingMs: 0 },
      });
      world.#closers.push(() => world.simulator.close());
      await world.#seed();
      world.partner = new Partner(world.simulator, world.origin, PROXY_PATH, {
        limits: { beginsPerUser: 10_000, beginsPerAccount: 1_000, readsPerUser: 100_000 },
        fetch: (input, init) => world.#fetchUpstream(input, init),
      });
      const proxy = getRequestListener(world.partner.proxy, { overrideGlobalObjects: false });
      serve = (request, response) => void world.#serve(request, response, proxy);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.release();
    this.traffic.stop();
    for (const closer of this.#closers.splice(0).reverse()) await closer();
  }

  get platform(): Platform {
    const [platform] = this.simulator.platforms;
    if (!platform) throw new Error('The simulator has no platform.');
    return platform;
  }

  /** The host of the partner's page and proxy, as in `Hit.host`. */
  get host(): string {
    return new URL(this.origin).host;
  }

  /** An account that nobody has authorized. */
  nextFlowAccount(): string {
    if (this.#nextFlow === FLOWS) throw new Error(`All ${FLOWS} accounts are used up; ask for fewer runs.`);
    return `flow-${this.#nextFlow++}`;
  }

  /** The page that does one flow with a subject. */
  flowUrl(subject: string, variant?: string): string {
    const setup = {
      issuer: `http://${this.platform.host}`,
      clientId: PUBLIC_CLIENT,
      scope: SCOPE,
      ...(variant === undefined ? {} : { variant }),
    };
    const query = new URLSearchParams({ user: 'robin', setup: JSON.stringify(setup) });
    if (subject === 'element') query.set('account', this.nextFlowAccount());
    return `${this.origin}/flow/${subject}?${query.toString()}`;
  }

  /** A page of rows: the elements, bare Lit elements, or plain HTML. */
  rowsUrl(kind: string, loading: 'eager' | 'lazy' = 'eager'): string {
    return `${this.origin}/rows/${kind}?user=dana&loading=${loading}`;
  }

  url(path: string): string {
    return this.origin + path;
  }

  /** From now on the proxy's answers about accounts wait until `release`. */
  hold(): void {
    this.#held ??= new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release?.();
    this.#held = this.#release = undefined;
  }

  /** What the bare Lit elements and the plain rows stamp. */
  stamp(template: string): void {
    this.#template = template;
  }

  /** Two customers: one with a thousand authorized accounts, one with accounts to authorize. */
  async #seed(): Promise<void> {
    const { model, tenants, destinations } = this.simulator;
    const [acme, birch] = tenants;
    const [destination] = destinations;
    if (!acme || !birch || !destination) throw new Error('The simulator lacks a tenant or a destination.');
    model.clear();
    const properties = destination.integration.requiredProperties.map(({ name }) => ({
      propertyKey: name,
      propertyValue: 'x',
    }));
    const deviceTypes = [...destination.integration.deviceTypes];
    const common = { destination, properties, deviceTypes };
    const tokens = await this.platform.grant('ada');
    const connectionId = model.addConnection(acme.orgId, this.platform, tokens, true).id;
    for (let index = 0; index < ROWS; index += 1)
      model.addAccount({ ...common, id: rowId(index), orgId: acme.orgId, name: `Acme ${index}`, connectionId });
    for (let index = 0; index < FLOWS; index += 1)
      model.addAccount({ ...common, id: `flow-${index}`, orgId: birch.orgId, name: `Birch ${index}` });
  }

  async #fetchUpstream(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    this.upstreamCalls.push({ call: `${method} ${url.pathname}`, at: now() });
    if (this.latency > 0) await delay(this.latency);
    return fetch(input, init);
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    proxy: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    if (url.pathname.startsWith(`${PROXY_PATH}/`)) {
      if (url.pathname.startsWith(`${PROXY_PATH}/accounts`) && !url.pathname.endsWith('/authorize')) await this.#held;
      return void proxy(request, response);
    }
    const send = (type: string, body: string): void => {
      const user = url.searchParams.get('user');
      const cookie = user === null ? undefined : this.partner.signIn(user)?.cookie;
      response.writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
      });
      response.end(body);
    };
    const [, kind = '', name = ''] = url.pathname.split('/');
    const script = this.#scripts.files.get(name.replace(/\.js$/, ''));
    if (kind === 'script' && script !== undefined) return send('text/javascript', script);
    const page = PAGES[kind];
    if (page) return send('text/html', page(name, url.searchParams, this.#template));
    response.writeHead(404).end();
  }
}
