import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'redis';
import { memoryStore, redisStore, type FlowStore, type RedisClient } from '../../src/proxy/index.ts';
import { once } from '../../src/proxy/store.ts';
import { Browser, FakeLiveramp, problemCode, startProxy } from './helpers.ts';
import { NO_REDIS, startRedis, type RedisServer } from './redis-server.ts';

async function contract(store: FlowStore): Promise<void> {
  assert.equal(await store.get('a'), undefined);
  assert.equal(await store.add('a', '1', 60_000), true);
  assert.equal(await store.add('a', '2', 60_000), false);
  assert.equal(await store.get('a'), '1');
  await store.set('a', '3', 60_000);
  assert.equal(await store.get('a'), '3');
  const taken = await Promise.all(Array.from({ length: 20 }, () => store.take('a')));
  assert.deepEqual(
    taken.filter((value) => value !== undefined),
    ['3'],
  );
  const added = await Promise.all(Array.from({ length: 20 }, (_, i) => store.add('b', String(i), 60_000)));
  assert.equal(added.filter(Boolean).length, 1);
  for (const key of ['__proto__', 'constructor', 'with space\n']) {
    assert.equal(await store.get(key), undefined);
    await store.set(key, 'ä"\n', 60_000);
    assert.equal(await store.take(key), 'ä"\n');
  }
}

async function onceContract(store: FlowStore): Promise<void> {
  let runs = 0;
  const work = async (): Promise<void> => {
    runs++;
    await store.get('other');
  };
  const results = await Promise.all(Array.from({ length: 10 }, () => once(store, 'job', 60_000, work)));
  assert.equal(runs, 1);
  assert.equal(results.filter(Boolean).length >= 1, true);
  assert.equal(await once(store, 'job', 60_000, work), true);
  assert.equal(runs, 1);
  await assert.rejects(
    once(store, 'broken', 60_000, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await once(store, 'broken', 60_000, work), true);
  assert.equal(runs, 2);
}

test('redisStore names what a client lacks', () => {
  for (const client of [undefined, null, {}, { set: () => 'OK', get: () => null }]) {
    assert.throws(() => redisStore(client as unknown as RedisClient), /^TypeError: redisStore: client has no /);
  }
});

test('memoryStore keeps the contract', async () => {
  await contract(memoryStore());
  await onceContract(memoryStore());
});

test('memoryStore forgets by its clock, and the oldest when it is full', async () => {
  let now = 0;
  const store = memoryStore({ clock: () => now, maxEntries: 3 });
  await store.set('a', '1', 100);
  now = 99;
  assert.equal(await store.get('a'), '1');
  now = 100;
  assert.equal(await store.get('a'), undefined);
  assert.equal(await store.add('a', '2', 100), true);
  for (const key of ['b', 'c', 'd']) await store.set(key, key, 100);
  assert.equal(await store.get('a'), undefined);
  assert.deepEqual(await Promise.all(['b', 'c', 'd'].map((key) => store.get(key))), ['b', 'c', 'd']);
  assert.throws(() => memoryStore({ maxEntries: 0 }), /maxEntries/);
});

test('a store that fails or hangs is 503, and the proxy recovers by itself', async () => {
  const memory = memoryStore();
  let fault: 'none' | 'throws' | 'hangs' = 'none';
  const through = <T>(work: () => Promise<T>): Promise<T> => {
    if (fault === 'throws') throw new Error('SECRET redis://user:password@host');
    return fault === 'hangs' ? new Promise(() => undefined) : work();
  };
  const { handler, events } = startProxy({
    store: {
      add: (...given) => through(() => memory.add(...given)),
      get: (...given) => through(() => memory.get(...given)),
      set: (...given) => through(() => memory.set(...given)),
      take: (...given) => through(() => memory.take(...given)),
    },
  });
  const browser = new Browser(handler);
  const { flow } = await browser.begin('da_done');
  for (const kind of ['throws', 'hangs'] as const) {
    fault = kind;
    const response = await browser.get(`/flows/${flow}`);
    assert.equal(response.status, 503);
    assert.ok(!(await response.clone().text()).includes('SECRET'));
    assert.equal(await problemCode(response), 'store_unavailable');
    assert.equal((await browser.begin('da_done')).response.status, 503);
  }
  assert.ok(!JSON.stringify(events).includes('SECRET'));
  fault = 'none';
  assert.equal((await browser.flow(flow)).state, 'pending');
});

describe('redisStore', { skip: NO_REDIS }, () => {
  let server: RedisServer;
  const connect = () => createClient({ url: server.url }).connect();

  before(async () => {
    server = await startRedis();
  });
  after(() => server.stop());

  test('keeps the contract, under a prefix and with a time to live', async () => {
    const client = await connect();
    try {
      const store = redisStore(client);
      await contract(store);
      await onceContract(store);
      const other = redisStore(client, { prefix: 'other:' });
      await other.set('key', 'value', 5000);
      assert.equal(await store.get('key'), undefined);
      assert.equal(await client.get('other:key'), 'value');
      const left = await client.pTTL('other:key');
      assert.ok(left > 3000 && left <= 5000);
      assert.equal(await other.add('fraction', 'x', 1234.5), true);
    } finally {
      client.destroy();
    }
  });

  test('T12: a callback sent to two instances at once is consumed once; each finishes what the other began', async () => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    try {
      const liveramp = new FakeLiveramp();
      const limits = { beginsPerAccount: 1000 };
      const instances = clients.map((client) =>
        startProxy({ store: redisStore(client), clock: Date.now, limits }, {}, liveramp),
      );
      const [one, two, three] = instances;
      assert.ok(one && two && three);
      for (let round = 0; round < 20; round++) {
        const session = `user${round}@acme`;
        const browser: Browser = new Browser(one.handler, session);
        const { flow, response } = await browser.begin('da_stale');
        assert.equal(response.status, 302);
        const elsewhere: Browser = new Browser(two.handler, session);
        for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
        const url = `/callback?status=ok&state=${String(liveramp.lastAttempt.body.state)}`;
        const returns = await Promise.all([browser.send(url), elsewhere.send(url)]);
        assert.deepEqual(returns.map((answer) => answer.status).sort(), [303, 400]);
        Object.assign(liveramp.lastAttempt, { status: 'AUTHORIZED', oAuthConnectionID: 'oc_old' });
        assert.equal((await new Browser(three.handler, session).flow(flow)).state, 'completed');
      }
    } finally {
      for (const client of clients) client.destroy();
    }
  });
});
