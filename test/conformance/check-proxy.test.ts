/** The conformance check passes on our proxy, and finds each rule that a proxy breaks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkProxy, type CheckReport } from '../../src/conformance/index.ts';
import { BASE, ORIGIN, startProxy } from '../proxy/helpers.ts';

type Handler = (request: Request) => Promise<Response>;

const check = (fetch: Handler, more: Partial<Parameters<typeof checkProxy>[0]> = {}): Promise<CheckReport> =>
  checkProxy({
    url: BASE,
    account: 'da_1',
    origin: ORIGIN,
    headers: { 'x-test-session': 'ann@acme' },
    fetch,
    ...more,
  });

const pathOf = (request: Request): string => new URL(request.url).pathname.slice(new URL(BASE).pathname.length);
const isAuthorize = (request: Request): boolean => pathOf(request).endsWith('/authorize');

/** Asks the real proxy for something else. */
const asking = async (handler: Handler, request: Request, change: (headers: Headers) => void): Promise<Response> => {
  const headers = new Headers(request.headers);
  change(headers);
  const { method } = request;
  return handler(
    new Request(request.url, { method, headers, ...(request.body ? { body: await request.text() } : {}) }),
  );
};
/** Changes an answer's headers. */
const answering = async (answer: Promise<Response>, change: (headers: Headers) => void): Promise<Response> => {
  const response = await answer;
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(response.body, { status: response.status, headers });
};
const page = (html: string, status = 400): Response =>
  new Response(html, {
    status,
    headers: {
      'content-type': 'text/html',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
const platform = (): Response =>
  new Response(null, { status: 302, headers: { location: 'https://www.linkedin.com/' } });
const json = (body: unknown, status = 200): Response => Response.json(body, { status });

/** A proxy that breaks one rule: what it answers instead, or `undefined` to answer as it should. */
type Break = (request: Request, path: string, handler: Handler) => Response | Promise<Response> | undefined;

const BROKEN: Record<string, Break> = {
  account: (_, path) => (path === '/accounts/da_1' ? json({ account_id: 'da_1', status: 'ok' }) : undefined),
  'account.authorize-url': (request, path, handler) =>
    path === '/accounts/da_1' && request.method === 'GET'
      ? handler(request).then(async (answer) =>
          answer.ok ? json({ ...((await answer.json()) as object), authorize_url: 'javascript:alert(1)' }) : answer,
        )
      : undefined,
  'json.headers': (request, _, handler) => answering(handler(request), (headers) => headers.delete('vary')),
  'cors.allowed': (request, _, handler) =>
    answering(handler(request), (headers) => headers.delete('access-control-allow-credentials')),
  'cors.foreign': (request, _, handler) =>
    request.method === 'GET' && request.headers.get('origin') === 'https://foreign.invalid'
      ? asking(handler, request, (headers) => headers.set('origin', ORIGIN))
      : undefined,
  'cors.null': (request, _, handler) =>
    request.headers.get('origin') === 'null'
      ? asking(handler, request, (headers) => headers.set('origin', ORIGIN))
      : undefined,
  'cors.preflight': (request) => (request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : undefined),
  unauthenticated: (request, path, handler) =>
    path === '/accounts/da_1'
      ? asking(handler, request, (headers) => headers.set('x-test-session', 'ann@acme'))
      : undefined,
  'account.absent': (_, path) =>
    /^\/accounts\/[0-9a-f]{32}$/.test(path) ? json({ error: 'not found' }, 404) : undefined,
  'account.malformed': (_, path) => (path === '/accounts/a%20b' ? json({ error: 'bad' }, 500) : undefined),
  batch: (request, path, handler) =>
    path === '/accounts'
      ? handler(request).then(async (answer) => {
          const body = (await answer.clone().json()) as { accounts?: unknown[] };
          return body.accounts ? json({ accounts: body.accounts.toReversed().slice(1) }) : answer;
        })
      : undefined,
  'batch.limits': (request, path) =>
    path === '/accounts' && new URL(request.url).searchParams.size > 100 ? json({ accounts: [] }) : undefined,
  'batch.malformed': (request, path) =>
    path === '/accounts' && request.url.includes('a%20b') ? json({ accounts: [] }) : undefined,
  'flow.unknown': (request, path, handler) =>
    path.startsWith('/flows/')
      ? handler(request).then((answer) => (answer.status === 404 ? json({ state: 'pending' }) : answer))
      : undefined,
  'flow.malformed': (_, path) => (path === '/flows/short' ? json({}, 404) : undefined),
  methods: (request) => (request.method === 'DELETE' ? json({ ok: true }) : undefined),
  openapi: (_, path) => (path === '/openapi.json' ? json({}) : undefined),
  'authorize.no-ticket': (request) =>
    isAuthorize(request) && !request.url.includes('ticket') ? platform() : undefined,
  'authorize.ticket': (request, _, handler) =>
    isAuthorize(request) && request.method === 'GET'
      ? handler(request).then((answer) => (answer.status === 403 ? platform() : answer))
      : undefined,
  'authorize.head': (request) =>
    isAuthorize(request) && request.method === 'HEAD' ? new Response(null, { status: 200 }) : undefined,
  'authorize.frame': (request, _, handler) =>
    isAuthorize(request) ? asking(handler, request, (headers) => headers.delete('sec-fetch-dest')) : undefined,
  'authorize.session': (request, _, handler) =>
    isAuthorize(request) ? asking(handler, request, (headers) => headers.set('x-test-session', 'ann@acme')) : undefined,
  begin: (request, _, handler) =>
    isAuthorize(request) ? answering(handler(request), (headers) => headers.delete('referrer-policy')) : undefined,
  'begin.cookie': (request, _, handler) =>
    isAuthorize(request)
      ? answering(handler(request), (headers) => {
          const cookie = headers.get('set-cookie');
          if (cookie) headers.set('set-cookie', cookie.replace('; HttpOnly', ''));
        })
      : undefined,
  'begin.once': (request, _, handler) =>
    isAuthorize(request) ? handler(request).then((answer) => (answer.status === 409 ? platform() : answer)) : undefined,
  flow: (_, path) => (/^\/flows\/\w{32}$/.test(path) ? json({ state: 'done' }) : undefined),
  'callback.forged': (request, path) =>
    path === '/callback' && request.method === 'GET' ? page(`<p>${request.url}</p>`) : undefined,
  'callback.markup': (request, path) =>
    path === '/callback' && request.method === 'GET'
      ? page(new URL(request.url).searchParams.get('error') ?? '')
      : undefined,
  'callback.head': (request, path) =>
    path === '/callback' && request.method === 'HEAD' ? new Response(null) : undefined,
  'callback.post.origin': (request, path) =>
    path === '/callback' && request.headers.get('origin') === 'https://foreign.invalid' ? json({}) : undefined,
  'callback.post.no-origin': (request, path, handler) =>
    path === '/callback' && !request.headers.has('origin') && request.method === 'POST'
      ? asking(handler, request, (headers) => headers.set('origin', ORIGIN))
      : undefined,
  'callback.post.header': (request, path, handler) =>
    path === '/callback' && request.method === 'POST'
      ? asking(handler, request, (headers) => headers.set('x-destination-oauth', '1'))
      : undefined,
  'callback.post.json': (request, path, handler) =>
    path === '/callback' && request.method === 'POST'
      ? asking(handler, request, (headers) => headers.set('content-type', 'application/json'))
      : undefined,
  'callback.post.state': (request, path, handler) =>
    path === '/callback' && request.method === 'POST'
      ? handler(request).then((answer) => (answer.status === 400 ? json({ flow: 'x' }) : answer))
      : undefined,
  done: (request, path, handler) =>
    path === '/done'
      ? answering(handler(request), (headers) => headers.set('cross-origin-opener-policy', 'same-origin'))
      : undefined,
  'done.frame': (request, path, handler) =>
    path === '/done' ? asking(handler, request, (headers) => headers.delete('sec-fetch-dest')) : undefined,
};

const failed = (report: CheckReport): string[] =>
  report.results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);

describe('check-proxy', () => {
  it('passes on our proxy, every rule of it', async () => {
    const report = await check(startProxy().handler);
    assert.deepEqual(
      report.results.filter(({ outcome }) => outcome !== 'passed'),
      [],
    );
    assert.equal(report.ok, true);
    assert.deepEqual(
      report.results.map(({ rule }) => rule).sort(),
      Object.keys(BROKEN).sort(),
      'each has a broken proxy',
    );
  });

  for (const [rule, breaking] of Object.entries(BROKEN))
    it(`finds a proxy that breaks ${rule}`, async () => {
      const { handler } = startProxy();
      const report = await check(
        async (request) => (await breaking(request, pathOf(request), handler)) ?? handler(request),
      );
      assert.ok(failed(report).includes(rule), `found: ${failed(report).join(', ') || 'nothing'}`);
      assert.equal(report.ok, false);
    });

  it('begins nothing where it must not, and says what it left out', async () => {
    const { handler, liveramp } = startProxy();
    const report = await check(handler, { begin: false });
    assert.equal(report.ok, true);
    assert.equal(liveramp.attempts.size, 0);
    const skipped = report.results.filter(({ outcome }) => outcome === 'skipped').map(({ rule }) => rule);
    assert.deepEqual(skipped, ['begin', 'begin.cookie', 'begin.once', 'flow']);
  });

  it('says so where nobody answers', async () => {
    const report = await check(() => Promise.reject(new Error('refused')));
    assert.equal(report.ok, false);
    assert.match(String(report.results[0]?.detail), /no answer: refused/);
  });

  it('refuses options that cannot work', async () => {
    await assert.rejects(checkProxy({ url: '/relative', account: 'da_1' }), /must be absolute/);
    await assert.rejects(checkProxy({ url: BASE, account: 'a b' }), /account must be/);
  });
});
