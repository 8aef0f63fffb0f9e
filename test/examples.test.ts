/** Each example boots and serves one flow, from the status to the grant. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { ROOT } from '../scripts/test-files.ts';
import { BASE, Browser, FakeLiveramp, newFlow, ORIGIN, SECRET } from './proxy/helpers.ts';

type Handler = (request: Request) => Promise<Response>;

const liveramp = new FakeLiveramp();
let upstream: Server;
let settings: Record<string, string>;
const closers: (() => Promise<unknown>)[] = [];

before(async () => {
  liveramp.connections.set('acme_1', { integrationID: ['7', '71'] });
  liveramp.connections.set('other_1', { integrationID: ['7', '71'] });
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
  settings = {
    PORT: '0',
    PUBLIC_URL: BASE,
    EMBED_ORIGINS: ORIGIN,
    AUTHORIZATION_HOSTS: 'www.linkedin.com',
    TICKET_SECRET: SECRET.replaceAll(',', ';'),
    LIVERAMP_URL: `http://127.0.0.1:${address.port}/activation`,
    LIVERAMP_TOKEN_URL: `http://127.0.0.1:${address.port}/token`,
    LIVERAMP_ACCOUNT_ID: 'account',
    LIVERAMP_SECRET_KEY: 'key',
    LIVERAMP_ORG_ID: 'org',
  };
});
after(async () => {
  for (const close of closers) await close();
  upstream.closeAllConnections();
  upstream.close();
});

/** Runs a program that prints its URL. */
async function run(file: string): Promise<Handler> {
  const child = spawn(process.execPath, ['--import=tsx', `examples/${file}`], {
    cwd: ROOT,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes('\n')) break;
  }
  assert.match(printed, /^http:\/\/127\.0\.0\.1:\d+$/m, `${file} printed ${printed}`);
  return async (request) =>
    fetch(request.url.replace(new URL(BASE).origin, printed.trim()), {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      ...(request.body ? { body: await request.text() } : {}),
    });
}

const EXAMPLES: Record<string, () => Promise<Handler>> = {
  node: () => run('node.ts'),
  express: () => run('express.ts'),
  fastify: () => run('fastify.ts'),
  worker: async () => {
    const { default: worker } = await import('../examples/worker.ts');
    return (request) => worker.fetch(request, settings);
  },
  'next-route': async () => {
    Object.assign(process.env, settings);
    const route = await import('../examples/next-route.ts');
    return (request) => {
      const { method } = request;
      assert.ok(method === 'GET' || method === 'HEAD' || method === 'POST' || method === 'OPTIONS');
      return route[method](request);
    };
  },
};

describe('the examples', () => {
  for (const [name, boot] of Object.entries(EXAMPLES))
    it(`${name} serves a flow`, async () => {
      const handler = await boot();
      const browser = new Browser(handler, '');
      assert.equal((await browser.get('/accounts/acme_1')).status, 401);
      browser.cookies.set('session', 'ann.acme');
      assert.equal((await browser.get('/accounts/other_1')).status, 404);
      const flow = newFlow();
      const { response } = await browser.begin('acme_1', flow);
      assert.equal(response.status, 302, await response.text());
      const attempt = [...liveramp.attempts.values()].at(-1) ?? assert.fail('no attempt');
      const returned = await browser.send('/callback', {
        method: 'POST',
        headers: { origin: ORIGIN, 'content-type': 'application/json', 'x-destination-oauth': '1' },
        body: JSON.stringify({ status: 'ok', state: attempt.body['state'] }),
      });
      assert.equal(returned.status, 200, await returned.text());
      Object.assign(attempt, { status: 'AUTHORIZED', oAuthConnectionID: `oc_${name}` });
      assert.equal((await browser.flow(flow)).state, 'completed');
    });
});
