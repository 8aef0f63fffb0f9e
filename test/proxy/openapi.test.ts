import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { documentedBy, type OpenApi } from './documented-answers.ts';
import { memoryStore, type FlowStore } from '../../src/proxy/index.ts';
import { BASE, Browser, newFlow, ORIGIN, startProxy } from './helpers.ts';

const readDocument = async (): Promise<OpenApi> => {
  const response = await startProxy().handler(new Request(`${BASE}/openapi.json`));
  return (await response.json()) as OpenApi;
};

test('openapi.json is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate({ ...(await readDocument()) });
  assert.ok(valid, JSON.stringify(errors));
});

const NO_LIMITS = { limits: { readsPerUser: 1e9, beginsPerUser: 1e9, beginsPerAccount: 1e9 } };

/** What may go wrong at LiveRamp. */
const FAULTS: Readonly<Record<string, () => Response>> = {
  500: () => new Response('{}', { status: 500 }),
  429: () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } }),
  403: () => new Response('{}', { status: 403 }),
  404: () => new Response('{}', { status: 404 }),
  HTML: () => new Response('<p>', { headers: { 'content-type': 'text/html' } }),
  redirect: () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } }),
};

/** A store that can be out of reach. */
function failingStore(): FlowStore & { down: boolean } {
  const store = memoryStore();
  const reach = <T>(answer: () => Promise<T>): Promise<T> =>
    failing.down ? Promise.reject(new Error('out of reach')) : answer();
  const failing = {
    down: false,
    add: (...args: Parameters<FlowStore['add']>) => reach(() => store.add(...args)),
    get: (...args: Parameters<FlowStore['get']>) => reach(() => store.get(...args)),
    set: (...args: Parameters<FlowStore['set']>) => reach(() => store.set(...args)),
    take: (...args: Parameters<FlowStore['take']>) => reach(() => store.take(...args)),
  };
  return failing;
}

const id = fc.constantFrom(
  'da_1',
  'da_stale',
  'da_done',
  'da_plain',
  'da_foreign',
  'da_none',
  'a%20b',
  'x'.repeat(200),
);
interface Walk {
  id: string;
  other: string;
  origin: string | undefined;
  session: string;
  /** One of `FAULTS`. */
  fault: string | undefined;
  storeFails: 'never' | 'at once' | 'after the begin';
  framed: boolean;
  /** The redirect page is the partner's own. */
  byPost: boolean;
}

const walks: fc.Arbitrary<Walk> = fc.record({
  id,
  other: id,
  origin: fc.constantFrom(ORIGIN, ORIGIN, ORIGIN, 'https://evil.example', undefined),
  session: fc.constantFrom('ann@acme', 'ann@acme', 'ann@acme', 'bob@acme', ''),
  fault: fc.constantFrom(undefined, undefined, undefined, ...Object.keys(FAULTS)),
  storeFails: fc.constantFrom('never', 'never', 'at once', 'after the begin'),
  framed: fc.boolean(),
  byPost: fc.boolean(),
});

const PLAIN: Walk = {
  id: 'da_1',
  other: 'da_none',
  origin: ORIGIN,
  session: 'ann@acme',
  fault: undefined,
  storeFails: 'never',
  framed: false,
  byPost: false,
};
/** Walks that meet what is looked for in the end, whatever chance brings. */
const SURE: readonly Partial<Walk>[] = [
  {},
  { byPost: true },
  { byPost: true, storeFails: 'after the begin' },
  { origin: 'https://evil.example' },
  { session: '' },
  { id: 'da_none' },
  { fault: '500' },
  { fault: 'HTML' },
];

test('every answer is one that openapi.json tells of', async () => {
  const documented = documentedBy(await readDocument());
  const told = new Set<string>();
  await fc.assert(
    fc.asyncProperty(walks, async ({ id, other, origin, session, fault, storeFails, framed, byPost }) => {
      const store = failingStore();
      const { handler, liveramp } = startProxy({ ...NO_LIMITS, store });
      const checked = documented(handler);
      const browser = new Browser(async (request) => {
        const response = await checked(request);
        told.add(`${request.method} ${response.status}`);
        return response;
      });
      const { authorize_url: url } = await browser.account('da_1');
      const flow = newFlow();
      const headers: Record<string, string> = origin === undefined ? {} : { origin };
      const navigation: Record<string, string> = framed ? { 'sec-fetch-dest': 'iframe' } : {};
      browser.session = session;
      if (fault !== undefined) liveramp.intercept = () => FAULTS[fault]?.();
      store.down = storeFails === 'at once';

      await browser.send(`/accounts/${id}`, { headers });
      await browser.send(`/accounts?id=${id}&id=${other}`, { headers });
      await browser.send('/accounts', { headers });
      const begun = await browser.send(`${url ?? ''}&flow=${flow}`, { headers: navigation });
      await browser.send(`/accounts/${id}/authorize?flow=${flow}&ticket=x`, { headers: navigation });
      await browser.send(`/flows/${flow}`, { headers });
      await browser.send(`/flows/${id}`, { headers });
      store.down ||= storeFails === 'after the begin';

      const state = begun.status === 302 ? String(liveramp.lastAttempt.body['state']) : 'none';
      const post = {
        method: 'POST',
        body: JSON.stringify({ status: 'ok', state }),
        headers: { 'content-type': 'application/json', 'x-destination-oauth': '1', ...headers },
      };
      const callbacks = [
        () => browser.send(`/callback?status=ok&state=${state}`, { headers: navigation }),
        () => browser.send('/callback', post),
      ];
      for (const callback of byPost ? callbacks.toReversed() : callbacks) await callback();
      await browser.send('/callback', { ...post, body: 'x'.repeat(9000) });
      await browser.send('/callback', { ...post, headers: { ...post.headers, 'content-type': 'text/plain' } });
      await browser.send('/callback', { ...post, headers });
      await browser.send('/done', { headers: navigation });
      await browser.send(`/flows/${flow}`, { headers });
      await browser.send('/openapi.json');
    }),
    { numRuns: 120, examples: SURE.map((walk): [Walk] => [{ ...PLAIN, ...walk }]) },
  );
  // All this has been met.
  const gets = [200, 302, 303, 400, 401, 403, 404, 502, 503].map((status) => `GET ${status}`);
  const posts = [200, 400, 403, 413, 415, 503].map((status) => `POST ${status}`);
  assert.deepEqual(
    [...gets, ...posts].filter((answer) => !told.has(answer)),
    [],
  );
});
