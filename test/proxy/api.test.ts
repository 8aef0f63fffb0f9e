import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, BASE, MINUTE, newFlow, ORIGIN, problemCode, startProxy } from './helpers.ts';
import { readAccount, type Account } from '../../src/contract.ts';
import type { Upstream, UpstreamAccount } from '../../src/proxy/index.ts';

test('an account of each status', async () => {
  const { handler, liveramp, clock } = startProxy();
  liveramp.connections.set('da_derived', { integrationID: ['7', '71'], oAuthConnectionID: 'oc_1' });
  liveramp.connections.set('da_strange', { integrationID: ['7', '71'], oauthStatus: 'Half-Authorized' });
  liveramp.connections.set('da_na', { integrationID: ['7', '71'], oauthStatus: 'NotApplicable' });
  const browser = new Browser(handler);
  const seen: Record<string, unknown[]> = {};
  for (const id of ['da_1', 'da_stale', 'da_done', 'da_plain', 'da_derived', 'da_strange', 'da_na']) {
    const account = await browser.account(id);
    assert.deepEqual(readAccount(account), account);
    assert.equal(account.checked_at, new Date(clock.now).toISOString());
    assert.equal(account.authorize_url === null, account.oauth_status === 'not_applicable');
    if (account.authorize_url) {
      assert.ok(account.authorize_url.startsWith(`${BASE}/accounts/${id}/authorize?ticket=`));
      assert.equal(account.authorize_expires_at, new Date(clock.now + 10 * MINUTE).toISOString());
    }
    seen[id] = [account.oauth_status, account.reauthorization, account.upstream_status];
  }
  assert.deepEqual(seen, {
    da_1: ['unauthorized', false, undefined],
    da_stale: ['unauthorized', true, 'Unauthorized'],
    da_done: ['authorized', false, 'Authorized'],
    da_plain: ['not_applicable', false, undefined],
    da_derived: ['authorized', false, undefined],
    da_strange: ['unknown', false, 'Half-Authorized'],
    da_na: ['not_applicable', false, 'NotApplicable'],
  });
});

test('T14: foreign and absent accounts are the same 404', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const answers = await Promise.all(
    ['da_foreign', 'da_absent'].map(async (id) => {
      const { request_id: _, ...problem } = (await (await browser.get(`/accounts/${id}`)).json()) as Record<
        string,
        unknown
      >;
      return problem;
    }),
  );
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0]?.code, 'account_not_found');
  assert.ok(!liveramp.calls.some((call) => call.includes('da_foreign')));
});

test('T14: a `canAccess` that is not true, or throws, lets nobody in', async () => {
  for (const [canAccess, status] of [
    [() => false, 404],
    [() => 'yes' as unknown as boolean, 404],
    [() => undefined as unknown as boolean, 404],
    [() => Promise.reject(new Error('SECRET of the database')), 500],
  ] as const) {
    const { handler, liveramp, events } = startProxy({ canAccess });
    const response = await new Browser(handler).get('/accounts/da_1');
    const text = await response.text();
    assert.equal(response.status, status);
    assert.ok(!text.includes('SECRET'));
    assert.ok(!JSON.stringify(events).includes('SECRET'));
    assert.equal(liveramp.requests.length, 0);
  }
});

test('T15: malformed ids are refused before any call', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  for (const id of [
    'a%2Fb',
    '..%2f..%2fx',
    'a%20b',
    '%00',
    '%E0%A4%A',
    'a'.repeat(129),
    'ä',
    'a%3Fb',
    'a%25b',
    '$',
    '%ZZ',
    'a,b',
  ]) {
    for (const path of [`/accounts/${id}`, `/accounts?id=da_1&id=${id}`]) {
      const response = await browser.get(path);
      assert.equal(response.status, 400, path);
      assert.equal(await problemCode(response), 'invalid_account_id', path);
    }
  }
  // Steps through a path, which every URL parser takes: as an id they would read something else of LiveRamp's.
  for (const id of ['.', '..', '%2e%2E']) {
    const response = await browser.get(`/accounts?id=da_1&id=${id}`);
    assert.equal(await problemCode(response), 'invalid_account_id', id);
  }
  assert.equal(liveramp.requests.length, 0);
});

test('every character that an id may have arrives upstream as it is', async () => {
  const { handler, liveramp } = startProxy();
  const id = 'aZ09._~:-';
  liveramp.connections.set(id, { integrationID: ['7', '71'] });
  const browser = new Browser(handler);
  assert.equal((await browser.account(id)).account_id, id);
  assert.equal((await browser.account(encodeURIComponent(id))).account_id, id);
  assert.equal((await browser.begin(id)).response.status, 302);
});

test('a batch keeps order and duplicates; foreign, absent and unreadable accounts are items', async () => {
  const { handler, liveramp } = startProxy();
  liveramp.connections.set('da_broken', { integrationID: ['7', '71'], properties: 'none' as unknown as unknown[] });
  const ids = ['da_1', 'da_foreign', 'da_done', 'da_1', 'da_absent', 'da_broken', 'da_plain'];
  const response = await new Browser(handler).get(`/accounts?${ids.map((id) => `id=${id}`).join('&')}`);
  assert.equal(response.status, 200);
  const { accounts } = (await response.json()) as {
    accounts: { account_id: string; oauth_status?: string; error?: { code: string } }[];
  };
  assert.deepEqual(
    accounts.map((item) => [item.account_id, item.oauth_status ?? item.error?.code]),
    [
      ['da_1', 'unauthorized'],
      ['da_foreign', 'account_not_found'],
      ['da_done', 'authorized'],
      ['da_1', 'unauthorized'],
      ['da_absent', 'account_not_found'],
      ['da_broken', 'upstream_invalid_response'],
      ['da_plain', 'not_applicable'],
    ],
  );
  assert.ok(!liveramp.calls.some((call) => call.includes('da_foreign')));
});

test('a batch has 1 to 100 ids, duplicates counted', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  for (const count of [0, 101]) {
    const response = await browser.get(`/accounts?${'id=da_1&'.repeat(count)}`);
    assert.equal(await problemCode(response), 'invalid_request');
  }
  assert.equal(liveramp.requests.length, 0);
  const full = await browser.get(`/accounts?${'id=da_1&'.repeat(100)}`);
  assert.equal(((await full.json()) as { accounts: unknown[] }).accounts.length, 100);
});

test('a batch of many accounts is read through the list where that is fewer calls', async () => {
  const { handler, liveramp, clock } = startProxy();
  for (let i = 0; i < 250; i++)
    liveramp.connections.set(`c${i}`, { integrationID: ['7', '71'], oauthStatus: 'Authorized' });
  const browser = new Browser(handler);
  await browser.account('c0');
  const read = async (ids: string[]): Promise<number> => {
    liveramp.forget();
    const response = await browser.get(`/accounts?${ids.map((id) => `id=${id}`).join('&')}`);
    const { accounts } = (await response.json()) as { accounts: { oauth_status?: string }[] };
    assert.ok(accounts.every((account) => account.oauth_status === 'authorized'));
    return liveramp.calls.length;
  };
  assert.equal(await read(['c1', 'c249']), 2, 'the first page, then the one that is left');
  clock.now += 2_000;
  assert.equal(await read(Array.from({ length: 60 }, (_, i) => `c${i * 4}`)), 3, 'three pages');
});

test('an upstream that is wholly down is a problem, not a list of items', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  await browser.account('da_1');
  liveramp.intercept = () => new Response('<h1>Down</h1>', { status: 503 });
  const response = await browser.get('/accounts?id=da_1&id=da_done&id=da_foreign');
  assert.equal(response.status, 503);
  assert.equal(await problemCode(response), 'upstream_unavailable');
});

test('concurrent reads of one account are one call upstream; the next read asks anew', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  await browser.account('da_done');
  liveramp.forget();
  await Promise.all(Array.from({ length: 20 }, () => browser.account('da_done')));
  assert.equal(liveramp.calls.length, 1);
  liveramp.connections.set('da_done', {
    integrationID: ['7', '71'],
    oAuthConnectionID: 'oc',
    oauthStatus: 'Unauthorized',
  });
  assert.equal((await browser.account('da_done')).oauth_status, 'unauthorized');
});

test('CORS: listed origins only, exactly', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const ask = (headers: Record<string, string>): Promise<Response> => browser.send('/accounts/da_1', { headers });
  const listed = await ask({ origin: ORIGIN });
  assert.equal(listed.headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(listed.headers.get('access-control-allow-credentials'), 'true');
  assert.equal(listed.headers.get('access-control-expose-headers'), 'Retry-After');
  assert.equal(listed.headers.get('vary'), 'Origin');
  assert.equal(listed.headers.get('cache-control'), 'no-store');
  liveramp.forget();
  for (const origin of [
    'https://evil.example',
    'null',
    `${ORIGIN}.evil.example`,
    'http://app.partner.example',
    `${ORIGIN}:8443`,
    '',
    ORIGIN.toUpperCase(),
  ]) {
    const refused = await ask({ origin });
    assert.equal(refused.status, 403, origin);
    assert.equal(refused.headers.get('access-control-allow-origin'), null);
    assert.equal(refused.headers.get('vary'), 'Origin');
    assert.equal(await problemCode(refused), 'origin_not_allowed');
  }
  assert.equal(liveramp.requests.length, 0);
  // A failure is readable to a listed origin as well.
  for (const [path, status] of [
    ['/accounts/da_absent', 404],
    ['/accounts?id=', 400],
    ['/nothing', 404],
    ['/openapi.json', 200],
  ] as const) {
    const response = await browser.get(path);
    assert.equal(response.status, status);
    assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN, path);
    const foreign = await browser.get(path, { origin: 'https://evil.example' });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null, path);
  }
});

test("CORS: a GET without Origin counts as the proxy's own origin, unless the browser says that it is not", async () => {
  const own = startProxy({ embedOrigins: [new URL(BASE).origin] });
  const browser = new Browser(own.handler);
  assert.equal((await browser.send('/accounts/da_1')).status, 200);
  assert.equal((await browser.send('/accounts/da_1', { headers: { 'sec-fetch-site': 'same-origin' } })).status, 200);
  for (const site of ['cross-site', 'same-site']) {
    assert.equal((await browser.send('/accounts/da_1', { headers: { 'sec-fetch-site': site } })).status, 403);
  }
  const other = startProxy();
  assert.equal((await new Browser(other.handler).send('/accounts/da_1')).status, 403);
});

test('CORS: preflights', async () => {
  const { handler } = startProxy();
  const ask = (path: string, origin: string, method: string): Promise<Response> =>
    handler(
      new Request(BASE + path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
      }),
    );
  for (const [path, method] of [
    ['/accounts/da_1', 'GET'],
    ['/accounts', 'GET'],
    [`/flows/${newFlow()}`, 'GET'],
    ['/callback', 'POST'],
  ] as const) {
    const response = await ask(path, ORIGIN, method);
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(response.headers.get('access-control-allow-credentials'), 'true');
    assert.ok(response.headers.get('access-control-allow-methods')?.includes(method));
    assert.equal(
      response.headers.get('access-control-allow-headers'),
      'authorization, content-type, x-destination-oauth',
    );
    const refused = await ask(path, 'https://evil.example', method);
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get('access-control-allow-origin'), null);
  }
});

test('only the routes below publicUrl answer, and only with their methods', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const origin = new URL(BASE).origin;
  for (const url of [
    `${origin}/`,
    `${origin}/accounts/da_1`,
    BASE,
    `${BASE}/`,
    `${BASE}/nothing`,
    `${BASE}/accounts/da_1/`,
    `${BASE}/accounts/`,
    `${BASE}/done/`,
    `${BASE}x/done`,
    `${BASE}//done`,
    `${BASE}/flows`,
    `${BASE}/__proto__`,
    `${BASE.toUpperCase()}/done`,
  ]) {
    const response = await browser.get(url);
    assert.equal(response.status, 404, url);
    assert.equal(await problemCode(response), 'not_found', url);
  }
  for (const [path, methods, allow] of [
    ['/accounts/da_1', ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'], 'GET, HEAD, OPTIONS'],
    ['/accounts?id=da_1', ['POST'], 'GET, HEAD, OPTIONS'],
    ['/callback?state=x', ['PUT', 'DELETE', 'HEAD'], 'GET, POST, OPTIONS'],
    ['/accounts/da_1/authorize', ['HEAD', 'POST', 'PUT', 'OPTIONS'], 'GET'],
    ['/done', ['POST'], 'GET, HEAD'],
    ['/openapi.json', ['POST'], 'GET, HEAD, OPTIONS'],
  ] as const) {
    for (const method of methods) {
      const response = await browser.send(path, { method, headers: { origin: ORIGIN } });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.get('allow'), allow);
    }
  }
  assert.equal(liveramp.requests.length, 0);
});

test('scheme and host of the request do not matter, and nothing is derived from them', async () => {
  const { handler } = startProxy();
  const browser = new Browser(handler);
  const response = await browser.get('http://10.0.0.7:8080/api/destination-oauth/accounts/da_1');
  assert.equal(response.status, 200);
  assert.ok(((await response.json()) as { authorize_url: string }).authorize_url.startsWith(`${BASE}/`));
});

test('no session is 401; an unusable session or a throwing `authenticate` is 500 and says nothing', async () => {
  const { handler } = startProxy();
  assert.equal(await problemCode(await new Browser(handler, '').get('/accounts/da_1')), 'unauthenticated');
  for (const authenticate of [
    () => ({ user: '', tenant: 'acme' }),
    () => ({ user: 'ann' }) as unknown as { user: string; tenant: string },
    () => {
      throw new Error('SECRET token xyz');
    },
  ]) {
    const proxy = startProxy({ authenticate });
    const response = await new Browser(proxy.handler).get('/accounts/da_1');
    const text = await response.clone().text();
    assert.equal(await problemCode(response), 'internal_error');
    assert.ok(!/SECRET|at .*\.ts/.test(text));
    assert.equal(proxy.liveramp.requests.length, 0);
  }
});

test('a throwing or rejecting `onEvent` changes nothing', async () => {
  for (const onEvent of [
    () => {
      throw new Error('hook');
    },
    () => Promise.reject(new Error('hook')),
  ]) {
    const { handler } = startProxy({ onEvent });
    assert.equal((await new Browser(handler).begin('da_1')).response.status, 302);
  }
});

test('T26: reads of one user are limited, others are not', async () => {
  const { handler, clock } = startProxy({ limits: { readsPerUser: 3 } });
  const browser = new Browser(handler);
  for (let i = 0; i < 3; i++) await browser.account('da_1');
  clock.now += 20_000;
  const refused = await browser.get('/accounts/da_1');
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '40');
  assert.equal(await problemCode(refused), 'rate_limited');
  assert.equal((await browser.get(`/flows/${newFlow()}`)).status, 429);
  await new Browser(handler, 'ann@other').account('da_1');
  await new Browser(handler, 'bob@acme').account('da_1');
  clock.now += 40_000;
  await browser.account('da_1');
});

test('the default limits: 600 reads a user a minute, a batch counts once', async () => {
  const { handler } = startProxy();
  const browser = new Browser(handler);
  for (let i = 0; i < 600; i++) assert.equal((await browser.get(`/accounts?id=da_done&id=da_1`)).status, 200);
  assert.equal((await browser.get('/accounts?id=da_done')).status, 429);
});

test('openapi.json is public, lists every code and route, and resolves its references', async () => {
  const { handler, liveramp } = startProxy({ authenticate: () => null });
  const response = await handler(new Request(`${BASE}/openapi.json`));
  assert.equal(response.status, 200);
  const document = (await response.json()) as {
    openapi: string;
    paths: Record<string, unknown>;
    components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> };
  };
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.paths).sort(), [
    '/accounts',
    '/accounts/{account_id}',
    '/accounts/{account_id}/authorize',
    '/callback',
    '/done',
    '/flows/{flow}',
    '/openapi.json',
  ]);
  const { PROBLEM_CODES } = await import('../../src/contract.ts');
  assert.deepEqual(document.components.schemas.Problem?.properties.code?.enum, Object.keys(PROBLEM_CODES));
  for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(name && document.components.schemas[name], name);
  }
  assert.ok(!JSON.stringify(document).includes('"$ref":"#/$defs'));
  assert.equal(liveramp.requests.length, 0);
});

test("a partner's own upstream with a word outside the contract is `unknown`", async () => {
  const odd = { oauthStatus: 'AUTHORIZED' } as unknown as UpstreamAccount;
  const upstream: Upstream = {
    account: () => Promise.resolve(odd),
    begin: () => Promise.reject(new Error('not asked')),
  };
  const many: Upstream = { ...upstream, accounts: (_, ids) => Promise.resolve(new Map(ids.map((id) => [id, odd]))) };
  for (const each of [upstream, many]) {
    const browser = new Browser(startProxy({ upstream: each }).handler);
    const single = await browser.account('a');
    const { accounts } = (await (await browser.get('/accounts?id=a&id=b')).json()) as { accounts: Account[] };
    for (const account of [single, ...accounts]) {
      assert.deepEqual([account.oauth_status, account.reauthorization], ['unknown', false]);
      assert.deepEqual(readAccount(account), account);
    }
  }
});
