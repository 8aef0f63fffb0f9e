/**
 * The demo: a partner's page and backend on one port of `localhost`, and beside it, on 127.0.0.1 (another site), the
 * simulated LiveRamp and its destination platforms. `npm start` runs it; `PORT` changes the port.
 *
 * Control API, JSON, for pages of the same origin. Accounts are those of the signed-in person's company; the rest of
 * the state is one for the process.
 *
 *     GET   /demo/state                  { version: 'v2' | 'v1.1', accounts: [{ account_id, name, destination_name, platform? }],
 *                                          scenario: { coop: 'none' | 'same-origin' | 'same-origin-allow-popups' |
 *                                          'noopener-allow-popups', slow: boolean, liveramp: 'up' | '503' },
 *                                          platforms: [{ id, name }] }
 *     PATCH /demo/state                  { version?, scenario? } → the state
 *     POST  /demo/accounts               { platform } → 201 { account_id, oauth_status? }: Activate a destination account
 *     POST  /demo/accounts/{id}/revoke   → { revoked: true }; takes the grant back at the platform
 *     POST  /demo/reset                  → the state, everything as at the start
 *     GET   /demo/login?user={user}      signs in as `dana`, `alex` (both Acme) or `robin` (Birch), 303 to the page
 *
 * Errors are `{ status, detail }`. Whoever visits without a session is signed in as the first of these.
 */
import type { RequestListener } from 'node:http';
import { pathToFileURL } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import type { ProxyOptions } from '../src/proxy/index.ts';
import { controlApi } from './control.ts';
import { listenLocally, PortTakenError } from './local-server.ts';
import { servePages } from './pages.ts';
import { Partner } from './partner.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator/index.ts';

export const PROXY_PATH = '/api/destination-oauth';
export const DEFAULT_PORT = 5173;

const CONTROL_PATH = /^\/demo\/(state|accounts|accounts\/[^/]*\/revoke|reset|login)$/;
const MAX_PORT = 65_535;

export interface DemoOptions {
  /** Default 5173; 0 takes a free one. Throws `PortTakenError` if it is taken. */
  port?: number;
  /** Serves these built files instead of the source through Vite. */
  staticDir?: string;
  /** Reloads pages when a source file changes. */
  watch?: boolean;
  simulator?: SimulatorOptions;
  /** Replaces options of the proxy. */
  proxy?: Partial<ProxyOptions>;
}

export interface Demo {
  /** `http://localhost:{port}`, the origin of the page. */
  readonly url: string;
  readonly proxyUrl: string;
  readonly simulator: Simulator;
  readonly partner: Partner;
  close(): Promise<void>;
}

/** Starts the demo and resolves when it answers. Any number of demos can run at the same time on ports of their own. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { port: wanted = DEFAULT_PORT, simulator: simulatorOptions, staticDir, watch = false } = options;
  let serve: RequestListener = (_request, response) => void response.writeHead(503).end();
  const local = await listenLocally(wanted, (request, response) => serve(request, response));
  const origin = `http://localhost:${local.port}`;
  const closers: (() => Promise<void>)[] = [() => local.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const simulator = await startSimulator(simulatorOptions);
    closers.push(() => simulator.close());
    const partner = new Partner(simulator, origin, PROXY_PATH, options.proxy);
    const pages = await servePages({ server: local.server, watch, ...(staticDir === undefined ? {} : { staticDir }) });
    closers.push(() => pages.close());

    const plain = { overrideGlobalObjects: false };
    const proxy = getRequestListener(partner.proxy, plain);
    const control = getRequestListener(controlApi(partner, simulator, origin).fetch, plain);
    serve = (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (path === PROXY_PATH || path.startsWith(`${PROXY_PATH}/`)) return void proxy(request, response);
      if (CONTROL_PATH.test(path)) return void control(request, response);
      if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
        // The proxy admits this origin only, and the platforms must be on another site.
        if (path === '/' && !request.headers.host?.startsWith('localhost')) {
          return void response.writeHead(307, { location: `${origin}/` }).end();
        }
        const signedIn = partner.sessionOf(request.headers.cookie) ? undefined : partner.signIn();
        if (signedIn) response.setHeader('Set-Cookie', signedIn.cookie);
      }
      pages.handle(request, response);
    };
    return { url: origin, proxyUrl: origin + PROXY_PATH, simulator, partner, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function main(): Promise<void> {
  const given = process.env['PORT'] || String(DEFAULT_PORT);
  const port = /^\d{1,5}$/.test(given) ? Number(given) : -1;
  if (port < 0 || port > MAX_PORT) {
    console.error(`PORT must be a number from 0 to ${MAX_PORT}, not ${JSON.stringify(given)}.`);
    process.exit(1);
  }
  // Next to the page's port, where a person looks for them.
  const ports = [1, 2, 3, 4].map((step) => (port === 0 || port + step > MAX_PORT ? 0 : port + step));
  try {
    const demo = await startDemo({ port, watch: true, simulator: { ports, orFree: true } });
    console.log(`destination-oauth demo: ${demo.url}/ (stop with Ctrl+C)`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void demo.close().finally(() => process.exit(0)));
    }
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    console.error(`${error.message} Stop what uses it, or choose another port: PORT=${port + 10} npm start`);
    process.exit(1);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
