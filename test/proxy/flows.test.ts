import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liverampV11, memoryStore } from '../../src/proxy/index.ts';
import { Browser, FakeLiveramp, MINUTE, newFlow, problemCode, startProxy, type TestProxy } from './helpers.ts';

const outcomes = ({ events }: TestProxy): string[] =>
  events.map((event) => event.type).filter((type) => type === 'flow.completed' || type === 'flow.failed');

test("a flow is its user's own", async () => {
  const { handler } = startProxy();
  const browser = new Browser(handler);
  const { flow } = await browser.begin('da_1');
  for (const session of ['bob@acme', 'ann@other']) {
    assert.equal(await problemCode(await new Browser(handler, session).get(`/flows/${flow}`)), 'flow_not_found');
  }
  assert.equal(await problemCode(await browser.get(`/flows/${newFlow()}`)), 'flow_not_found');
  assert.equal(await problemCode(await browser.get('/flows/short')), 'invalid_flow');
  assert.equal(await problemCode(await new Browser(handler, '').get(`/flows/${flow}`)), 'unauthenticated');
});

test("T14: a flow whose account is the user's no more is not reported", async () => {
  let open = true;
  const { handler } = startProxy({ canAccess: () => open });
  const browser = new Browser(handler);
  const { flow } = await browser.begin('da_1');
  assert.equal((await browser.flow(flow)).state, 'pending');
  open = false;
  assert.equal(await problemCode(await browser.get(`/flows/${flow}`)), 'flow_not_found');
});

test('the attempt is followed even if the callback never comes', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.liveramp.lastAttempt.status = 'AUTHORIZED';
  proxy.liveramp.lastAttempt.oAuthConnectionID = 'oc_new';
  const report = await browser.flow(flow);
  assert.equal(report.state, 'completed');
  assert.equal(report.hint, undefined);
  assert.equal(report.account?.oauth_status, 'authorized');
  assert.equal(proxy.liveramp.connections.get('da_1')?.oAuthConnectionID, 'oc_new');
});

test('reauthorization passes the connection, which needs no link afterwards', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  assert.equal((await browser.account('da_stale')).reauthorization, true);
  const { flow } = await browser.begin('da_stale');
  const attempt = proxy.liveramp.lastAttempt;
  assert.equal(attempt.body.oAuthConnectionID, 'oc_old');
  attempt.status = 'AUTHORIZED';
  attempt.oAuthConnectionID = 'oc_old';
  Object.assign(proxy.liveramp.connections.get('da_stale') ?? {}, { oauthStatus: 'Authorized' });
  const report = await browser.flow(flow);
  assert.equal(report.state, 'completed');
  assert.equal(report.account?.reauthorization, false);
  assert.ok(!proxy.liveramp.calls.some((call) => call.startsWith('PUT')));
});

test('no permission at the platform: completed, and the account says that it is not authorized', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_stale');
  await browser.comeBack(proxy.liveramp, 'ok');
  Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_old' });
  const report = await browser.flow(flow);
  assert.deepEqual([report.state, report.hint, report.account?.oauth_status], ['completed', 'ok', 'unauthorized']);
});

test('FAILED is failed, with the account', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  await browser.comeBack(proxy.liveramp, 'unprocessable_entity');
  proxy.liveramp.lastAttempt.status = 'FAILED';
  const report = await browser.flow(flow);
  assert.deepEqual(
    [report.state, report.hint, report.account?.oauth_status],
    ['failed', 'unprocessable_entity', 'unauthorized'],
  );
  assert.deepEqual(outcomes(proxy), ['flow.failed']);
  proxy.liveramp.lastAttempt.status = 'AUTHORIZED';
  assert.equal((await browser.flow(flow)).state, 'failed', 'final');
});

test('an error in the redirect is failed while the account is not authorized, and a late success still counts', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  await browser.comeBack(proxy.liveramp, 'service_unavailable');
  assert.equal((await browser.flow(flow)).state, 'failed');
  assert.equal((await browser.flow(flow)).state, 'failed');
  Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  assert.equal((await browser.flow(flow)).state, 'completed');
  assert.deepEqual(outcomes(proxy), ['flow.failed', 'flow.completed']);
});

test('an unknown status of the attempt is never authorized; a forgotten attempt has failed', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  for (const status of ['Authorized', 'AUTHORISED', '', 'constructor']) {
    proxy.liveramp.lastAttempt.status = status;
    assert.equal((await browser.flow(flow)).state, 'pending', status);
  }
  proxy.liveramp.attempts.clear();
  assert.equal((await browser.flow(flow)).state, 'failed');
});

test('a flow expires after 15 minutes, is known as expired for a day, then forgotten', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.clock.now += 15 * MINUTE - 1;
  assert.equal((await browser.flow(flow)).state, 'pending');
  proxy.clock.now += 1;
  const report = await browser.flow(flow);
  assert.equal(report.state, 'expired');
  assert.equal(report.account?.oauth_status, 'unauthorized');
  proxy.clock.now += 24 * 60 * MINUTE - 1;
  assert.equal((await browser.flow(flow)).state, 'expired');
  proxy.clock.now += 1;
  assert.equal(await problemCode(await browser.get(`/flows/${flow}`)), 'flow_not_found');
});

test('a grant that is made after the flow expired still links the account', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  proxy.clock.now += 20 * MINUTE;
  Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_late' });
  const report = await browser.flow(flow);
  assert.deepEqual([report.state, report.account?.oauth_status], ['expired', 'authorized']);
});

test('a page that was closed too early: the next status read finishes the flow', async () => {
  for (const path of ['/accounts/da_1', '/accounts?id=da_1&id=da_done&id=da_plain']) {
    const proxy = startProxy();
    const browser = new Browser(proxy.handler);
    await browser.begin('da_1');
    Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
    const other = new Browser(proxy.handler, 'bob@acme');
    const body = await (await other.get(path)).text();
    assert.ok(/"account_id":"da_1","oauth_status":"authorized"/.test(body), body);
    assert.deepEqual(outcomes(proxy), ['flow.completed']);
  }
});

test('a page that was closed too early: of several flows, the next status read finishes the one that was granted', async () => {
  // The user comes back from it, or closes its window before that; in time, or when the flow has long expired.
  for (const returns of [true, false])
    for (const late of [0, 18 * MINUTE]) {
      const proxy = startProxy();
      const browser = new Browser(proxy.handler);
      await browser.begin('da_1');
      const granted = proxy.liveramp.lastAttempt;
      proxy.clock.now += late;
      await browser.begin('da_1');
      if (returns) await browser.send(`/callback?status=ok&state=${String(granted.body.state)}`);
      Object.assign(granted, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
      assert.equal((await browser.account('da_1')).oauth_status, 'authorized', `returns ${returns}, ${late} ms late`);
    }
});

test('a page that was closed too early: of many flows, the one that came back is not forgotten, and of two grants one is linked', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.begin('da_1');
  const granted = proxy.liveramp.lastAttempt;
  for (let i = 0; i < 3; i++) await browser.begin('da_1');
  const last = proxy.liveramp.lastAttempt;
  await browser.send(`/callback?status=ok&state=${String(granted.body.state)}`);
  Object.assign(granted, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_first' });
  Object.assign(last, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_last' });
  proxy.liveramp.forget();
  assert.equal((await browser.account('da_1')).oauth_status, 'authorized');
  assert.equal(proxy.liveramp.calls.filter((call) => call.startsWith('PUT')).length, 1);
  assert.equal(proxy.liveramp.connections.get('da_1')?.oAuthConnectionID, 'oc_first');
});

test('while LiveRamp cannot be reached, the flow is not decided', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  await browser.comeBack(proxy.liveramp);
  proxy.liveramp.intercept = () => new Response('', { status: 503 });
  assert.equal(await problemCode(await browser.get(`/flows/${flow}`)), 'upstream_unavailable');
  proxy.liveramp.intercept = undefined;
  assert.equal((await browser.flow(flow)).state, 'processing');
});

test('T12: two instances that share a store link once, and finish what the other began', async () => {
  const store = memoryStore();
  const liveramp = new FakeLiveramp();
  const one = startProxy({ store, clock: Date.now }, {}, liveramp);
  const two = startProxy({ store, clock: Date.now }, {}, liveramp);
  const browser = new Browser(one.handler);
  const elsewhere = new Browser(two.handler);
  const { flow } = await browser.begin('da_1');
  for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
  const url = `/callback?status=ok&state=${String(liveramp.lastAttempt.body.state)}`;
  const returns = await Promise.all([browser.send(url), elsewhere.send(url)]);
  assert.deepEqual(returns.map((response) => response.status).sort(), [303, 400]);
  Object.assign(liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  const reports = await Promise.all([browser.flow(flow), elsewhere.flow(flow), elsewhere.account('da_1')]);
  assert.ok(reports.some((report) => 'state' in report && report.state === 'completed'));
  assert.equal(liveramp.calls.filter((call) => call.startsWith('PUT')).length, 1);
  assert.equal((await elsewhere.flow(flow)).state, 'completed');
  assert.equal(outcomes(one).length + outcomes(two).length, 1);
});

test('a link that fails is done by the next poll', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_1');
  Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  proxy.liveramp.intercept = ({ method }) => (method === 'PUT' ? new Response('', { status: 500 }) : undefined);
  assert.equal(await problemCode(await browser.get(`/flows/${flow}`)), 'upstream_unavailable');
  proxy.liveramp.intercept = undefined;
  assert.equal((await browser.flow(flow)).state, 'completed');
  assert.equal(proxy.liveramp.calls.filter((call) => call.startsWith('PUT')).length, 2);
});

test('an account being set up: authorized before it exists, handed over once', async () => {
  const handed: unknown[] = [];
  const connections = new Map<string, string>();
  let fail = true;
  const proxy = startProxy(
    {},
    {
      resolve: (_, id) => {
        const integrationConnectionId = connections.get(id);
        return integrationConnectionId === undefined
          ? { destinationId: '7', integrationId: '71' }
          : { integrationConnectionId };
      },
      onAuthorized: (session, accountId, result) => {
        handed.push([session.tenant, accountId, result]);
        if (fail) throw new Error('SECRET database');
      },
    },
  );
  const browser = new Browser(proxy.handler);
  const before = await browser.account('new_1');
  assert.deepEqual([before.oauth_status, before.destination_name], ['unauthorized', 'LinkedIn']);
  const { flow } = await browser.begin('new_1');
  await browser.comeBack(proxy.liveramp);
  Object.assign(proxy.liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  const failed = await browser.get(`/flows/${flow}`);
  assert.ok(!(await failed.clone().text()).includes('SECRET'));
  assert.equal(await problemCode(failed), 'internal_error');
  fail = false;
  handed.length = 0;
  const reports = await Promise.all([browser.flow(flow), browser.account('new_1'), browser.flow(flow)]);
  assert.equal(reports[0].state, 'completed');
  assert.equal(reports[0].account?.oauth_status, 'authorized');
  assert.deepEqual(handed, [['acme', 'new_1', { oAuthConnectionID: 'oc_new' }]]);
  assert.equal((await browser.account('new_1')).oauth_status, 'authorized', 'while resolve does not know it yet');
  proxy.liveramp.connections.set('ic_9', {
    integrationID: ['7', '71'],
    oAuthConnectionID: 'oc_new',
    oauthStatus: 'Unauthorized',
  });
  connections.set('new_1', 'ic_9');
  assert.equal(
    (await browser.account('new_1')).oauth_status,
    'unauthorized',
    'what LiveRamp says, once there is a connection',
  );
  assert.ok(!proxy.liveramp.calls.some((call) => call.startsWith('PUT')));
  assert.equal(handed.length, 1);
});

/** A LiveRamp v1.1 in memory. */
function startV11(): { proxy: TestProxy; accounts: Map<string, string>; state: () => string; calls: string[] } {
  const accounts = new Map([
    ['da_1', 'oauth_unauthorized'],
    ['da_done', 'oauth_authorized'],
    ['da_na', 'oauth_not_applicable'],
    ['da_odd', 'odd'],
    ['da_proto', 'constructor'],
  ]);
  const calls: string[] = [];
  let state = '';
  const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
  const proxy = startProxy({
    upstream: liverampV11({
      credentials: (tenant) => ({ apiKey: `key-${tenant}` }),
      baseUrl: 'https://api.liveramp.net/v1.1/',
      statuses: { odd: 'authorized' },
    }),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      assert.equal(request.headers.get('x-api-key'), 'key-acme');
      const path = new URL(request.url).pathname;
      calls.push(`${request.method} ${path}`);
      const [, id = '', oauth] = /^\/v1\.1\/accounts\/([^/]+)(\/oauth)?$/.exec(path) ?? [];
      const status = accounts.get(decodeURIComponent(id));
      if (status === undefined) return answer(404, {});
      if (!oauth) return answer(200, { account: { id: 5, name: 'Ann', destination_id: 12, oauth_status: status } });
      const body = (await request.json()) as { redirect_url: string; state: string };
      assert.deepEqual(Object.keys(body).sort(), ['redirect_url', 'state']);
      state = body.state;
      return answer(200, { authorization_url: 'https://www.linkedin.com/oauth' });
    },
  });
  return { proxy, accounts, state: () => state, calls };
}

test('v1.1: statuses by the table, unknown words are unknown', async () => {
  const { proxy } = startV11();
  const browser = new Browser(proxy.handler);
  const read = async (id: string): Promise<unknown[]> => {
    const account = await browser.account(id);
    return [account.oauth_status, account.upstream_status, account.name];
  };
  assert.deepEqual(await read('da_1'), ['unauthorized', 'oauth_unauthorized', 'Ann']);
  assert.deepEqual(await read('da_done'), ['authorized', 'oauth_authorized', 'Ann']);
  assert.deepEqual(await read('da_na'), ['not_applicable', 'oauth_not_applicable', 'Ann']);
  assert.deepEqual(await read('da_odd'), ['authorized', 'odd', 'Ann']);
  assert.deepEqual(await read('da_proto'), ['unknown', 'constructor', 'Ann']);
  assert.equal((await browser.get('/accounts/da_absent')).status, 404);
});

test("v1.1: a flow is judged by the account's status", async () => {
  const { proxy, accounts, state } = startV11();
  const browser = new Browser(proxy.handler);
  const { flow, response } = await browser.begin('da_1');
  assert.equal(response.headers.get('location'), 'https://www.linkedin.com/oauth');
  assert.equal((await browser.flow(flow)).state, 'pending');
  assert.equal((await browser.send(`/callback?status=ok&state=${state()}`)).status, 303);
  const processing = await browser.flow(flow);
  assert.deepEqual([processing.state, processing.account?.oauth_status], ['processing', 'unauthorized']);
  accounts.set('da_1', 'oauth_authorized');
  const report = await browser.flow(flow);
  assert.deepEqual([report.state, report.account?.oauth_status], ['completed', 'authorized']);
});

test('v1.1: denied, and authorized without a callback', async () => {
  const { proxy, accounts, state } = startV11();
  const browser = new Browser(proxy.handler);
  const denied = await browser.begin('da_1');
  await browser.send(`/callback?status=unprocessable_entity&state=${state()}`);
  assert.equal((await browser.flow(denied.flow)).state, 'failed');
  const { flow } = await browser.begin('da_1');
  accounts.set('da_1', 'oauth_authorized');
  assert.equal((await browser.flow(flow)).state, 'completed');
});

test('v1.1: a renewal is not completed by the status that was there before', async () => {
  const { proxy, state } = startV11();
  const browser = new Browser(proxy.handler);
  const { flow } = await browser.begin('da_done');
  assert.equal((await browser.flow(flow)).state, 'pending');
  await browser.send(`/callback?status=ok&state=${state()}`);
  assert.equal((await browser.flow(flow)).state, 'completed');
});
