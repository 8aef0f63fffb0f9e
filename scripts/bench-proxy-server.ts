/**
 * The process under measurement of `npm run bench:proxy`: the proxy as it is built, and beside it a bare pass-through on the
 * same server library, both before the upstream whose origin comes as an argument.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { answerOf } from './bench-proxy-liveramp.ts';
import type * as Proxy from '../src/proxy/index.ts';

const [, , built = '', upstream = ''] = process.argv;
const { createProxy, liverampV2 } = (await import(pathToFileURL(built).href)) as typeof Proxy;

const BASE = 'https://partner.example/api/destination-oauth';
const ORIGIN = 'https://app.example';
const PUBLIC_PATH = new URL(BASE).pathname;

const ATTEMPT = JSON.stringify({ oAuthEndpointID: 'ep', redirectUrl: `${BASE}/callback`, state: 'x'.repeat(43) });

interface Setting {
  readonly fetch?: typeof fetch;
  readonly clock?: () => number;
}

const makeProxy = (setting: Setting = {}) =>
  createProxy({
    publicUrl: BASE,
    upstream: liverampV2({
      credentials: () => ({ accountId: 'service', secretKey: 'key', orgId: '1' }),
      baseUrl: upstream,
      tokenUrl: `${upstream}/token`,
    }),
    authenticate: () => ({ user: 'ann', tenant: 'acme' }),
    canAccess: () => true,
    embedOrigins: [ORIGIN],
    authorizationHosts: ['www.linkedin.com'],
    secret: 'the secret of a benchmark, of no use elsewhere',
    limits: { beginsPerUser: 1e9, beginsPerAccount: 1e9, readsPerUser: 1e9 },
    ...setting,
  });

/**
 * `/pass?calls=n&post=m`: as many calls upstream, one after the other, the first m of them with a body, and the last one's
 * answer. No check, no parsing.
 */
const passThrough = async (request: Request): Promise<Response> => {
  const { searchParams } = new URL(request.url);
  const calls = Number(searchParams.get('calls'));
  const posts = Number(searchParams.get('post'));
  let body = '{}';
  for (let i = 0; i < calls; i++) {
    const headers = { accept: 'application/json', authorization: 'Bearer token', 'lr-org-id': '1' };
    const answer = await (i < posts
      ? fetch(`${upstream}/v2/oauth-connection-attempts`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: ATTEMPT,
        })
      : fetch(`${upstream}/v2/integration-connections/da_1`, { headers }));
    body = await answer.text();
  }
  return new Response(body, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
};

async function listen(handler: (request: Request) => Promise<Response>): Promise<{ server: Server; port: number }> {
  const server = createServer(getRequestListener(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { server, port: address.port };
}

const heapMB = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

/** A flow's fifteen minutes, and the day for which it is then known. */
const REMEMBERED_MS = 24.25 * 60 * 60 * 1000;

let now = Date.now();
let flows = 0;
const aged = makeProxy({
  clock: () => now,
  fetch: (input, init) => {
    const path = (input instanceof Request ? input.url : String(input)).replace(upstream, '');
    const [status, answer] = answerOf(init?.method ?? 'GET', path, typeof init?.body === 'string' ? init.body : '');
    return Promise.resolve(Response.json(answer, { status }));
  },
});
const send = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  aged(new Request(path.startsWith('/') ? BASE + path : path, { headers: { origin: ORIGIN, ...headers } }));

async function takeFlow(): Promise<void> {
  const account = (await (await send('/accounts/da_1')).json()) as { authorize_url: string };
  const id = `bench${String(++flows).padStart(27, '0')}`;
  const begun = await send(`${account.authorize_url}&flow=${id}`);
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
  const cookie = begun.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  await (await send(`/callback?status=ok&state=${state}`, { cookie })).text();
  const report = (await (await send(`/flows/${id}`)).json()) as { state?: string };
  if (report.state !== 'completed') throw new Error(`The flow is ${String(report.state)}.`);
}

/** Takes flows through the handler itself; the clock runs so fast that `alive` of them are remembered at any time. */
async function heapAfter(count: number, alive: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    await takeFlow();
    now += REMEMBERED_MS / alive;
  }
  return heapMB();
}

const [proxy, bare] = await Promise.all([listen(makeProxy()), listen(passThrough)]);

export type Command = { type: 'cpu' } | { type: 'heap'; flows: number; alive: number };
export type Report =
  | { type: 'ready'; proxyPort: number; barePort: number; path: string }
  | { type: 'cpu'; microseconds: number }
  | { type: 'heap'; megabytes: number }
  | { type: 'failed'; message: string };

const tell = (report: Report): void => void process.send?.(report);

process.on('message', (command: Command) => {
  if (command.type === 'cpu') {
    const { user, system } = process.cpuUsage();
    tell({ type: 'cpu', microseconds: user + system });
  } else
    heapAfter(command.flows, command.alive).then(
      (megabytes) => tell({ type: 'heap', megabytes }),
      (error: unknown) => tell({ type: 'failed', message: String(error) }),
    );
});
process.on('disconnect', () => {
  for (const { server } of [proxy, bare]) server.closeAllConnections();
  for (const { server } of [proxy, bare]) server.close();
});
tell({ type: 'ready', proxyPort: proxy.port, barePort: bare.port, path: PUBLIC_PATH });
