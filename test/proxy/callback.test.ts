import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/proxy/index.ts';
import { BASE, Browser, MINUTE, newFlow, ORIGIN, problemCode, startProxy, type TestProxy } from './helpers.ts';

/** A page that says nothing of any flow, and runs nothing. */
async function assertNeutral(response: Response, status = 400): Promise<void> {
  const html = await response.text();
  assert.equal(response.status, status, html);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('cross-origin-opener-policy'), null);
  assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none';.* frame-ancestors 'none';/);
  assert.ok(!html.includes('<script'));
  assert.match(html, /Nothing to do here/);
}

const stateOf = ({ liveramp }: TestProxy): string => String(liveramp.lastAttempt.body.state);
const unbound = ({ events }: TestProxy): unknown[] =>
  events
    .filter((event) => event.type === 'flow.unbound')
    .map(({ outcome, user, accountId }) => [outcome, user, accountId]);

test('the state is 32 random bytes and never the same', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const states = new Set<string>();
  for (let i = 0; i < 5; i++) {
    await browser.begin('da_1');
    assert.match(stateOf(proxy), /^[\w-]{43}$/);
    states.add(stateOf(proxy));
  }
  assert.equal(states.size, 5);
});

test("T16: the callback goes to a clean URL, by the flow cookie alone where the partner's session cookie stayed behind", async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  browser.session = '';
  const response = await browser.comeBack(proxy.liveramp, 'ok&unknown=%3Cscript%3E&account_id=da_done');
  assert.equal(response.status, 303);
  assert.equal(response.headers.get('location'), `${BASE}/done`);
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(await response.text(), '');
  browser.session = 'ann@acme';
  // T11: the account comes from the flow record.
  assert.deepEqual([(await browser.flow(flow)).account_id, (await browser.flow(flow)).hint], ['da_1', 'ok']);
});

test('T3, T17: `status` is a hint: unknown words and markup become `unknown` and decide nothing', async () => {
  for (const [status, hint] of [
    ['ok', 'ok'],
    ['service_unavailable', 'service_unavailable'],
    ['authorized', 'unknown'],
    ['%3Cimg%20src=x%3E', 'unknown'],
    ['__proto__', 'unknown'],
    ['', 'unknown'],
  ] as const) {
    const proxy = startProxy();
    const browser = new Browser(proxy.handler);
    const { flow } = await browser.begin('da_1');
    assert.equal((await browser.comeBack(proxy.liveramp, status)).status, 303);
    const report = await browser.flow(flow);
    assert.equal(report.hint, hint);
    assert.notEqual(report.state, 'completed');
    assert.equal(report.account?.oauth_status, 'unauthorized');
    const page = await (await browser.send('/done')).text();
    assert.ok(page.includes(`"hint":"${hint}"`));
    assert.ok(!page.includes('<img'));
  }
});

test('T12: a state is consumed once, also by two at a time', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const url = `/callback?status=ok&state=${stateOf(proxy)}`;
  const answers = await Promise.all([browser.send(url), browser.send(url), browser.send(url)]);
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 400, 400]);
  await assertNeutral(await browser.send(url));
  assert.equal(proxy.events.filter((event) => event.type === 'flow.returned').length, 1);
});

test('a missing, malformed or wrong state: neutral page, no message, flow untouched', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  for (const query of [
    '',
    '?status=ok',
    '?state=',
    '?state=x&status=ok',
    `?state=${'A'.repeat(43)}&status=ok`,
    `?state=${stateOf(proxy)}x`,
  ]) {
    await assertNeutral(await browser.send(`/callback${query}`));
  }
  assert.deepEqual(await browser.flow(flow), { flow, account_id: 'da_1', state: 'pending' });
  await assertNeutral(await browser.send('/done'), 200);
  assert.equal((await browser.comeBack(proxy.liveramp)).status, 303, 'and its own state still works');
});

test('a doubled state or status consumes nothing', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const state = stateOf(proxy);
  await assertNeutral(await browser.send(`/callback?status=ok&state=${state}&state=${state}`));
  await assertNeutral(await browser.send(`/callback?status=ok&status=ok&state=${state}`));
  assert.equal((await browser.comeBack(proxy.liveramp)).status, 303);
});

test('HEAD never consumes; a frame or a speculative load neither', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const url = `/callback?status=ok&state=${stateOf(proxy)}`;
  assert.equal((await browser.send(url, { method: 'HEAD' })).status, 405);
  await assertNeutral(await browser.send(url, { headers: { 'sec-fetch-dest': 'iframe' } }), 403);
  await assertNeutral(await browser.send(url, { headers: { 'sec-purpose': 'prefetch' } }), 403);
  assert.equal((await browser.send(url)).status, 303);
});

test("T1: a callback without the initiating browser's cookie: neutral page, state burnt, flow as it was, audit event", async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  const url = `/callback?status=ok&state=${stateOf(proxy)}`;
  await assertNeutral(await new Browser(proxy.handler, '').send(url));
  assert.deepEqual(unbound(proxy), [['no_cookie', 'ann', 'da_1']]);
  await assertNeutral(await browser.send(url));
  assert.deepEqual(await browser.flow(flow), { flow, account_id: 'da_1', state: 'pending' });
  await assertNeutral(await browser.send('/done'), 200);
});

test("T2: a callback in another user's session, whatever the cookies", async () => {
  for (const session of ['bob@acme', 'ann@other']) {
    const proxy = startProxy();
    const browser = new Browser(proxy.handler);
    const { flow } = await browser.begin('da_1');
    browser.session = session;
    await assertNeutral(await browser.comeBack(proxy.liveramp));
    assert.deepEqual(unbound(proxy), [['other_session', 'ann', 'da_1']]);
    browser.session = 'ann@acme';
    await assertNeutral(await browser.comeBack(proxy.liveramp));
    assert.equal((await browser.flow(flow)).state, 'pending');
  }
});

test('a cookie that is forged, altered or of another flow does not bind', async () => {
  for (const forge of [
    (value: string) => value.replace(/\.([^.]+)\./, `.${'A'.repeat(43)}.`),
    (value: string) => value.replace(/^[^.]+/, newFlow()),
    () => 'x',
    (value: string) => `${value}.more`,
  ]) {
    const proxy = startProxy();
    const browser = new Browser(proxy.handler);
    await browser.begin('da_1');
    for (const [name, value] of browser.cookies) browser.cookies.set(name, forge(value));
    await assertNeutral(await browser.comeBack(proxy.liveramp));
    assert.equal(unbound(proxy).length, 1);
  }
  const proxy = startProxy();
  const [ann, other] = [new Browser(proxy.handler), new Browser(proxy.handler)];
  await other.begin('da_done');
  await ann.begin('da_1');
  await assertNeutral(await other.comeBack(proxy.liveramp));
});

test('a callback after the flow has expired is too late', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.clock.now += 15 * MINUTE;
  await assertNeutral(await browser.comeBack(proxy.liveramp));
  assert.equal((await browser.flow(flow)).state, 'expired');
});

test('T12: a store that forgets late does not make a flow last longer', async () => {
  const proxy = startProxy({ store: memoryStore({ clock: () => 0 }) });
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.clock.now += 15 * MINUTE;
  await assertNeutral(await browser.comeBack(proxy.liveramp));
  assert.equal((await browser.flow(flow)).state, 'expired');
  proxy.clock.now += 24 * 60 * MINUTE;
  assert.equal(await problemCode(await browser.get(`/flows/${flow}`)), 'flow_not_found');
});

test('T1: /done announces nothing for a cookie that does not bind, whatever flow it names', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  await browser.comeBack(proxy.liveramp);
  const [name, value] = [...browser.cookies][0] ?? assert.fail('no cookie');
  assert.match(await (await browser.send('/done')).text(), /<script/);
  browser.cookies.set(name, value.replace(/\.([^.]+)\./, `.${'A'.repeat(43)}.`));
  await assertNeutral(await browser.send('/done'), 200);
});

test('T11: flows of several tabs come back in any order, each announced to its own page; reload announces again', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const first = await browser.begin('da_1');
  const firstState = stateOf(proxy);
  const url = (await (await browser.get('/accounts/da_done', { origin: 'https://other.partner.example' })).json()) as {
    authorize_url: string;
  };
  const second = newFlow();
  await browser.send(`${url.authorize_url}&flow=${second}`);
  assert.equal((await browser.comeBack(proxy.liveramp)).status, 303);
  const announced = async (): Promise<unknown> => {
    const html = await (await browser.send('/done')).text();
    const [, data = '{"announcements":[]}'] = /id="data"[^>]*>([^<]*)</.exec(html) ?? [];
    return (JSON.parse(data) as { announcements: { flow: string }[] }).announcements;
  };
  const secondOnly = [{ flow: second, hint: 'ok', targets: ['https://other.partner.example'] }];
  assert.deepEqual(await announced(), secondOnly);
  assert.deepEqual(await announced(), secondOnly);
  await browser.send(`/callback?status=unprocessable_entity&state=${firstState}`);
  const both = (await announced()) as { flow: string }[];
  assert.deepEqual(
    both.sort((a) => (a.flow === second ? -1 : 1)),
    [...secondOnly, { flow: first.flow, hint: 'unprocessable_entity', targets: [ORIGIN] }],
  );
  proxy.clock.now += 3 * MINUTE;
  await assertNeutral(await browser.send('/done'), 200);
});

test('T18: /done is not rendered in a frame; its headers', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  await browser.comeBack(proxy.liveramp);
  await assertNeutral(await browser.send('/done', { headers: { 'sec-fetch-dest': 'iframe' } }), 403);
  const page = await browser.send('/done');
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('cross-origin-opener-policy'), null);
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
  const html = await page.text();
  assert.ok(!/(src|href)=/.test(html), 'nothing is loaded');
  assert.ok(!html.includes(stateOf(proxy)));
  assert.ok(!html.includes('da_1'));
});

const post = (browser: Browser, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  browser.send('/callback', {
    method: 'POST',
    headers: { origin: ORIGIN, 'content-type': 'application/json', 'x-destination-oauth': '1', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('POST /callback answers what to announce and to whom', async () => {
  const proxy = startProxy({ redirectUrl: 'https://pages.partner.example/oauth/back.html' });
  for (const origin of [ORIGIN, 'https://pages.partner.example']) {
    const browser = new Browser(proxy.handler);
    const { flow } = await browser.begin('da_1');
    assert.equal(proxy.liveramp.lastAttempt.body.redirectUrl, 'https://pages.partner.example/oauth/back.html');
    const body = { status: 'ok', state: stateOf(proxy) };
    const response = await post(browser, body, { origin });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('access-control-allow-origin'), origin);
    assert.deepEqual(await response.json(), { flow, target_origin: ORIGIN, hint: 'ok' });
    assert.equal(await problemCode(await post(browser, body, { origin })), 'invalid_state');
  }
});

test('T13: POST /callback wants a listed Origin, JSON and the custom header, else nothing is consumed', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const body = { status: 'ok', state: stateOf(proxy) };
  for (const [headers, code] of [
    [{ origin: 'https://evil.example' }, 'origin_not_allowed'],
    [{ origin: 'https://evil.partner.example' }, 'origin_not_allowed'],
    [{ origin: 'null' }, 'origin_not_allowed'],
    [{ origin: '' }, 'origin_not_allowed'],
    [{ 'x-destination-oauth': '' }, 'invalid_request'],
    [{ 'x-destination-oauth': '0' }, 'invalid_request'],
    [{ 'content-type': 'text/plain' }, 'unsupported_media_type'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_media_type'],
    [{ 'content-type': 'application/jsonp' }, 'unsupported_media_type'],
  ] as [Record<string, string>, string][]) {
    assert.equal(await problemCode(await post(browser, body, headers)), code, JSON.stringify(headers));
  }
  const bare = await browser.send('/callback', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(await problemCode(bare), 'origin_not_allowed');
  const json = { 'content-type': 'application/json; charset=utf-8' };
  assert.equal((await post(browser, body, json)).status, 200);
});

test('T20: hostile bodies of POST /callback', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const state = stateOf(proxy);
  for (const body of [
    '',
    'null',
    '[]',
    '{"state":',
    '"x"',
    '{"status":"ok"}',
    '{"state":5}',
    '{"state":["x"]}',
    `{"__proto__":{"state":"${state}"}}`,
    `{"constructor":{"prototype":{"state":"${state}"}}}`,
    '['.repeat(4000),
    `{"state":{"a":${'['.repeat(1000)}${']'.repeat(1000)}}}`,
    '\u0000',
  ]) {
    assert.equal(await problemCode(await post(browser, body)), 'invalid_request', body.slice(0, 40));
  }
  assert.equal(({} as { state?: string }).state, undefined);
  assert.equal(await problemCode(await post(browser, { state: 'x'.repeat(9000) })), 'payload_too_large');
  // Without a content-length, and more than fits: cut off while it is read.
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1024).fill(32));
    },
  });
  const init = {
    method: 'POST',
    body: endless,
    duplex: 'half',
    headers: { origin: ORIGIN, 'content-type': 'application/json', 'x-destination-oauth': '1' },
  };
  assert.equal(await problemCode(await browser.send('/callback', init as RequestInit)), 'payload_too_large');
  assert.ok(pulled < 20);
  assert.equal((await post(browser, { status: { toString: 'x' }, state })).status, 400);
  assert.equal((await post(browser, { state })).status, 200, 'a missing status is an unknown hint');
});

test("T1: POST /callback without the cookie, or in another user's session", async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  assert.equal(await problemCode(await post(new Browser(proxy.handler), { state: stateOf(proxy) })), 'invalid_state');
  await browser.begin('da_1');
  browser.session = 'bob@acme';
  assert.equal(await problemCode(await post(browser, { state: stateOf(proxy) })), 'invalid_state');
  assert.deepEqual(unbound(proxy), [
    ['no_cookie', 'ann', 'da_1'],
    ['other_session', 'ann', 'da_1'],
  ]);
});

test('an `authenticate` that throws at the callback consumes nothing', async () => {
  let broken = false;
  const proxy = startProxy({
    authenticate: () => {
      if (broken) throw new Error('SECRET');
      return { user: 'ann', tenant: 'acme' };
    },
  });
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  broken = true;
  const failed = await browser.comeBack(proxy.liveramp);
  assert.ok(!(await failed.clone().text()).includes('SECRET'));
  await assertNeutral(failed, 500);
  broken = false;
  assert.equal((await browser.comeBack(proxy.liveramp)).status, 303);
});
