import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { liverampV2 } from '../../src/proxy/index.ts';
import { Browser, FakeLiveramp, MINUTE, newFlow, problemCode, startProxy, type UpstreamRequest } from './helpers.ts';

const isToken = ({ path }: UpstreamRequest): boolean => path.includes('/token');
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

test('a token is fetched as the service account of the tenant, shared, and kept until shortly before it expires', async () => {
  const { handler, liveramp, clock } = startProxy();
  const browser = new Browser(handler);
  await Promise.all(['da_1', 'da_done', 'da_stale', 'da_plain'].map((id) => browser.account(id)));
  assert.equal(liveramp.tokenCalls, 1, 'one refresh in flight');
  const token = liveramp.requests.find(isToken);
  assert.equal(token?.method, 'POST');
  assert.equal(token.url, 'https://serviceaccounts.liveramp.com/authn/v1/oauth2/token');
  assert.equal(token.headers.get('content-type'), 'application/x-www-form-urlencoded');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(token.body)), {
    grant_type: 'password',
    username: 'account-acme',
    password: 'SECRETKEY-acme',
    scope: 'openid',
    client_id: 'liveramp-api',
    response_type: 'token',
  });
  const call = liveramp.requests.find((request) => !isToken(request));
  assert.ok(call);
  assert.ok(call.url.startsWith('https://api.liveramp.com/activation/v2/'));
  assert.equal(call.headers.get('authorization'), 'Bearer token-1-of-account-acme');
  assert.equal(call.headers.get('lr-org-id'), 'org-acme');

  await new Browser(handler, 'eve@other').account('da_1');
  assert.equal(liveramp.tokenCalls, 2, 'each tenant has its own');
  clock.now += 9 * MINUTE;
  await browser.account('da_1');
  assert.equal(liveramp.tokenCalls, 2);
  clock.now += MINUTE - 1000;
  await browser.account('da_1');
  assert.equal(liveramp.tokenCalls, 3, 'renewed before it has expired');
});

test('1,000 concurrent requests fetch one token, and one more when LiveRamp says that it has expired', async () => {
  const { handler, liveramp } = startProxy({ limits: { readsPerUser: 10_000 }, timeouts: {} });
  for (let i = 0; i < 1000; i++)
    liveramp.connections.set(`c${i}`, { integrationID: ['7', '71'], oauthStatus: 'Authorized' });
  const browser = new Browser(handler);
  const readAll = async (): Promise<void> => {
    const accounts = await Promise.all(Array.from({ length: 1000 }, (_, i) => browser.account(`c${i}`)));
    assert.ok(accounts.every((account) => account.oauth_status === 'authorized'));
  };
  await readAll();
  assert.equal(liveramp.tokenCalls, 1);
  liveramp.revokedTokens.add('token-1-of-account-acme');
  await readAll();
  assert.equal(liveramp.tokenCalls, 2);
});

test('a 403 that a new token explains is answered, also for the POST; it is asked once', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const url = await browser.authorizeUrl('da_1');
  liveramp.revokedTokens.add('token-1-of-account-acme');
  liveramp.forget();
  assert.equal((await browser.send(`${url}&flow=${newFlow()}`)).status, 302);
  assert.equal(liveramp.tokenCalls, 1);
  assert.equal(liveramp.calls.filter((call) => call.startsWith('POST')).length, 2);
  assert.equal(liveramp.attempts.size, 1);
});

test('T25: a 403 loop ends: one refresh, then refused', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  await browser.account('da_1');
  liveramp.intercept = (request) => (isToken(request) ? undefined : json({}, 403));
  liveramp.forget();
  const response = await browser.get('/accounts/da_1');
  assert.equal(response.status, 502);
  assert.equal(await problemCode(response), 'upstream_rejected');
  assert.deepEqual([liveramp.calls.length, liveramp.tokenCalls], [2, 1]);
});

test('a token endpoint that refuses, fails or answers nonsense; the next request tries again', async () => {
  for (const [answer, status, code] of [
    [() => json({}, 401), 502, 'upstream_rejected'],
    [() => json({}, 429), 503, 'upstream_unavailable'],
    [() => json({}, 500), 503, 'upstream_unavailable'],
    [() => json({ access_token: '', expires_in: 600 }), 502, 'upstream_invalid_response'],
    [() => json({ access_token: 'SECRET-TOKEN', expires_in: 'soon' }), 502, 'upstream_invalid_response'],
    [() => new Response('<html>SECRET-TOKEN</html>'), 502, 'upstream_invalid_response'],
  ] as const) {
    const { handler, liveramp } = startProxy();
    const browser = new Browser(handler);
    liveramp.intercept = (request) => (isToken(request) ? answer() : undefined);
    const response = await browser.get('/accounts/da_1');
    assert.equal(response.status, status);
    assert.ok(!(await response.clone().text()).includes('SECRET-TOKEN'));
    assert.equal(await problemCode(response), code);
    assert.equal(liveramp.tokenCalls, 1, 'a POST is sent once');
    liveramp.intercept = undefined;
    assert.equal((await browser.get('/accounts/da_1')).status, 200);
  }
});

test('`credentials` that throws says nothing to the browser or the log', async () => {
  const { handler, events } = startProxy({}, { credentials: () => Promise.reject(new Error('SECRET vault')) });
  const response = await new Browser(handler).get('/accounts/da_1');
  assert.ok(!(await response.clone().text()).includes('SECRET'));
  assert.equal(await problemCode(response), 'internal_error');
  assert.ok(!JSON.stringify(events).includes('SECRET'));
});

test('T25: answers that do not fit are a 502 problem that quotes nothing', async () => {
  const at = '2026-01-01T00:00:00Z';
  const fits = {
    id: 'da_1',
    integrationID: ['7', '71'],
    properties: [],
    deviceTypes: [],
    createdAt: at,
    updatedAt: at,
  };
  const bodies: unknown[] = [
    '<!doctype html><title>SECRET</title>',
    '',
    'null',
    '[]',
    '"SECRET"',
    '{"integrationID":["7","71"]',
    { ...fits, integrationID: ['7'] },
    { ...fits, integrationID: '7,71' },
    { ...fits, integrationID: [7, 71] },
    { ...fits, properties: undefined },
    { ...fits, deviceTypes: 'SECRET' },
    { ...fits, oauthStatus: { toString: 'SECRET' } },
    { ...fits, oAuthConnectionID: 5 },
    '{"__proto__":{"integrationID":["7","71"],"properties":[],"deviceTypes":[]}}',
    '['.repeat(100_000),
  ];
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  await browser.account('da_1');
  for (const body of bodies) {
    liveramp.intercept = () => new Response(typeof body === 'string' ? body : JSON.stringify(body));
    liveramp.forget();
    const response = await browser.get('/accounts/da_1');
    assert.equal(response.status, 502);
    assert.ok(!(await response.clone().text()).includes('SECRET'));
    assert.equal(await problemCode(response), 'upstream_invalid_response');
    assert.equal(liveramp.calls.length, 1);
  }
});

test('T25: an unknown status word is never authorized', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  for (const word of ['authorized', 'AUTHORIZED', 'Authorized ', 'Yes', 'constructor', '__proto__', 'toString']) {
    liveramp.connections.set('da_1', { integrationID: ['7', '71'], oAuthConnectionID: 'oc', oauthStatus: word });
    const account = await browser.account('da_1');
    assert.deepEqual([account.oauth_status, account.upstream_status], ['unknown', word]);
  }
});

test('T15, T25: redirects of the upstream are not followed', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  await browser.account('da_1');
  liveramp.forget();
  liveramp.intercept = () => new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } });
  assert.equal(await problemCode(await browser.get('/accounts/da_1')), 'upstream_invalid_response');
  assert.equal(liveramp.requests.length, 1);
});

test('a GET is tried three times at most, on the statuses that may pass', async () => {
  for (const [status, tries, shown] of [
    [500, 3, 503],
    [502, 3, 503],
    [503, 3, 503],
    [504, 3, 503],
    [501, 1, 503],
    [429, 1, 503],
    [400, 1, 502],
    [422, 1, 502],
  ] as const) {
    const { handler, liveramp } = startProxy();
    const browser = new Browser(handler);
    await browser.account('da_1');
    liveramp.forget();
    liveramp.intercept = () => json({}, status);
    const response = await browser.get('/accounts/da_1');
    assert.equal(response.status, shown);
    assert.equal(liveramp.calls.length, tries, String(status));
  }
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  let left = 2;
  liveramp.intercept = (request) => (!isToken(request) && left-- > 0 ? json({}, 503) : undefined);
  assert.equal((await browser.account('da_1')).oauth_status, 'unauthorized');
});

test("LiveRamp's Retry-After is passed on in seconds, if it is one", async () => {
  const { handler, liveramp, clock } = startProxy();
  const at = (ms: number): string => new Date(clock.now + ms).toUTCString();
  const cases: [string, string | null][] = [
    ['7', '7'],
    ['0', '0'],
    [at(90_000), '90'],
    [at(-90_000), null],
    [at(1e9), null],
    ['1e3', null],
    ['soon', null],
  ];
  for (const [given, passed] of cases) {
    liveramp.intercept = (request) =>
      isToken(request) ? undefined : new Response('', { status: 429, headers: { 'retry-after': given } });
    const response = await new Browser(handler).get('/accounts/da_1');
    assert.equal(response.headers.get('retry-after'), passed, given);
  }
});

test('waiting between tries ends where the request has no time left', async () => {
  const { handler, liveramp } = startProxy({ timeouts: { callMs: 300, requestMs: 400, backoffMs: 100_000 } });
  const browser = new Browser(handler);
  liveramp.intercept = (request) => (isToken(request) ? undefined : json({}, 503));
  assert.equal((await browser.get('/accounts/da_1')).status, 503);
  assert.equal(liveramp.calls.length, 1);
});

test('names are nice to have where LiveRamp states the status, the endpoint is not where it must be derived', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  liveramp.intercept = ({ path }) => (path.includes('/destinations/') ? json({}, 500) : undefined);
  assert.equal((await browser.account('da_done')).oauth_status, 'authorized');
  assert.equal((await browser.get('/accounts/da_1')).status, 503);
  liveramp.intercept = undefined;
  assert.equal((await browser.account('da_done')).destination_name, 'LinkedIn');
});

test('names and endpoints are read once, then a status is one call and a begin two', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const url = await browser.authorizeUrl('da_1');
  liveramp.forget();
  await browser.account('da_done');
  assert.equal(liveramp.requests.length, 1);
  liveramp.forget();
  for (let i = 0; i < 2; i++) assert.equal((await browser.send(`${url}&flow=${newFlow()}`)).status, 302);
  assert.equal(liveramp.requests.length, 4);
});

/** A real HTTP server in LiveRamp's place. */
async function serve(t: TestContext, listener: RequestListener): Promise<{ origin: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('T25: over real HTTP: hangs, endless bodies, broken connections, redirects', async (t) => {
  let fault: RequestListener = (_, response) => response.end();
  const elsewhere = await serve(t, (_, response) => response.end('{}'));
  const liveramp = await serve(t, (request, response) => {
    if (request.url === '/token') response.end(JSON.stringify({ access_token: 'token', expires_in: 600 }));
    else fault(request, response);
  });
  const { handler } = startProxy({
    fetch: globalThis.fetch,
    timeouts: { callMs: 250, requestMs: 1000, backoffMs: 5 },
    upstream: liverampV2({
      credentials: () => ({ accountId: 'a', secretKey: 'SECRETKEY', orgId: 'o' }),
      baseUrl: liveramp.origin,
      tokenUrl: `${liveramp.origin}/token`,
    }),
  });
  const browser = new Browser(handler);
  const faults: [string, RequestListener, number, string][] = [
    ['never answers', () => undefined, 504, 'upstream_timeout'],
    ['answers half', (_, response) => void response.writeHead(200).write('{"integ'), 504, 'upstream_timeout'],
    [
      'drips',
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
      504,
      'upstream_timeout',
    ],
    ['10 MB', (_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, 32)), 502, 'upstream_invalid_response'],
    ['cuts the connection', (request) => request.socket.destroy(), 503, 'upstream_unavailable'],
    ['HTML', (_, response) => response.end('<html>'), 502, 'upstream_invalid_response'],
    ['HTML 503', (_, response) => response.writeHead(503).end('<html>'), 503, 'upstream_unavailable'],
    [
      'redirects',
      (_, response) => response.writeHead(307, { location: elsewhere.origin }).end(),
      502,
      'upstream_invalid_response',
    ],
  ];
  for (const [name, listener, status, code] of faults) {
    fault = listener;
    const started = performance.now();
    const response = await browser.get('/accounts/da_1');
    assert.equal(response.status, status, name);
    assert.equal(await problemCode(response), code, name);
    assert.ok(performance.now() - started < 2500, name);
  }
  assert.deepEqual(elsewhere.requests, []);
});

test('a fetch that ignores its signal does not keep the request', async () => {
  const liveramp = new FakeLiveramp();
  const { handler } = startProxy({ timeouts: { callMs: 50, requestMs: 100, backoffMs: 1 } }, {}, liveramp);
  liveramp.intercept = () => new Promise<Response>(() => undefined);
  const response = await new Browser(handler).get('/accounts/da_1');
  assert.equal(await problemCode(response), 'upstream_timeout');
});

test('a `resolve` that gives no usable ids asks LiveRamp nothing, and spoils no other account of a batch', async () => {
  for (const answer of [undefined, null, {}, { integrationConnectionId: '' }, { destinationId: '7' }]) {
    const { handler, liveramp } = startProxy(
      {},
      {
        resolve: (_, id) =>
          id === 'da_1' ? (answer as unknown as { integrationConnectionId: string }) : { integrationConnectionId: id },
      },
    );
    const browser = new Browser(handler);
    assert.equal(await problemCode(await browser.get('/accounts/da_1')), 'internal_error');
    assert.deepEqual(liveramp.requests, []);
    const { accounts } = (await (await browser.get('/accounts?id=da_1&id=da_done')).json()) as {
      accounts: { oauth_status?: string; error?: { code: string } }[];
    };
    assert.deepEqual(
      accounts.map(({ oauth_status, error }) => oauth_status ?? error?.code),
      ['internal_error', 'authorized'],
    );
  }
});
