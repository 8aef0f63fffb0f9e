import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, FakeLiveramp, problemCode, startProxy, type TestProxy } from './helpers.ts';

const down = (): Response => new Response('down', { status: 503 });
const circuit = ({ events }: TestProxy): string[] =>
  events.flatMap((event) => (event.type === 'upstream.circuit' ? [`${event.outcome} ${String(event.tenant)}`] : []));

/** A proxy whose LiveRamp has failed until the circuit opened. */
async function opened(): Promise<TestProxy & { browser: Browser }> {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  await browser.account('da_1');
  proxy.liveramp.intercept = down;
  for (let i = 0; i < 10; i++) assert.equal((await browser.get('/accounts/da_1')).status, 503);
  assert.deepEqual(circuit(proxy), ['opened acme']);
  proxy.liveramp.forget();
  return { ...proxy, browser };
}

test('T25: ten failures in a row open the circuit: nothing is sent, and the answer says when to come back', async () => {
  const { browser, liveramp } = await opened();
  const refused = await browser.get('/accounts/da_1');
  assert.equal(refused.headers.get('retry-after'), '5');
  assert.equal(await problemCode(refused), 'upstream_unavailable');
  for (let i = 0; i < 100; i++) assert.equal((await browser.get('/accounts/da_1')).status, 503);
  assert.equal(liveramp.requests.length, 0);
});

test('T25: after five seconds one call tries; it closes the circuit or opens it again', async () => {
  const { browser, liveramp, clock, ...proxy } = await opened();
  const { handler } = proxy;
  clock.now += 5_000;
  const both = await Promise.all([browser.get('/accounts/da_1'), browser.get('/accounts/da_done')]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [503, 503],
  );
  assert.deepEqual(new Set(liveramp.calls), new Set(['GET /v2/integration-connections/da_1']), 'one of the two tried');
  liveramp.forget();
  assert.equal((await browser.get('/accounts/da_1')).status, 503);
  assert.equal(liveramp.requests.length, 0, 'open again');

  clock.now += 5_000;
  liveramp.intercept = undefined;
  assert.equal((await browser.get('/accounts/da_1')).status, 200);
  assert.equal((await new Browser(handler).get('/accounts/da_done')).status, 200);
  assert.deepEqual(circuit({ handler, liveramp, clock, events: proxy.events }), ['opened acme', 'closed acme']);
});

test('T25: one tenant’s circuit is no other’s', async () => {
  const { handler, liveramp } = await opened();
  liveramp.intercept = undefined;
  assert.equal((await new Browser(handler, 'bob@other').get('/accounts/da_1')).status, 200);
});

test('a refusal is an answer: it keeps the circuit closed', async () => {
  const proxy = startProxy();
  const browser = new Browser(proxy.handler);
  for (const status of [400, 404, 503, 200]) {
    proxy.liveramp.intercept = ({ path }) => (path.includes('/token') ? undefined : new Response('{}', { status }));
    for (let i = 0; i < 9; i++) await browser.get('/accounts/da_1');
  }
  assert.deepEqual(circuit(proxy), []);
});

test('T26: a tenant has 32 calls in flight at most; the others wait their turn', async () => {
  const liveramp = new FakeLiveramp();
  const ids = Array.from({ length: 200 }, (_, index) => `da_${index}`);
  for (const id of ids) liveramp.connections.set(id, { integrationID: ['7', '71'] });
  const { handler } = startProxy({ timeouts: { callMs: 10_000, requestMs: 20_000, backoffMs: 1 } }, {}, liveramp);
  let inFlight = 0;
  let most = 0;
  const held: (() => void)[] = [];
  const release = (): void => held.splice(0).forEach((go) => go());
  liveramp.intercept = async ({ path }) => {
    if (!path.includes('integration-connections')) return undefined;
    most = Math.max(most, ++inFlight);
    // Held until as many as may are here, so that the bound is met whatever the timing.
    const full = inFlight >= 32 || held.length > 0;
    await new Promise<void>((resolve) => {
      held.push(resolve);
      if (full) setImmediate(release);
      else setTimeout(release, 50);
    });
    inFlight--;
    return undefined;
  };
  const answers = await Promise.all(ids.map((id) => new Browser(handler).get(`/accounts/${id}`)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(most, 32);
});

test('T26: whoever waits too long for a turn is told so', async () => {
  const liveramp = new FakeLiveramp();
  const ids = Array.from({ length: 40 }, (_, index) => `da_${index}`);
  for (const id of ids) liveramp.connections.set(id, { integrationID: ['7', '71'], oauthStatus: 'Authorized' });
  const { handler } = startProxy({ timeouts: { callMs: 5_000, requestMs: 100, backoffMs: 1 } }, {}, liveramp);
  liveramp.intercept = ({ path }) => (path.includes('/token') ? undefined : new Promise(() => undefined));
  const answers = await Promise.all(ids.map((id) => new Browser(handler).get(`/accounts/${id}`)));
  for (const answer of answers)
    assert.ok(['upstream_timeout', 'upstream_unavailable'].includes(await problemCode(answer)));
});
