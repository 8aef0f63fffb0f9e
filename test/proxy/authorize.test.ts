import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessage, resultMessage } from '../../src/protocol.ts';
import { BASE, Browser, MINUTE, newFlow, ORIGIN, SECRET, startProxy, type TestProxy } from './helpers.ts';

const OTHER_ORIGIN = 'https://other.partner.example';

interface PageData {
  announcements: { flow: string; hint: string; targets: string[] }[];
  close: boolean;
}

/** What the page's script is told to announce. */
const pageData = (html: string): PageData | undefined => {
  const [, data] = /<script type="application\/json" id="data"[^>]*>([^<]*)<\/script>/.exec(html) ?? [];
  return data === undefined ? undefined : (JSON.parse(data) as PageData);
};

/** Refused by a page with the headers of a redirect page, which tells its opener; nothing was begun. */
async function assertRefused(
  proxy: TestProxy,
  response: Response,
  status: number,
  expected: { flow?: string; targets?: string[]; hint?: string } = {},
): Promise<string> {
  const html = await response.text();
  assert.equal(response.status, status, html);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(response.headers.get('cross-origin-opener-policy'), null);
  assert.equal(response.headers.get('set-cookie'), null);
  const csp = response.headers.get('content-security-policy') ?? '';
  const [, nonce = ''] = /script-src 'nonce-([\w-]{43})'/.exec(csp) ?? [];
  assert.equal(
    csp,
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
      "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
  );
  const data = pageData(html);
  if (expected.flow === undefined) assert.equal(data, undefined);
  else {
    const [announcement] = data?.announcements ?? [];
    assert.deepEqual(announcement?.targets, expected.targets ?? [ORIGIN]);
    const message = resultMessage(expected.flow, announcement.hint as 'ok');
    assert.deepEqual(readMessage(message), message);
    assert.equal(announcement.flow, expected.flow);
    assert.equal(announcement.hint, expected.hint ?? 'unprocessable_entity');
    assert.equal(data?.close, false);
  }
  assert.equal(proxy.liveramp.attempts.size, 0);
  return html;
}

test('T1, T2: a ticket serves its own user and tenant only', async () => {
  const proxy = startProxy();
  const url = await new Browser(proxy.handler, 'ann@acme').authorizeUrl('da_1');
  for (const session of ['bob@acme', 'ann@other']) {
    const flow = newFlow();
    const browser = new Browser(proxy.handler, session);
    await assertRefused(proxy, await browser.send(`${url}&flow=${flow}`), 403, { flow });
    assert.equal((await browser.get(`/flows/${flow}`)).status, 404);
  }
  const flow = newFlow();
  await assertRefused(proxy, await new Browser(proxy.handler, '').send(`${url}&flow=${flow}`), 401, { flow });
});

test('a ticket serves its own account only', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const ticket = new URL(await browser.authorizeUrl('da_1')).searchParams.get('ticket');
  const flow = newFlow();
  await assertRefused(proxy, await browser.send(`/accounts/da_done/authorize?ticket=${ticket}&flow=${flow}`), 403, {
    flow,
  });
});

test('a ticket lives 10 minutes; an expired one still says where to report', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  proxy.clock.now += 10 * MINUTE - 1;
  assert.equal((await browser.send(`${url}&flow=${newFlow()}`)).status, 302);
  proxy.liveramp.attempts.clear();
  proxy.clock.now += 1;
  const flow = newFlow();
  const html = await assertRefused(proxy, await browser.send(`${url}&flow=${flow}`), 403, { flow });
  assert.match(html, /expired/);
});

test('T13: a forged, altered or foreign ticket is refused; the result goes to each embedding origin, never to *', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const ticket = new URL(await browser.authorizeUrl('da_1')).searchParams.get('ticket') ?? '';
  const foreign = new URL(
    await new Browser(startProxy({ secret: 'another secret of thirty-two bytes or more' }).handler).authorizeUrl(
      'da_1',
    ),
  ).searchParams.get('ticket');
  const flow = newFlow();
  for (const bad of [
    foreign,
    '',
    'x',
    `${ticket}A`,
    `${ticket}.`,
    ticket.slice(0, -1),
    ` ${ticket}`,
    '....',
    'a'.repeat(5000),
  ]) {
    const response = await browser.send(
      `/accounts/da_1/authorize?flow=${flow}&ticket=${encodeURIComponent(bad ?? '')}`,
    );
    const html = await assertRefused(proxy, response, 403, { flow, targets: [ORIGIN, OTHER_ORIGIN] });
    assert.ok(!/postMessage\([^)]*"\*"/.test(html));
  }
});

test("every other last character of each of a ticket's segments is refused: one ticket has one spelling", async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const ticket = new URL(await browser.authorizeUrl('da_1')).searchParams.get('ticket') ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const end of [...ticket.matchAll(/.(?=\.|$)/g)].map((match) => match.index)) {
    if (ticket[end] === '.') continue;
    for (const character of alphabet.replace(ticket[end] ?? '', '')) {
      const altered = ticket.slice(0, end) + character + ticket.slice(end + 1);
      const response = await browser.send(`/accounts/da_1/authorize?flow=${newFlow()}&ticket=${altered}`);
      assert.equal(response.status, 403);
    }
  }
  assert.equal(proxy.liveramp.attempts.size, 0);
});

test('keys are rotated by [new, old]', async () => {
  const old = startProxy({ secret: SECRET });
  const rotated = startProxy({ secret: ['a new secret of at least thirty-two bytes', SECRET] });
  const url = await new Browser(old.handler).authorizeUrl('da_1');
  assert.equal((await new Browser(rotated.handler).send(`${url}&flow=${newFlow()}`)).status, 302);
  const newer = await new Browser(rotated.handler).authorizeUrl('da_1');
  assert.equal((await new Browser(old.handler).send(`${newer}&flow=${newFlow()}`)).status, 403);
});

test('missing, malformed and doubled parameters', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  const ticket = new URL(url).searchParams.get('ticket');
  const flow = newFlow();
  await assertRefused(proxy, await browser.send(url), 400);
  await assertRefused(proxy, await browser.send(`${url}&flow=${flow}&flow=${flow}`), 400);
  await assertRefused(proxy, await browser.send(`${url}&flow=short`), 400);
  await assertRefused(proxy, await browser.send(`${url}&flow=${'a'.repeat(129)}`), 400);
  await assertRefused(
    proxy,
    await browser.send(`${url}&flow=${encodeURIComponent('<script>alert(1)</script>aaaa')}`),
    400,
  );
  const all = [ORIGIN, OTHER_ORIGIN];
  await assertRefused(proxy, await browser.send(`${url}&flow=${flow}&ticket=${ticket}`), 400, { flow, targets: all });
  await assertRefused(proxy, await browser.send(`/accounts/da_1/authorize?flow=${flow}`), 400, { flow, targets: all });
  await assertRefused(proxy, await browser.send(`/accounts/a%2Fb/authorize?flow=${flow}&ticket=${ticket}`), 400, {
    flow,
    targets: all,
  });
});

test('a flow id is used once; the existing flow is untouched', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.liveramp.attempts.clear();
  const mallory = new Browser(proxy.handler, 'mallory@acme');
  await assertRefused(proxy, (await mallory.begin('da_done', flow)).response, 409, { flow });
  await assertRefused(proxy, (await browser.begin('da_1', flow)).response, 409, { flow });
  assert.equal((await mallory.get(`/flows/${flow}`)).status, 404);
  const both = newFlow();
  const results = await Promise.all([browser.begin('da_1', both), browser.begin('da_1', both)]);
  assert.deepEqual(results.map(({ response }) => response.status).sort(), [302, 409]);
  assert.equal(proxy.liveramp.attempts.size, 1);
});

test('T14: access is asked again at the begin', async () => {
  let allowed = true;
  const proxy = startProxy({ canAccess: () => allowed });
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  allowed = false;
  const flow = newFlow();
  await assertRefused(proxy, await browser.send(`${url}&flow=${flow}`), 404, { flow });
});

test('T26: begins are limited for each user and each account', async () => {
  const proxy = startProxy({ limits: { beginsPerUser: 3, beginsPerAccount: 2 } });
  const ann = new Browser(proxy.handler, 'ann@acme');
  const begin = async (browser: Browser, id: string): Promise<Response> => (await browser.begin(id)).response;
  assert.equal((await begin(ann, 'da_1')).status, 302);
  assert.equal((await begin(ann, 'da_1')).status, 302);
  const refused = await begin(ann, 'da_1');
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.match(refused.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(
    (await begin(new Browser(proxy.handler, 'bob@acme'), 'da_1')).status,
    429,
    'the account is at its limit',
  );
  assert.equal((await begin(ann, 'da_done')).status, 429, 'the user is at their limit');
  assert.equal((await begin(new Browser(proxy.handler, 'ann@other'), 'da_1')).status, 302, 'another tenant');
  proxy.clock.now += MINUTE;
  assert.equal((await begin(ann, 'da_1')).status, 302);
});

test('T6: only an https URL of a listed host is followed', async () => {
  const hosts = ['www.linkedin.com', '*.tiktok.com', 'login.example:8443', '127.0.0.1', 'localhost:9000', '[::1]'];
  const good = [
    'https://www.linkedin.com/oauth?x=1#y',
    'https://WWW.LinkedIn.com/',
    'https://www.linkedin.com:443/',
    'https://ads.tiktok.com/a',
    'https://a.b.tiktok.com/',
    'https://login.example:8443/',
    'http://127.0.0.1:4567/authorize',
    'http://localhost:9000/',
    'http://[::1]:3000/',
  ];
  const bad = [
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'http://www.linkedin.com/',
    'https://www.linkedin.com.evil.test/',
    'https://www.linkedin.com@evil.test/',
    'https://user@www.linkedin.com/',
    'https://:@www.linkedin.com/',
    'https://@www.linkedin.com/',
    'https:\\\\www.linkedin.com/',
    'https:www.linkedin.com/',
    'https:/www.linkedin.com/',
    '//www.linkedin.com/',
    '/oauth',
    '',
    'https://www.linkedin.com\t/',
    'https://www.linkedin.com/\r\nset-cookie: a=b',
    ' https://www.linkedin.com/',
    'https://www.linkedin.com:8443/',
    'https://linkedin.com/',
    'https://www.linkedin.com./',
    'https://tiktok.com/',
    'https://eviltiktok.com/',
    'https://.tiktok.com/',
    'https://login.example/',
    'http://login.example:8443/',
    'http://127.0.0.1.evil.test/',
    'http://localhost:9001/',
    'ftp://www.linkedin.com/',
    'blob:https://www.linkedin.com/x',
    `https://www.linkedin.com/${'a'.repeat(9000)}`,
  ];
  const proxy = startProxy({ authorizationHosts: hosts, limits: { beginsPerUser: 1000, beginsPerAccount: 1000 } });
  const browser = new Browser(proxy.handler);
  for (const url of good) {
    proxy.liveramp.authorizationUrl = url;
    const { response } = await browser.begin('da_1');
    assert.equal(response.status, 302, url);
    assert.equal(response.headers.get('location'), new URL(url).href);
  }
  for (const url of bad) {
    proxy.liveramp.authorizationUrl = url;
    const { flow, response } = await browser.begin('da_1');
    const html = await response.text();
    assert.equal(response.status, 502, url);
    assert.equal(response.headers.get('location'), null);
    assert.equal(response.headers.get('set-cookie'), null);
    if (url.length > 10) assert.ok(!html.includes(url));
    assert.equal(pageData(html)?.announcements[0]?.hint, 'internal_server_error');
    assert.equal((await browser.flow(flow)).state, 'failed');
  }
});

test('a begin that fails upstream leaves a failed flow with a hint', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  for (const [status, shown, hint] of [
    [503, 503, 'service_unavailable'],
    [422, 502, 'internal_server_error'],
    [302, 502, 'internal_server_error'],
  ] as const) {
    const { liveramp } = proxy;
    liveramp.intercept = (request) =>
      request.method === 'POST' && request.path.includes('attempts')
        ? new Response('{"message":"SECRET upstream body"}', { status, headers: { location: 'https://evil.example/' } })
        : undefined;
    liveramp.forget();
    const flow = newFlow();
    const html = await assertRefused(proxy, await browser.send(`${url}&flow=${flow}`), shown, { flow, hint });
    assert.ok(!html.includes('SECRET'));
    assert.equal(liveramp.calls.filter((call) => call.startsWith('POST')).length, 1, 'a POST is never sent again');
    liveramp.intercept = undefined;
    const report = await browser.flow(flow);
    assert.equal(report.state, 'failed');
    assert.equal(report.hint, hint);
    assert.equal(report.account?.oauth_status, 'unauthorized');
  }
});

test('an account that needs no authorization has none to begin', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  proxy.liveramp.connections.set('da_1', { integrationID: ['8', '81'] });
  await browser.account('da_1');
  const flow = newFlow();
  await assertRefused(proxy, await browser.send(`${url}&flow=${flow}`), 409, { flow });
});

test('T18: not in a frame, and not for a speculative load', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = `${await browser.authorizeUrl('da_1')}&flow=${newFlow()}`;
  for (const headers of [
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-dest': 'object' },
    { 'sec-purpose': 'prefetch;prerender' },
  ]) {
    await assertRefused(proxy, await browser.send(url, { headers }), 403);
  }
  assert.equal((await browser.send(url, { headers: { 'sec-fetch-dest': 'document' } })).status, 302);
});

test('return_to must be a page of an embedding origin, and then the callback goes there', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const url = await browser.authorizeUrl('da_1');
  for (const bad of [
    'https://evil.example/',
    `${ORIGIN}.evil.example/`,
    '/page',
    'javascript:alert(1)',
    `https://u@${ORIGIN.slice(8)}/`,
    `blob:${ORIGIN}/page`,
    '',
  ]) {
    const response = await browser.send(`${url}&flow=${newFlow()}&return_to=${encodeURIComponent(bad)}`);
    assert.equal(response.status, 400, bad);
    assert.ok(!(await response.text()).includes('<a '));
  }
  const twice = `&return_to=${encodeURIComponent(`${ORIGIN}/a`)}`.repeat(2);
  assert.equal((await browser.send(`${url}&flow=${newFlow()}${twice}`)).status, 400);
  assert.equal(proxy.liveramp.attempts.size, 0);
  const page = `${ORIGIN}/destinations?tab=2&x=<y>#row-7`;
  await browser.begin('da_1', newFlow(), `&return_to=${encodeURIComponent(page)}`);
  const back = await browser.comeBack(proxy.liveramp);
  assert.equal(back.status, 303);
  assert.equal(back.headers.get('location'), new URL(page).href);
  // A begin that fails offers the way back as a link.
  proxy.liveramp.intercept = () => new Response('', { status: 503 });
  const failed = await browser.send(`${url}&flow=${newFlow()}&return_to=${encodeURIComponent(page)}`);
  assert.ok((await failed.text()).includes(`href="${new URL(page).href.replace(/&/g, '&amp;')}"`));
});

test('a browser keeps few flow cookies: the oldest go', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const flows: string[] = [];
  for (let i = 0; i < 12; i++) {
    proxy.clock.now += MINUTE / 4;
    flows.push((await browser.begin(i % 2 ? 'da_1' : 'da_done')).flow);
  }
  assert.equal(browser.cookies.size, 8);
  assert.deepEqual(
    [...browser.cookies.values()].map((value) => value.split('.')[0]),
    flows.slice(-8),
  );
});

test('on http the cookie has neither prefix nor Secure', async () => {
  const { handler, liveramp } = startProxy({ publicUrl: 'http://localhost:5173/api/destination-oauth' });
  const browser = new Browser(handler);
  const { authorize_url } = await browser.account('da_1');
  const response = await browser.send(`${authorize_url}&flow=${newFlow()}`);
  assert.equal(response.status, 302);
  const cookie = response.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^destination-oauth-/);
  assert.ok(!/secure/i.test(cookie));
  assert.equal(liveramp.lastAttempt.body.redirectUrl, 'http://localhost:5173/api/destination-oauth/callback');
  assert.notEqual(BASE, 'http://localhost:5173/api/destination-oauth');
});
