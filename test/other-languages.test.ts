/** The proxy written in another language keeps the contract, and takes a customer to a grant and back. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '../demo/simulator/index.ts';
import { ROOT } from '../scripts/test-files.ts';
import { checkProxy } from '../src/conformance/index.ts';
import { readAccount, readFlowReport } from '../src/contract.ts';
import { openapi } from '../src/proxy/openapi.ts';
import { Browser, decide } from './demo/browserless.ts';
import { until } from './e2e/browsers.ts';

const ACCOUNT = 'da_brightfjord_eu';
const ORIGIN = 'https://app.example';
const SESSION = { cookie: 'session=ann.acme' };

const found = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

describe('the proxy in Python', { skip: found ? false : 'python3 is older than 3.10, or missing' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'python-proxy-'));
  let simulator: Simulator;
  let program: ChildProcess;
  let base: string;

  before(async () => {
    simulator = await startSimulator();
    const port = await freePort();
    base = `http://127.0.0.1:${port}/api/destination-oauth`;
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(openapi(base)));
    program = spawn('python3', ['-B', join(ROOT, 'examples/python/proxy.py')], {
      env: {
        ...process.env,
        PORT: String(port),
        PUBLIC_URL: base,
        EMBED_ORIGINS: ORIGIN,
        AUTHORIZATION_HOSTS: simulator.platforms.map(({ host }) => host).join(','),
        TICKET_SECRET: 'a secret of at least thirty-two bytes',
        LIVERAMP_URL: simulator.liveramp.v1BaseUrl,
        LIVERAMP_API_KEY: simulator.tenants.find(({ id }) => id === 'acme')?.apiKey ?? '',
        ACCOUNTS: JSON.stringify({ acme: [ACCOUNT] }),
        OPENAPI: join(folder, 'openapi.json'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.ok(program.stdout);
    await once(program.stdout, 'data');
  });
  after(async () => {
    program.kill();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps the contract', async () => {
    const report = await checkProxy({ url: base, account: ACCOUNT, origin: ORIGIN, headers: SESSION });
    assert.deepEqual(
      report.results.filter(({ outcome }) => outcome !== 'passed'),
      [],
    );
  });

  const ask = async (path: string): Promise<unknown> =>
    (await fetch(base + path, { headers: { ...SESSION, origin: ORIGIN } })).json();

  /** Begins a flow and goes to the platform; gives the flow, its cookie, and where LiveRamp sends the browser. */
  async function walk(decision: 'allow' | 'deny'): Promise<{ flow: string; cookie: string; returnUrl: string }> {
    await simulator.reset();
    const account = readAccount(await ask(`/accounts/${ACCOUNT}`));
    assert.ok(account?.authorize_url);
    const flow = crypto.randomUUID().replaceAll('-', '');
    const begin = await fetch(`${account.authorize_url}&flow=${flow}`, { headers: SESSION, redirect: 'manual' });
    const cookie = begin.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { url } = await decide(
      new Browser(),
      begin.headers.get('location') ?? '',
      { decision },
      {
        stopAt: (next) => next.startsWith(base),
      },
    );
    assert.equal(readFlowReport(await ask(`/flows/${flow}`))?.state, 'pending');
    return { flow, cookie, returnUrl: url };
  }

  for (const [decision, state] of [
    ['allow', 'completed'],
    ['deny', 'failed'],
  ] as const)
    it(`${decision}: the flow is ${state}`, async () => {
      const { flow, cookie, returnUrl } = await walk(decision);
      const returned = await fetch(returnUrl, { headers: { cookie }, redirect: 'manual' });
      assert.equal(returned.status, 303);
      const page = await (await fetch(returned.headers.get('location') ?? '', { headers: { cookie } })).text();
      assert.ok(page.includes(flow) && page.includes(ORIGIN), page);
      assert.ok(!page.includes(new URL(returnUrl).searchParams.get('state') ?? 'state'));
      const report = await until(async () => {
        const now = readFlowReport(await ask(`/flows/${flow}`));
        return now?.state === 'processing' ? undefined : now;
      }, 'LiveRamp to make up its mind');
      assert.equal(report.state, state);
      assert.equal(report.account?.oauth_status, decision === 'allow' ? 'authorized' : 'unauthorized');
      const again = await fetch(returnUrl, { headers: { cookie }, redirect: 'manual' });
      assert.equal(again.status, 400, 'the state is used up');
    });

  it('a return to another browser changes nothing, and uses the state up', async () => {
    const { flow, cookie, returnUrl } = await walk('deny');
    assert.equal((await fetch(returnUrl, { redirect: 'manual' })).status, 400);
    assert.equal(readFlowReport(await ask(`/flows/${flow}`))?.state, 'pending');
    assert.equal((await fetch(returnUrl, { headers: { cookie }, redirect: 'manual' })).status, 400);
  });
});
