import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/proxy/index.ts';
import type { Account } from '../../src/contract.ts';
import { Browser, FakeLiveramp, newFlow, problemCode, startProxy, type FakeConnection } from './helpers.ts';

const ids = Array.from({ length: 1000 }, (_, i) => `c${i}`);

/** LiveRamp with 1,000 connections, each to one of so many destinations. */
function largeLiveramp(destinations = 1, connection: Partial<FakeConnection> = { oauthStatus: 'Authorized' }) {
  const liveramp = new FakeLiveramp();
  for (let d = 0; d < destinations; d++) {
    liveramp.destinations.push({ id: `d${d}`, name: `Destination ${d}`, logoUrl: '' });
    liveramp.integrations.set(`d${d}/i${d}`, { name: `Integration ${d}`, oAuthEndpointID: `ep${d}` });
  }
  ids.forEach((id, i) => {
    const d = i % destinations;
    liveramp.connections.set(id, { integrationID: [`d${d}`, `i${d}`], ...connection });
  });
  return liveramp;
}

async function readBatch(browser: Browser, wanted: readonly string[]): Promise<Account[]> {
  const response = await browser.get(`/accounts?${wanted.map((id) => `id=${id}`).join('&')}`);
  assert.equal(response.status, 200, await response.clone().text());
  const { accounts } = (await response.json()) as { accounts: Account[] };
  assert.deepEqual(
    accounts.map(({ account_id }) => account_id),
    wanted,
  );
  return accounts;
}

const tens = (list: readonly string[]): string[][] =>
  Array.from({ length: 10 }, (_, i) => list.slice(i * 100, i * 100 + 100));
const statuses = (accounts: readonly Account[]): string[] => [...new Set(accounts.map((each) => each.oauth_status))];

const ORDERS: Record<string, string[][]> = {
  "the list's order": tens(ids),
  'the other way round': tens(ids.toReversed()),
  'spread over all pages': Array.from({ length: 10 }, (_, i) => ids.filter((_id, at) => at % 10 === i)),
};
for (const [order, batches] of Object.entries(ORDERS)) {
  test(`1,000 accounts in ten batches, in ${order}: ten pages of the list and two calls for names`, async () => {
    for (const atOnce of [true, false]) {
      const { handler, liveramp } = startProxy({ timeouts: {} }, {}, largeLiveramp());
      const browser = new Browser(handler);
      const accounts: Account[] = [];
      if (atOnce) accounts.push(...(await Promise.all(batches.map((batch) => readBatch(browser, batch)))).flat());
      else for (const batch of batches) accounts.push(...(await readBatch(browser, batch)));
      assert.deepEqual(statuses(accounts), ['authorized']);
      assert.equal(new Set(accounts.map(({ account_id }) => account_id)).size, 1000);
      assert.ok(accounts.every((each) => each.name === 'Integration 0' && each.destination_name !== undefined));
      assert.equal(liveramp.calls.length, 12, liveramp.calls.join('\n'));
      assert.equal(liveramp.tokenCalls, 1);
    }
  });
}

test('1,000 accounts of many destinations: their names come by one list, and cost no more than twelve calls', async () => {
  const { handler, liveramp, clock } = startProxy({ timeouts: {} }, {}, largeLiveramp(7));
  const browser = new Browser(handler);
  const accounts = (await Promise.all(tens(ids).map((batch) => readBatch(browser, batch)))).flat();
  assert.ok(accounts.every((each, i) => each.destination_name === `Destination ${i % 7}`));
  assert.equal(liveramp.calls.length, 12, liveramp.calls.join('\n'));
  // What was not affordable at once is asked for by and by, and then remembered.
  for (let i = 0; i < 3; i++) {
    clock.now += 2_000;
    liveramp.forget();
    await Promise.all(tens(ids).map((batch) => readBatch(browser, batch)));
    assert.equal(liveramp.calls.length, 12);
  }
  clock.now += 2_000;
  liveramp.forget();
  const [first = []] = await Promise.all(tens(ids).map((batch) => readBatch(browser, batch)));
  assert.deepEqual(
    first.map(({ name }) => name),
    first.map((_, i) => `Integration ${i % 7}`),
  );
  assert.equal(liveramp.calls.length, 10);
});

test('where LiveRamp does not state the status, its catalogue is asked whatever that costs', async () => {
  for (const [connection, status] of [
    [{}, 'unauthorized'],
    [{ oAuthConnectionID: 'oc' }, 'authorized'],
  ] as const) {
    const { handler, liveramp } = startProxy({ timeouts: {} }, {}, largeLiveramp(7, connection));
    const browser = new Browser(handler);
    const accounts = (await Promise.all(tens(ids).map((batch) => readBatch(browser, batch)))).flat();
    assert.deepEqual(statuses(accounts), [status]);
    assert.equal(liveramp.calls.length, 10 + 1 + 7);
  }
});

test('a batch is answered from what was read within two seconds, for this tenant, by this clock', async () => {
  const { handler, liveramp, clock } = startProxy({}, {}, largeLiveramp());
  const [batch = []] = tens(ids);
  const browser = new Browser(handler);
  const count = async (from = browser): Promise<number> => {
    liveramp.forget();
    await readBatch(from, batch);
    return liveramp.calls.length;
  };
  await count();
  assert.equal(await count(), 0);
  assert.equal(await count(new Browser(handler, 'bob@acme')), 0, 'another user of the tenant');
  assert.equal(await count(new Browser(handler, 'eve@other')), 3, 'another tenant: a page and two names');
  clock.now += 1_999;
  assert.equal(await count(), 0);
  clock.now += 1;
  assert.equal(await count(), 1);
  clock.now -= 60_000;
  assert.equal(await count(), 1, 'a clock that was set back keeps nothing');
});

test('T14: what a page of the list holds beside is given to nobody whom canAccess refuses', async () => {
  const { handler, liveramp } = startProxy(
    { canAccess: ({ user }, id) => user === 'ann' || id === 'c1' },
    {},
    largeLiveramp(),
  );
  const [batch = []] = tens(ids);
  await readBatch(new Browser(handler), batch);
  liveramp.forget();
  const response = await new Browser(handler, 'bob@acme').get('/accounts?id=c0&id=c1&id=c2');
  const { accounts } = (await response.json()) as { accounts: unknown[] };
  assert.deepEqual(accounts[0], { account_id: 'c0', error: { code: 'account_not_found' } });
  assert.deepEqual(accounts[2], { account_id: 'c2', error: { code: 'account_not_found' } });
  assert.equal((accounts[1] as Account).oauth_status, 'authorized');
});

test('one account is always asked for, and a batch is never older than that', async () => {
  const { handler, liveramp } = startProxy({}, {}, largeLiveramp());
  const browser = new Browser(handler);
  const [batch = []] = tens(ids);
  await readBatch(browser, batch);
  liveramp.connections.set('c3', { integrationID: ['d0', 'i0'], oAuthConnectionID: 'oc', oauthStatus: 'Unauthorized' });
  assert.equal((await browser.account('c3')).reauthorization, true);
  const again = await readBatch(browser, batch);
  assert.equal(again[3]?.oauth_status, 'unauthorized');
  assert.equal(again[4]?.oauth_status, 'authorized');
});

test('a batch is never older than the end of a flow, in this instance or another, nor than its return', async () => {
  const store = memoryStore();
  const liveramp = largeLiveramp(1, { oAuthConnectionID: 'oc', oauthStatus: 'Unauthorized' });
  // Two upstreams: each instance has read its own list.
  const one = startProxy({ store, clock: Date.now }, {}, liveramp);
  const two = startProxy({ store, clock: Date.now }, {}, liveramp);
  const [batch = []] = tens(ids);
  const here = new Browser(one.handler);
  const there = new Browser(two.handler);
  const statusOf = async (browser: Browser, id: string): Promise<string | undefined> =>
    (await readBatch(browser, batch)).find(({ account_id }) => account_id === id)?.oauth_status;
  const authorize = (id: string): void => {
    liveramp.lastAttempt.status = 'AUTHORIZED';
    liveramp.connections.set(id, { integrationID: ['d0', 'i0'], oAuthConnectionID: 'oc', oauthStatus: 'Authorized' });
  };

  const { flow } = await here.begin('c5');
  await Promise.all([readBatch(here, batch), readBatch(there, batch)]);
  await here.comeBack(liveramp);
  authorize('c5');
  assert.equal(await statusOf(here, 'c5'), 'authorized', 'after the return');
  await here.flow(flow);

  const second = await here.begin('c6');
  await Promise.all([readBatch(here, batch), readBatch(there, batch)]);
  authorize('c6');
  assert.equal((await here.flow(second.flow)).state, 'completed');
  assert.deepEqual([await statusOf(here, 'c6'), await statusOf(there, 'c6')], ['authorized', 'authorized']);

  // A renewal that cost the grant: nobody follows up an account that was authorized.
  await here.begin('c6');
  assert.equal(await statusOf(here, 'c6'), 'authorized');
  await here.comeBack(liveramp);
  liveramp.connections.set('c6', { integrationID: ['d0', 'i0'], oAuthConnectionID: 'oc', oauthStatus: 'Unauthorized' });
  assert.equal(await statusOf(here, 'c6'), 'unauthorized', 'after the return of a renewal');
});

test('a page that another request failed to get is asked for again, with the own time', async () => {
  const { handler, liveramp } = startProxy({}, {}, largeLiveramp());
  const [first = [], second = []] = tens(ids);
  let failures = 3;
  liveramp.intercept = ({ path }) =>
    path.includes('integration-connections?') && failures-- > 0 ? new Response('', { status: 503 }) : undefined;
  const browser = new Browser(handler);
  const [failed, answered] = await Promise.all([
    browser.get(`/accounts?${first.map((id) => `id=${id}`).join('&')}`),
    readBatch(browser, second),
  ]);
  assert.equal(await problemCode(failed), 'upstream_unavailable');
  assert.deepEqual(statuses(answered), ['authorized']);
});

test('T25: a list without an end costs no more calls than there are ids', async () => {
  const { handler, liveramp } = startProxy({}, {}, largeLiveramp());
  let cursor = 0;
  liveramp.intercept = ({ path }) =>
    path.includes('integration-connections?')
      ? Response.json({ 'v2/IntegrationConnections': [], _pagination: { after: String(++cursor) } })
      : undefined;
  const accounts = await readBatch(new Browser(handler), ids.slice(0, 20));
  assert.deepEqual(statuses(accounts), ['authorized']);
  assert.equal(cursor, 20);
});

test('a begin waits for two calls, one after the other, and for no name', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const url = await browser.authorizeUrl('da_1');
  liveramp.forget();
  assert.equal((await browser.send(`${url}&flow=${newFlow()}`)).status, 302);
  assert.deepEqual(
    liveramp.calls.map((call) => call.replace(/attempts\/.*/, 'attempts/id')),
    ['POST /v2/oauth-connection-attempts', 'GET /v2/oauth-connection-attempts/id'],
  );

  // An instance that has read nothing yet: it needs the endpoint, not what the destination is called.
  const cold = startProxy({}, {}, liveramp);
  liveramp.intercept = ({ path }) =>
    path.endsWith('/destinations/7') ? new Promise<Response>(() => undefined) : undefined;
  liveramp.forget();
  assert.equal((await new Browser(cold.handler).send(`${url}&flow=${newFlow()}`)).status, 302);
  assert.equal(liveramp.calls.length, 4);
});

test('from the return to the truth: the callback, then one request, whose answer carries the account', async () => {
  const { handler, liveramp } = startProxy();
  const browser = new Browser(handler);
  const { flow } = await browser.begin('da_1');
  liveramp.forget();
  const back = await browser.comeBack(liveramp);
  assert.deepEqual([back.status, liveramp.requests.length], [303, 0], 'nothing waits for LiveRamp');
  assert.equal((await browser.send(back.headers.get('location') ?? '')).status, 200);
  assert.equal(liveramp.requests.length, 0);
  Object.assign(liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_new' });
  const report = await browser.flow(flow);
  assert.deepEqual([report.state, report.account?.oauth_status], ['completed', 'authorized']);
});
