/** Three proxy processes behind a round-robin, one Redis, and what may happen to either. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { BASE, Browser, FakeLiveramp, newFlow, problemCode } from './helpers.ts';
import { NO_REDIS, startRedis, type RedisServer } from './redis-server.ts';

/** `npm run test:cluster` takes 1,000. */
const FLOWS = Number(process.env['CLUSTER_FLOWS'] ?? 150);
/** Requests in flight; the flows are all under way at the same time. */
const AT_ONCE = 50;

interface Instance {
  readonly process: ChildProcess;
  readonly url: string;
}

async function eachOf<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) await work(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe('three processes that share a Redis', { skip: NO_REDIS }, () => {
  const liveramp = new FakeLiveramp();
  let redis: RedisServer;
  let upstream: Server;
  let instances: Instance[];

  before(async () => {
    for (let i = 0; i < FLOWS; i++)
      liveramp.connections.set(`da_${i}`, {
        integrationID: ['7', '71'],
        oAuthConnectionID: `oc_${i}`,
        oauthStatus: 'Unauthorized',
      });
    const answer = async (request: Request): Promise<Response> =>
      liveramp.fetch(request.url, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        ...(request.method === 'GET' ? {} : { body: await request.text() }),
      });
    upstream = createServer(getRequestListener(answer, { overrideGlobalObjects: false })).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const address = upstream.address();
    assert.ok(address !== null && typeof address === 'object');
    redis = await startRedis();
    instances = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = fork(join(import.meta.dirname, 'cluster-instance.ts'), {
          execArgv: ['--import=tsx'],
          env: { ...process.env, REDIS_URL: redis.url, LIVERAMP_URL: `http://127.0.0.1:${address.port}` },
        });
        const [port] = (await once(child, 'message')) as [number];
        return { process: child, url: `http://127.0.0.1:${port}` };
      }),
    );
  });
  after(async () => {
    for (const instance of instances) instance.process.kill();
    upstream.closeAllConnections();
    upstream.close();
    await redis.stop();
  });

  const at =
    (instance: Instance) =>
    (request: Request): Promise<Response> =>
      fetch(request.url.replace(new URL(BASE).origin, instance.url), {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
      });
  let turn = 0;
  /** Each request to the next instance; where nobody answers, to the one after it. */
  const roundRobin = async (request: Request): Promise<Response> => {
    for (let tries = 0; ; tries++) {
      const instance = instances[turn++ % instances.length] ?? assert.fail('no instance');
      try {
        return await at(instance)(request.clone());
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  };

  test('T12: concurrent flows, begun on one, returned to another, polled on a third, one killed in mid-run: nothing is lost', async () => {
    const flows = Array.from({ length: FLOWS }, (_, i) => ({
      id: `da_${i}`,
      flow: newFlow(),
      browser: new Browser(roundRobin, `user${i}@acme`),
      state: '',
    }));
    await eachOf(flows, async (each) => {
      const { response } = await each.browser.begin(each.id, each.flow);
      assert.equal(response.status, 302, await response.text());
    });
    for (const attempt of liveramp.attempts.values()) {
      const index = String(attempt.body.oAuthConnectionID).slice(3);
      const each = flows[Number(index)] ?? assert.fail(index);
      each.state = String(attempt.body.state);
    }

    // While all three live, exactly one of two equal returns counts.
    const doubled = flows.filter((_, index) => index % 10 === 0);
    await eachOf(doubled, async ({ id, browser, state }) => {
      const url = `/callback?status=ok&state=${state}`;
      const statuses = (await Promise.all([browser.send(url), browser.send(url)])).map(({ status }) => status);
      assert.deepEqual(statuses.sort(), [303, 400], id);
    });
    const others = flows.filter((each) => !doubled.includes(each));
    await eachOf(others, async ({ id, browser, state }, index) => {
      if (index === Math.floor(others.length / 2)) {
        const [victim] = instances.splice(1, 1);
        victim?.process.kill('SIGKILL');
      }
      const { status } = await browser.send(`/callback?status=ok&state=${state}`);
      // The victim may have taken the state and died before it answered; LiveRamp's word on the attempt remains.
      assert.ok(status === 303 || status === 400, `${id}: ${status}`);
    });
    for (const attempt of liveramp.attempts.values()) {
      attempt.status = 'AUTHORIZED';
      attempt.oAuthConnectionID = String(attempt.body.oAuthConnectionID);
      const connection = liveramp.connections.get(attempt.oAuthConnectionID.replace('oc_', 'da_'));
      if (connection) connection.oauthStatus = 'Authorized';
    }

    await eachOf(flows, async ({ browser, flow, id }) => {
      const report = await browser.flow(flow);
      assert.deepEqual([report.state, report.account?.oauth_status], ['completed', 'authorized'], id);
    });
  });

  test('a Redis that cannot be reached is a 503 problem, and the proxies recover by themselves', async () => {
    const browser = new Browser(roundRobin, 'later@acme');
    const url = await browser.authorizeUrl('da_0');
    await redis.stop();
    const refused = await browser.get(`/flows/${newFlow()}`);
    assert.equal(refused.status, 503);
    assert.equal(await problemCode(refused), 'store_unavailable');
    const page = await browser.send(`${url}&flow=${newFlow()}`);
    assert.equal(page.status, 503);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal((await browser.get('/accounts/da_0')).status, 200, 'reading a status needs no store');

    await redis.restart();
    const deadline = performance.now() + 20_000;
    for (const instance of instances) {
      const direct = new Browser(at(instance), 'later@acme');
      let status = 503;
      while (status === 503 && performance.now() < deadline) {
        status = (await direct.get(`/flows/${newFlow()}`)).status;
      }
      assert.equal(status, 404);
    }
    assert.equal((await browser.send(`${url}&flow=${newFlow()}`)).status, 302);
  });
});
