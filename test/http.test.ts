import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { PROBLEM_CODES } from '../src/contract.ts';
import { DestinationOAuthError, type ErrorCode } from '../src/errors.ts';
import { errorOf, getJson, type Answer } from '../src/http.ts';

const URL_ = 'https://proxy.test/accounts/acc';
const requests: { url: string; init: RequestInit }[] = [];
let answer: (init: RequestInit) => Response | Promise<Response>;

const never = (): AbortController => new AbortController();
const headersOf = (index = 0): Headers => new Headers(requests[index]?.init.headers);

/** As fetch does: an answer that never comes, until the signal is aborted. */
const hang = ({ signal }: RequestInit): Promise<Response> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });

const failure = async (run: Promise<Answer>): Promise<DestinationOAuthError> => {
  const found = await run;
  assert.equal(found.status, 0, 'no failure');
  return errorOf(found);
};

beforeEach(() => {
  requests.length = 0;
  answer = () => Response.json({ fine: true });
  mock.method(globalThis, 'fetch', async (url: string, init: RequestInit) => {
    requests.push({ url, init });
    return answer(init);
  });
});
afterEach(() => mock.restoreAll());

describe('a request', () => {
  test('is a GET with credentials that no cache answers', async () => {
    await getJson(URL_, undefined, never());
    const { url, init } = requests[0] ?? assert.fail();
    assert.equal(url, URL_);
    assert.deepEqual([init.method, init.credentials, init.cache], ['GET', 'include', 'no-store']);
    assert.equal(headersOf().get('accept'), 'application/json');
  });

  test('takes what requestInit says, as an object', async () => {
    await getJson(URL_, { credentials: 'omit', headers: { authorization: 'Bearer t' } }, never());
    assert.equal(requests[0]?.init.credentials, 'omit');
    assert.equal(headersOf().get('authorization'), 'Bearer t');
  });

  test('takes what requestInit says, as a function, asked anew each time', async () => {
    let count = 0;
    const source = (): RequestInit => ({ headers: new Headers({ authorization: `Bearer ${++count}` }) });
    await getJson(URL_, source, never());
    await getJson(URL_, () => Promise.resolve(source()), never());
    assert.deepEqual(
      [0, 1].map((index) => headersOf(index).get('authorization')),
      ['Bearer 1', 'Bearer 2'],
    );
  });

  test('stays a GET without a body, whatever requestInit says', async () => {
    await getJson(URL_, { method: 'DELETE', body: 'x', signal: AbortSignal.abort() }, never());
    assert.deepEqual([requests[0]?.init.method, requests[0]?.init.body], ['GET', null]);
    assert.equal(requests[0]?.init.signal?.aborted, false);
  });
});

describe('an answer', () => {
  test('is its status and its JSON', async () => {
    answer = () => Response.json({ code: 'flow_not_found' }, { status: 404 });
    const { status, body, code, retryAfter } = await getJson(URL_, undefined, never());
    assert.deepEqual(
      { status, body, code, retryAfter },
      {
        status: 404,
        body: { code: 'flow_not_found' },
        code: 'flow_not_found',
        retryAfter: undefined,
      },
    );
  });

  for (const body of ['', '<!doctype html><p>Hello', '{"a":', 'undefined', '\u0000'])
    test(`without JSON: ${JSON.stringify(body)}`, async () => {
      answer = () => new Response(body);
      assert.equal((await getJson(URL_, undefined, never())).body, undefined);
    });

  for (const [value, ms] of [
    ['30', 30_000],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
  ] as const)
    test(`with Retry-After ${value}`, async () => {
      answer = () => Response.json({}, { status: 429, headers: { 'retry-after': value } });
      assert.equal((await getJson(URL_, undefined, never())).retryAfter, ms);
    });
});

describe('a failure', () => {
  test('of the network is unreachable', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    const error = await failure(getJson(URL_, undefined, never()));
    assert.equal(error.code, 'unreachable');
    assert.match(error.message, /proxy-url/);
  });

  test('of requestInit is one too, and nothing is sent', async () => {
    const source = (): RequestInit => {
      throw new Error('no token');
    };
    const error = await failure(getJson(URL_, source, never()));
    assert.equal(error.code, 'unreachable');
    assert.match(error.message, /requestInit/);
    assert.match(String(error.cause), /no token/);
    assert.equal(requests.length, 0);
  });

  test('of the body in mid-way is unreachable', async () => {
    answer = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"a":'));
            controller.error(new Error('reset'));
          },
        }),
      );
    assert.equal((await failure(getJson(URL_, undefined, never()))).code, 'unreachable');
  });

  for (const [what, source, hanging] of [
    ['an answer that does not come', undefined, hang],
    ['a body that does not end', undefined, () => new Response(new ReadableStream({}))],
    ['a requestInit that does not end', () => new Promise<RequestInit>(() => {}), hang],
  ] as const)
    test(`after 15 s: ${what}`, async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        answer = hanging;
        let settled = false;
        const pending = failure(getJson(URL_, source, never())).finally(() => (settled = true));
        mock.timers.tick(14_999);
        await new Promise(setImmediate);
        assert.equal(settled, false);
        mock.timers.tick(1);
        assert.equal((await pending).code, 'timeout');
        if (requests[0]) assert.equal(requests[0].init.signal?.aborted, true, 'the request is given up');
      } finally {
        mock.timers.reset();
      }
    });

  test('by an abort of the caller ends the request', async () => {
    answer = hang;
    const controller = new AbortController();
    const pending = failure(getJson(URL_, undefined, controller));
    await new Promise(setImmediate);
    controller.abort();
    await pending;
    assert.equal(requests[0]?.init.signal?.aborted, true);
  });
});

describe('the error for an answer', () => {
  test('is a plain sentence, with the problem code where there is one', () => {
    const { message } = errorOf({ status: 404, code: undefined });
    assert.equal(message, 'The proxy answered 404. This is outside the contract. Check proxy-url.');
    assert.match(errorOf({ status: 400, code: 'invalid_flow' }).message, /^The proxy answered 400 invalid_flow\. /);
  });

  const CODES: [number, string | undefined, ErrorCode][] = [
    [404, 'account_not_found', 'account_not_found'],
    [401, 'unauthenticated', 'unauthenticated'],
    [401, undefined, 'unauthenticated'],
    [403, 'origin_not_allowed', 'forbidden'],
    [429, 'rate_limited', 'rate_limited'],
    [429, undefined, 'rate_limited'],
    [500, undefined, 'unavailable'],
    [500, 'internal_error', 'unavailable'],
    [502, 'upstream_invalid_response', 'unavailable'],
    [503, 'store_unavailable', 'unavailable'],
    [504, 'upstream_timeout', 'unavailable'],
    [200, 'upstream_unavailable', 'unavailable'],
    [200, undefined, 'invalid_response'],
    [404, undefined, 'invalid_response'],
    [404, 'not_found', 'invalid_response'],
    [400, 'constructor', 'invalid_response'],
    [400, '__proto__', 'invalid_response'],
    [400, 'toString', 'invalid_response'],
    [503, 'hasOwnProperty', 'unavailable'],
  ];
  for (const [status, code, expected] of CODES)
    test(`${status} ${code ?? 'without a code'}: ${expected}`, () => {
      const error = errorOf({ status, code, retryAfter: undefined });
      assert.equal(error.code, expected);
      assert.ok(error.message.length > 0);
      assert.equal(error.retryAfter, undefined);
    });

  test('exists for every code of the contract', () => {
    for (const [code, status] of Object.entries(PROBLEM_CODES))
      assert.ok(errorOf({ status, code, retryAfter: undefined }) instanceof DestinationOAuthError);
  });

  test('says when to come back', () => {
    assert.equal(errorOf({ status: 429, code: undefined, retryAfter: 5_000 }).retryAfter, 5_000);
  });
});
