import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BASE, Browser, newFlow, ORIGIN, startProxy } from './helpers.ts';

test('T24: credentials, tokens, states, tickets, flow ids and authorization URLs appear where they must, and nowhere else', async () => {
  const proxy = startProxy();
  const { liveramp } = proxy;
  liveramp.authorizationUrl = 'https://www.linkedin.com/oauth?canary=CANARY-AUTHORIZATION-URL';
  const seen: string[] = [];
  const recorded = async (request: Request): Promise<Response> => {
    const response = await proxy.handler(request);
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    seen.push(`${request.method} ${new URL(request.url).pathname}\n${headers}\n${await response.clone().text()}`);
    return response;
  };
  const browser = new Browser(recorded);
  const url = await browser.authorizeUrl('da_1');
  const { flow } = await browser.begin('da_1');
  const state = String(liveramp.lastAttempt.body.state);
  await browser.send(`${url}&flow=${flow}`);
  await browser.flow(flow);
  await browser.comeBack(liveramp);
  await browser.comeBack(liveramp);
  await browser.send('/done');
  Object.assign(liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  await browser.flow(flow);
  await browser.get('/accounts?id=da_1&id=da_stale&id=da_absent');
  await browser.get('/openapi.json');
  for (const status of [400, 403, 404, 500]) {
    liveramp.intercept = ({ headers, body }) =>
      new Response(`{"message":"${headers.get('authorization') ?? ''} ${body.replaceAll('"', '')}"}`, { status });
    await browser.get('/accounts/da_1');
    await browser.send(`${url}&flow=${newFlow()}`);
    await browser.get(`/flows/${flow}`);
  }

  const ticket = new URL(url).searchParams.get('ticket') ?? '';
  const count = (text: string): string[] =>
    seen.filter((entry) => entry.includes(text)).map((entry) => entry.slice(0, entry.indexOf('\n')).replace(BASE, ''));
  const path = '/api/destination-oauth';
  assert.deepEqual(count('SECRETKEY'), []);
  assert.deepEqual(count('token-1'), []);
  assert.deepEqual(count(state), []);
  assert.deepEqual(count('CANARY-AUTHORIZATION-URL'), [`GET ${path}/accounts/da_1/authorize`], 'in one Location');
  assert.ok(count(ticket).every((where) => !where.endsWith('/authorize') && !where.endsWith('/done')));
  const events = JSON.stringify(proxy.events);
  assert.ok(proxy.events.length > 20);
  for (const secret of ['SECRETKEY', 'token-1', state, ticket, flow, 'CANARY'])
    assert.ok(!events.includes(secret), secret);
});

const word = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    'da_1',
    'ok',
    '__proto__',
    '..',
    '%00',
    '%E0%A4%A',
    '<script>',
    'a'.repeat(5000),
    '\u{1F600}',
    ORIGIN,
    'null',
    '*',
  ),
);
const path = fc.oneof(
  fc.constantFrom(
    '/accounts',
    '/accounts/da_1',
    '/accounts/da_1/authorize',
    '/callback',
    '/done',
    '/openapi.json',
    '/',
    '',
  ),
  fc
    .array(fc.oneof(fc.constantFrom('accounts', 'flows', 'authorize', 'callback'), word), { maxLength: 4 })
    .map((parts) => `/${parts.join('/')}`),
);
const query = fc
  .array(fc.tuple(fc.constantFrom('id', 'flow', 'ticket', 'state', 'status', 'return_to', 'x'), word), { maxLength: 6 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const header = fc.constantFrom(
  ...[
    'origin',
    'cookie',
    'content-type',
    'content-length',
    'x-destination-oauth',
    'sec-fetch-site',
    'sec-fetch-dest',
    'purpose',
    'authorization',
  ],
);
const headers = fc.array(
  fc.tuple(
    header,
    fc.oneof(word, fc.constantFrom('application/json', '1', `__Host-destination-oauth-x=${'a'.repeat(22)}.b.c`)),
  ),
  {
    maxLength: 5,
  },
);
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 20_000 }).map((bytes) => new Uint8Array(bytes)),
);

test('no request makes the handler throw, answer 5xx, or call LiveRamp for a foreign account', async () => {
  const { handler, liveramp } = startProxy({
    limits: { readsPerUser: 1e9, beginsPerUser: 1e9, beginsPerAccount: 1e9 },
  });
  const methods = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'PROPFIND');
  await fc.assert(
    fc.asyncProperty(
      methods,
      path,
      query,
      headers,
      body,
      fc.boolean(),
      async (method, route, search, extra, content, signedIn) => {
        const url = `${BASE}${route}?${search}`;
        const sent = new Headers(signedIn ? { 'x-test-session': 'ann@acme', origin: ORIGIN } : {});
        for (const [name, value] of extra) {
          try {
            sent.set(name, value);
          } catch {
            // Not a header that HTTP can carry.
          }
        }
        const request = new Request(url, {
          method,
          headers: sent,
          ...(method === 'GET' || method === 'HEAD' ? {} : { body: content }),
        });
        const response = await handler(request);
        assert.ok(response.status < 500, `${method} ${url} ${response.status}`);
        const origin = response.headers.get('access-control-allow-origin');
        assert.ok(origin === null || origin === ORIGIN || origin === 'https://other.partner.example');
        assert.equal(response.headers.get('cross-origin-opener-policy'), null);
        await response.text();
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(!liveramp.calls.some((call) => call.includes('da_foreign')));
});
