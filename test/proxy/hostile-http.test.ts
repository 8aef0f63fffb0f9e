/** Hostile input over real HTTP, byte by byte, and hostile answers of LiveRamp. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import fc from 'fast-check';
import { PROBLEM_CODES } from '../../src/contract.ts';
import { BASE, Browser, newFlow, ORIGIN, startProxy } from './helpers.ts';

const rejections: unknown[] = [];
const onRejection = (reason: unknown): unknown => rejections.push(reason);
before(() => process.on('unhandledRejection', onRejection));
after(() => process.off('unhandledRejection', onRejection));

const PATH = new URL(BASE).pathname;
const NO_LIMITS = { readsPerUser: 1e9, beginsPerUser: 1e9, beginsPerAccount: 1e9 };

/** Sends the bytes, and gives what comes back until the server closes. */
function exchange(port: number, head: string, body: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    // A server that refuses may reset the connection while the rest is still on its way.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(text) : reject(error),
    );
    // A body that is shorter than it was said to be ends here.
    socket.end(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  });
}

const deep = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const word = fc.oneof(
  fc.string({ maxLength: 30 }).map(encodeURIComponent),
  fc.constantFrom('da_1', 'ok', '__proto__', '%2e%2e', '%00', '%', '%E0%A4%A', 'a'.repeat(3000), '%F0%9F%98%80', ''),
);
const route = fc.oneof(
  fc.constantFrom('/accounts', '/accounts/da_1', '/accounts/da_1/authorize', '/callback', '/done', '/openapi.json'),
  fc.constantFrom(
    `/flows/${'f'.repeat(32)}`,
    '/accounts//authorize',
    '/accounts/%2e%2e/authorize',
    '//callback',
    '/..',
  ),
);
const query = fc
  .array(fc.tuple(fc.constantFrom('id', 'flow', 'ticket', 'state', 'status', 'return_to', '__proto__'), word), {
    maxLength: 5,
  })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const header = fc.oneof(
  fc.constantFrom(
    `origin: ${ORIGIN}`,
    'origin: null',
    'x-destination-oauth: 1',
    'content-type: application/json',
    'content-type: text/plain',
    'sec-fetch-dest: iframe',
    'purpose: prefetch',
    `cookie: ${'a=b; '.repeat(400)}`,
    `cookie: __Host-destination-oauth-x=${'f'.repeat(32)}.${'b'.repeat(43)}.zzz`,
    `cookie: ${Array.from({ length: 100 }, (_, i) => `__Host-destination-oauth-${i}=${'f'.repeat(32)}.${'b'.repeat(43)}.1`).join('; ')}`,
    'cookie: %E0%A4%A=%; ;;=;__proto__=x',
    `x-filler: ${'x'.repeat(20_000)}`,
    'transfer-encoding: gzip',
    'expect: 100-continue',
  ),
  fc.string({ maxLength: 30 }).map((text) => `x-any: ${text.replace(/[^\x20-\x7e]/g, '')}`),
);
const body = fc.oneof(
  fc.json(),
  fc.constantFrom(deep(1500), '['.repeat(8000), '{"__proto__":{"state":"x"},"status":"ok"}', '{"state":1}', '\ufeff{}'),
  fc.constantFrom(JSON.stringify({ state: 's'.repeat(43), status: ['ok'] }), 'x'.repeat(50_000)),
  fc.uint8Array({ maxLength: 300 }),
);

test('T26: over real HTTP: no request gets a 5xx, and none leaves a rejection', async (t) => {
  const { handler, liveramp } = startProxy({ limits: NO_LIMITS });
  const server = createServer(getRequestListener(handler, { overrideGlobalObjects: false })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'GET', 'POST', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'PURGE'),
      route,
      query,
      fc.array(header, { maxLength: 4 }),
      body,
      fc.constantFrom(0, 0, 0, 5, 100_000),
      async (method, path, search, headers, content, missing) => {
        const bytes = typeof content === 'string' ? Buffer.from(content) : content;
        const head = [
          `${method} ${PATH}${path}?${search} HTTP/1.1`,
          'host: partner.example',
          'connection: close',
          'x-test-session: ann@acme',
          `content-length: ${bytes.length + missing}`,
          ...headers,
        ].join('\r\n');
        const text = await exchange(port, `${head}\r\n\r\n`, bytes);
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
        statuses.add(status);
        // None at all: the connection was cut, as a request that ends too early deserves.
        assert.ok(status < 500, `${head}\n${text}`);
      },
    ),
    { numRuns: 250 },
  );
  for (const status of [200, 400, 405]) assert.ok(statuses.has(status), `${status} was met`);
  assert.ok(!liveramp.calls.some((call) => call.startsWith('PUT')));
  assert.deepEqual(rejections, []);
});

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, true, [], {}, ['7', '71'], [null, null], '__proto__', 'x'.repeat(5000)),
  fc.jsonValue(),
);
const FIELDS = [
  'id',
  'integrationID',
  'oAuthConnectionID',
  'oauthStatus',
  'properties',
  'deviceTypes',
  'name',
  'oAuthEndpointID',
  'authorizationUrl',
  'status',
  'statusDetail',
  'access_token',
  'expires_in',
  'v2/IntegrationConnections',
  '_pagination',
];
const KINDS = ['as it is', 'HTML', 'deep', 'empty', 'redirect', 'cut'] as const;

test('T25: whatever LiveRamp answers, the proxy gives an account or a problem of the contract, and no word of it', async () => {
  const gateway = new Set([502, 503, 504]);
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...FIELDS), odd, { maxKeys: 4 }),
      fc.constantFrom(...KINDS),
      fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500),
      async (fields, kind, status) => {
        const { handler, liveramp } = startProxy({
          limits: NO_LIMITS,
          timeouts: { callMs: 300, requestMs: 800, backoffMs: 1 },
        });
        const browser = new Browser(handler);
        const url = await browser.authorizeUrl('da_1');
        const { flow } = await browser.begin('da_1');
        const state = liveramp.lastAttempt.body['state'];
        const intercept: typeof liveramp.intercept = async ({ method, url: asked, headers, body: sent }) => {
          if (headers.has('x-spoilt')) return undefined;
          if (kind === 'HTML') return new Response('<h1>LEAK</h1>', { status: status === 204 ? 200 : status });
          if (status === 204) return new Response(null, { status });
          if (kind === 'empty') return new Response('', { status });
          if (kind === 'redirect')
            return new Response(null, { status: 302, headers: { location: 'https://leak.example' } });
          if (kind === 'deep') return new Response(deep(20_000), { status });
          if (kind === 'cut') return new Response('{"id": "LEAK', { status });
          // The fake's own answer, with some fields spoilt.
          const spoilt = new Headers({ ...Object.fromEntries(headers), 'x-spoilt': '1' });
          const answer = await liveramp.fetch(asked, {
            method,
            headers: spoilt,
            redirect: 'manual',
            body: sent || null,
          });
          const real = (await answer.json()) as object;
          return Response.json({ ...real, ...fields, message: 'LEAK' }, { status });
        };
        liveramp.intercept = intercept;
        for (const path of ['/accounts/da_1', '/accounts?id=da_1&id=da_stale&id=da_done', `/flows/${flow}`]) {
          const response = await browser.get(path);
          const text = await response.text();
          assert.ok(response.status < 500 || gateway.has(response.status), `${path}: ${response.status} ${text}`);
          assert.ok(!text.includes('LEAK') && !text.includes('leak.example'), text);
          const { code } = JSON.parse(text) as { code?: string };
          assert.ok(response.status === 200 || Object.hasOwn(PROBLEM_CODES, code ?? ''), text);
        }
        const begun = await browser.send(`${url}&flow=${newFlow()}`);
        assert.ok(begun.status < 500 || gateway.has(begun.status), `begin: ${begun.status}`);
        assert.ok(begun.status !== 302 || begun.headers.get('location')?.startsWith('https://www.linkedin.com/'));
        liveramp.intercept = undefined;
        const back = await browser.send(`/callback?status=ok&state=${String(state)}`);
        assert.equal(back.status, 303);
      },
    ),
    { numRuns: 60 },
  );
  assert.deepEqual(rejections, []);
});

test('optional fields of LiveRamp may be null', async () => {
  const { handler, liveramp } = startProxy();
  liveramp.intercept = ({ path }) => {
    if (path.includes('/integrations/')) return Response.json({ id: '71', name: null, oAuthEndpointID: null });
    if (path.includes('/destinations')) return Response.json({ id: '7', name: null });
    if (!path.includes('integration-connections')) return undefined;
    const connection = {
      id: 'da_1',
      integrationID: ['7', '71'],
      oAuthConnectionID: null,
      oauthStatus: null,
      properties: [],
      deviceTypes: [],
    };
    const list = {
      'v2/IntegrationConnections': [connection, { ...connection, id: 'da_done' }, null],
      _pagination: null,
    };
    return Response.json(path.includes('?') ? list : connection);
  };
  const browser = new Browser(handler);
  assert.equal((await browser.account('da_1')).oauth_status, 'not_applicable');
  const response = await browser.get('/accounts?id=da_1&id=da_done');
  const { accounts } = (await response.json()) as { accounts: { oauth_status: string }[] };
  assert.deepEqual(
    accounts.map(({ oauth_status }) => oauth_status),
    ['not_applicable', 'not_applicable'],
  );
});

test('an attempt that is over may have no authorization URL any more', async () => {
  for (const authorizationUrl of [null, '', undefined]) {
    const { handler, liveramp } = startProxy();
    const browser = new Browser(handler);
    const { flow } = await browser.begin('da_1');
    liveramp.intercept = ({ method, path }) =>
      method === 'GET' && path.includes('/oauth-connection-attempts/')
        ? Response.json({ authorizationUrl, status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' })
        : undefined;
    assert.equal((await browser.flow(flow)).state, 'completed');
  }
});
