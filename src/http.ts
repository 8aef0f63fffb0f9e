/** One request to the proxy: bounded in time, read as JSON, its failures in the element's own words. */
import { readProblemCode, type ProblemCode } from './contract.ts';
import { DestinationOAuthError, type ErrorCode } from './errors.ts';

/** Milliseconds after which a request is given up. */
const GIVE_UP = 15_000;

/** Headers and the like for requests to the proxy, or a function that gives them. */
export type RequestInitSource = RequestInit | (() => RequestInit | Promise<RequestInit>) | undefined;

export interface Answer {
  status: number;
  /** The parsed body; `undefined` if it is not JSON. */
  body: unknown;
  /** The problem document's code, if it is one of the contract's. */
  problem: ProblemCode | undefined;
  /** Milliseconds, from `Retry-After`. */
  retryAfter: number | undefined;
}

function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}

/**
 * GETs `url`. Throws {@link DestinationOAuthError} `unreachable` or `timeout`; rethrows the abort if `signal` was aborted.
 */
export async function getJson(url: string, source: RequestInitSource, signal: AbortSignal): Promise<Answer> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', abort);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DestinationOAuthError('timeout', 'The proxy did not answer within 15 seconds.'));
      controller.abort();
    }, GIVE_UP);
  });
  const request = async (): Promise<Answer> => {
    const init = typeof source === 'function' ? await source() : source;
    const headers = new Headers(init?.headers);
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    controller.signal.throwIfAborted();
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
      body = undefined;
    }
    return { status: response.status, body, problem: readProblemCode(body), retryAfter: retryAfterOf(response) };
  };
  try {
    return await Promise.race([request(), gaveUp]);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DestinationOAuthError) throw cause;
    throw new DestinationOAuthError('unreachable', 'The proxy cannot be reached. Check proxy-url and its CORS rules.', {
      cause,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

const BY_STATUS: Partial<Record<number, readonly [ErrorCode, string]>> = {
  401: ['unauthenticated', 'The proxy does not know this user. Sign in again, or check requestInit.'],
  403: ['forbidden', "The proxy refuses this page. Its origin must be in the proxy's embedOrigins."],
  429: ['rate_limited', 'The proxy was asked too often.'],
};

/** A failure answer as an error. A problem document is believed; anything else is outside the contract, save 5xx. */
export function answerError({ status, body, problem, retryAfter }: Answer): DestinationOAuthError {
  const options = { cause: { status, code: problem }, retryAfter };
  if (problem) return problemError(problem, status, options);
  if (status >= 500) return new DestinationOAuthError('unavailable', `The proxy answered ${status}.`, options);
  const [code, message] = (status !== 403 && BY_STATUS[status]) || [
    'invalid_response',
    `The proxy answered ${status} with ${body === undefined ? 'something other than JSON' : 'JSON outside the contract'}. Check that proxy-url is the proxy's base.`,
  ];
  return new DestinationOAuthError(code, message, options);
}

export function problemError(
  problem: ProblemCode,
  status: number,
  options: ConstructorParameters<typeof DestinationOAuthError>[2] = { cause: { code: problem } },
): DestinationOAuthError {
  if (problem === 'account_not_found')
    return new DestinationOAuthError('account_not_found', 'The account was not found. Check account-id.', options);
  const [code, message] = BY_STATUS[status] ?? [
    status >= 500 ? 'unavailable' : 'invalid_response',
    `The proxy answered "${problem}".`,
  ];
  return new DestinationOAuthError(code, message, options);
}
