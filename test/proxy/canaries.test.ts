/** Recognisable secrets, looked for in whatever the proxy lets out while everything around it fails. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { liverampV11, liverampV2, memoryStore, type FlowStore, type ProxyOptions } from '../../src/proxy/index.ts';
import { Browser, FakeLiveramp, newFlow, startProxy } from './helpers.ts';

const CANARY = 'CANARY';
const secrets = {
  secretKey: `${CANARY}-secret-key`,
  accountId: `${CANARY}-service-account`,
  apiKey: `${CANARY}-api-key`,
  token: `${CANARY}-access-token`,
  ticketKey: `${CANARY}-ticket-key-of-more-than-32-bytes`,
  authorizationUrl: `https://www.linkedin.com/oauth?${CANARY}=authorization-url`,
};
const json = (body: unknown, status = 200): Response => Response.json(body, { status });

/** What this process writes, to the console or past it. */
const written: string[] = [];
const streams = [process.stdout, process.stderr] as const;
const originals = streams.map((stream) => stream.write.bind(stream));
const rejections: unknown[] = [];
const onRejection = (reason: unknown): unknown => rejections.push(reason);
before(() => {
  process.on('unhandledRejection', onRejection);
  for (const [index, stream] of streams.entries()) {
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
      written.push(String(chunk));
      return originals[index]?.(chunk, ...rest) ?? true;
    };
  }
});
after(() => {
  process.off('unhandledRejection', onRejection);
  for (const stream of streams) Reflect.deleteProperty(stream, 'write');
});

type Fault =
  'none' | 'throw' | 'echo 400' | 'echo 403' | 'echo 500' | 'html' | 'redirect' | 'credentials' | 'store' | 'hooks';
const FAULTS: readonly Fault[] = [
  'none',
  'throw',
  'echo 400',
  'echo 403',
  'echo 500',
  'html',
  'redirect',
  'credentials',
  'store',
  'hooks',
];

/** LiveRamp as each version's client meets it, failing as told, and quoting what it was sent. */
class World {
  fault: Fault = 'none';
  states: string[] = [];
  readonly #fake = new FakeLiveramp();

  constructor() {
    this.#fake.connections.set('da_1', { integrationID: ['7', '71'] });
    this.#fake.authorizationUrl = secrets.authorizationUrl;
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const sent = `${request.url} ${JSON.stringify([...request.headers])} ${await request.clone().text()}`;
    if (this.fault === 'throw') throw new Error(`cannot send ${sent}`);
    if (this.fault.startsWith('echo')) return json({ message: sent, errorCode: sent }, Number(this.fault.slice(5)));
    if (this.fault === 'html') return new Response(`<h1>${sent}</h1>`);
    if (this.fault === 'redirect')
      return new Response(null, { status: 302, headers: { location: `https://e.test/?${sent}` } });
    const url = new URL(request.url);
    if (url.pathname.endsWith('/token')) return json({ access_token: `token-${secrets.token}`, expires_in: 600 });
    if (url.pathname.includes('/v1/')) {
      if (request.method === 'GET') return json({ account: { name: 'A', oauth_status: 'oauth_unauthorized' } });
      this.states.push(((await request.json()) as { state: string }).state);
      return json({ authorization_url: secrets.authorizationUrl });
    }
    const response = await this.#fake.fetch(input, init);
    if (request.method === 'POST') this.states.push(String(this.#fake.lastAttempt.body.state));
    return response;
  };

  /** What the partner's own code throws, with all that it knows. */
  check(kind: Fault): void {
    if (this.fault === kind) throw new Error(JSON.stringify(secrets));
  }
}

const upstreams: Record<string, (world: World) => ProxyOptions['upstream']> = {
  v2: (world) =>
    liverampV2({
      credentials: () => {
        world.check('credentials');
        return { accountId: secrets.accountId, secretKey: secrets.secretKey, orgId: 'org' };
      },
      resolve: (_, id) => {
        world.check('hooks');
        return { integrationConnectionId: id };
      },
    }),
  'v1.1': (world) =>
    liverampV11({
      credentials: () => {
        world.check('credentials');
        return { apiKey: secrets.apiKey };
      },
    }),
};

for (const [version, upstream] of Object.entries(upstreams))
  test(`T24: whatever fails, nothing secret is answered, told or written, ${version}`, async () => {
    const world = new World();
    const store = memoryStore();
    const guarded = <K extends keyof FlowStore>(name: K): FlowStore[K] =>
      (async (key: string, ...rest: never[]) => {
        if (world.fault === 'store') throw new Error(`${name} ${key} ${String(rest)} ${JSON.stringify(secrets)}`);
        return (store[name] as (key: string, ...rest: never[]) => unknown)(key, ...rest);
      }) as FlowStore[K];
    const proxy = startProxy({
      upstream: upstream(world),
      fetch: world.fetch,
      secret: secrets.ticketKey,
      store: { add: guarded('add'), get: guarded('get'), set: guarded('set'), take: guarded('take') },
      clock: Date.now,
      limits: { beginsPerAccount: 1000, beginsPerUser: 1000 },
      canAccess: () => {
        world.check('hooks');
        return true;
      },
    });
    const answers: string[] = [];
    const handler = async (request: Request): Promise<Response> => {
      const response = await proxy.handler(request);
      answers.push(`${new URL(request.url).pathname} ${response.status} ${await response.clone().text()}`);
      for (const [name, value] of response.headers) {
        const begins = name === 'location' && value === secrets.authorizationUrl;
        if (!begins) answers.push(`${name}: ${value}`);
      }
      return response;
    };
    const browser = new Browser(handler);
    const url = await browser.authorizeUrl('da_1');
    const { flow, response } = await browser.begin('da_1');
    assert.equal(response.status, 302);
    for (const fault of FAULTS) {
      world.fault = fault;
      const state = world.states.at(-1) ?? '';
      await browser.get('/accounts/da_1');
      await browser.get('/accounts?id=da_1&id=da_2');
      await browser.send(`${url}&flow=${newFlow()}`);
      await browser.get(`/flows/${flow}`);
      await browser.send(`/callback?status=${CANARY}&state=${state}`);
      await browser.send('/done');
    }
    assert.ok(world.states.length >= 2, 'flows have been begun');
    await new Promise((resolve) => setImmediate(resolve));

    const events = JSON.stringify(proxy.events);
    assert.match(events, /"flow\.begun"/);
    assert.match(events, /"outcome":"upstream_/);
    const ticket = new URL(url).searchParams.get('ticket') ?? assert.fail('no ticket');
    const bindings = [...browser.cookies.values()].map((value) => value.split('.')[1] ?? '');
    const all = [...answers, ...written, events];
    for (const secret of [CANARY, ...world.states]) for (const text of all) assert.ok(!text.includes(secret), text);
    for (const secret of [ticket, flow, ...bindings])
      for (const text of [...written, events]) assert.ok(secret !== '' && !text.includes(secret), text);
    assert.deepEqual(rejections, []);
  });
