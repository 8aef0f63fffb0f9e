/** One request to the proxy: bounded in time, read as JSON, its failures in the element's own words. */
import { readProblemCode } from './contract.ts';
import { DestinationOAuthError, type ErrorCode } from './errors.ts';

/** Milliseconds after which a request is given up. */
const GIVE_UP = 15_000;

/** Headers and the like for requests to the proxy, or a function that gives them. */
export type RequestInitSource = RequestInit | (() => RequestInit | Promise<RequestInit>) | undefined;

export interface Answer {
  status: number;
  /** The parsed body; `undefined` if it is not JSON. */
  body: unknown;
  /** The problem document's code. */
  code: string | undefined;
  /** Milliseconds, from `Retry-After`. */
  retryAfter: number | undefined;
}

/** A map, because the code comes from outside: `constructor` must not find anything. */
const ERRORS = new Map<string, readonly [ErrorCode, string]>([
  ['account_not_found', ['account_not_found', 'The account was not found. Check account-id.']],
  ['unauthenticated', ['unauthenticated', 'The proxy does not know this user. Check the session, or requestInit.']],
  ['origin_not_allowed', ['forbidden', "The proxy refuses this page. Add its origin to the proxy's embedOrigins."]],
  ['rate_limited', ['rate_limited', 'The proxy was asked too often.']],
]);

const BY_STATUS: Partial<Record<number, string>> = { 401: 'unauthenticated', 429: 'rate_limited' };

/** What went wrong, by the problem document's code, else by the status. */
export function errorOf({ status, code = '', retryAfter }: Omit<Answer, 'body'>): DestinationOAuthError {
  const known = ERRORS.get(code) ?? ERRORS.get(BY_STATUS[status] ?? '');
  const down = status >= 500 || /^(upstream|store|internal)_/.test(code);
  const [is, message] = known ?? [
    down ? 'unavailable' : 'invalid_response',
    `The proxy answered ${status} ${code}${down ? '' : ', outside the contract. Check that proxy-url is its base'}.`,
  ];
  return new DestinationOAuthError(is, message, { cause: { status, code }, retryAfter });
}

/**
 * GETs `url`. Throws {@link DestinationOAuthError} `unreachable` or `timeout`; `signal` aborts it.
 */
export async function getJson(url: string, source: RequestInitSource, signal: AbortSignal): Promise<Answer> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort);
  const request = async (): Promise<Answer> => {
    const init = typeof source === 'function' ? await source() : source;
    const headers = new Headers(init?.headers);
    headers.set('accept', 'application/json');
    const response = await fetch(url, {
      credentials: 'include',
      cache: 'no-store',
      ...init,
      method: 'GET',
      headers,
      body: null,
      signal: controller.signal,
    });
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON, so outside the contract: the caller says so.
    }
    const seconds = Number(response.headers.get('retry-after'));
    const retryAfter = seconds > 0 ? seconds * 1000 : undefined;
    return { status: response.status, body, code: readProblemCode(body), retryAfter };
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DestinationOAuthError('timeout', 'The proxy did not answer within 15 seconds.'));
      abort();
    }, GIVE_UP);
  });
  try {
    return await Promise.race([request(), gaveUp]);
  } catch (cause) {
    if (cause instanceof DestinationOAuthError) throw cause;
    const message = 'The proxy cannot be reached. Check proxy-url, and its CORS rules if it is on another origin.';
    throw new DestinationOAuthError('unreachable', message, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
