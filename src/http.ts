/** One request to the proxy: bounded in time, read as JSON, its failures in the element's own words. */
import { readProblemCode } from './contract.ts';
import { DestinationOAuthError, type ErrorCode } from './errors.ts';

/** Milliseconds after which a request is given up. */
const GIVE_UP = 15_000;

/** Headers and the like for requests to the proxy, or a function that gives them. */
export type RequestInitSource = RequestInit | (() => RequestInit | Promise<RequestInit>) | undefined;

/** What the proxy answered, or why it did not. */
export interface Answer {
  /** 0 if there was no answer. */
  status: number;
  /** The problem document's code; `timeout` or `unreachable` if there was no answer. */
  code: string | undefined;
  /** The parsed body; `undefined` if it is not JSON. */
  body?: unknown;
  /** Milliseconds, from `Retry-After`. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

const SAME: readonly ErrorCode[] = ['account_not_found', 'unauthenticated', 'rate_limited', 'timeout', 'unreachable'];

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  account_not_found: 'Check account-id.',
  unauthenticated: 'Check the session, or requestInit.',
  forbidden: "Add this page's origin to embedOrigins.",
  timeout: 'It was given 15 seconds.',
  unreachable: 'Check proxy-url, requestInit, and CORS if it is on another origin.',
  invalid_response: 'This is outside the contract. Check proxy-url.',
};

function errorCode(status: number, code: string): ErrorCode {
  if (code === 'origin_not_allowed') return 'forbidden';
  if (status === 401) return 'unauthenticated';
  if (status === 429) return 'rate_limited';
  const down = status >= 500 || /^(upstream|store|internal)_/.test(code);
  return SAME.find((same) => same === code) ?? (down ? 'unavailable' : 'invalid_response');
}

/** What went wrong, by the problem document's code, else by the status. */
export function errorOf({ status, code = '', retryAfter, cause = { status, code } }: Answer): DestinationOAuthError {
  const is = errorCode(status, code);
  const what = status ? `The proxy answered ${status} ${code}` : 'The proxy did not answer';
  return new DestinationOAuthError(is, `${what.trim()}. ${REMEDIES[is] ?? ''}`, { cause, retryAfter });
}

/** `undefined` if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function request(url: string, source: RequestInitSource, signal: AbortSignal): Promise<Answer> {
  const init = typeof source === 'function' ? await source() : source;
  const headers = new Headers(init?.headers);
  headers.set('accept', 'application/json');
  const response = await fetch(url, {
    credentials: 'include',
    cache: 'no-store',
    ...init,
    method: 'GET',
    body: null,
    headers,
    signal,
  });
  const body = parseJson(await response.text());
  const seconds = Number(response.headers.get('retry-after'));
  return {
    status: response.status,
    body,
    code: readProblemCode(body),
    retryAfter: seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** GETs `url`, until `controller` aborts. Never throws. */
export async function getJson(url: string, source: RequestInitSource, controller: AbortController): Promise<Answer> {
  const { signal } = controller;
  let code = 'unreachable';
  const timer = setTimeout(() => {
    code = 'timeout';
    controller.abort();
  }, GIVE_UP);
  try {
    // A race, because a `requestInit` that waits for something does not heed the signal.
    return await Promise.race([
      request(url, source, signal),
      new Promise<never>((_, reject) => signal.addEventListener('abort', reject)),
    ]);
  } catch (cause) {
    return { status: 0, code, cause: signal.reason ?? cause };
  } finally {
    clearTimeout(timer);
  }
}
