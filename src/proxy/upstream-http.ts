import type { z } from 'zod';
import { UpstreamError, type UpstreamErrorCode } from './problems.ts';
import type { UpstreamContext } from './upstream.ts';
import type { UpstreamGate } from './upstream-gate.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_TRIES = 3;
const TRY_AGAIN = new Set([500, 502, 503, 504]);

/**
 * An id as one segment of a path. A URL parser takes `.` and `..` for steps through the path however they are written, so
 * no encoding makes them an id.
 */
export function segment(id: string): string {
  if (id === '.' || id === '..') throw new UpstreamError('upstream_invalid_response', 'An id that no path can hold');
  return encodeURIComponent(id);
}

export interface UpstreamCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: () => Record<string, string> | Promise<Record<string, string>>;
  readonly body?: string | undefined;
  /** What a success must look like. */
  readonly schema: z.ZodType<T>;
  /** Called at most once, after a 403 that an expired token may explain; `headers` is asked again afterwards. */
  readonly renew?: () => void | Promise<void>;
  /** What a 404 means here. Default: LiveRamp refused. */
  readonly notFound?: UpstreamErrorCode | undefined;
  /** Of the API that is called. */
  readonly gate: UpstreamGate;
  /** For what can be done without: one try only. */
  readonly optional?: boolean | undefined;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

const decoder = new TextDecoder();

/** Reads a body up to the cap. A longer one is dropped, not read to its end. */
async function readText(response: Response): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return decoder.decode(chunks.length === 1 ? chunks[0] : joined(chunks, size));
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      reader.cancel().catch(() => undefined);
      throw new UpstreamError('upstream_invalid_response', 'The answer is longer than 1 MB');
    }
    chunks.push(value);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** One call within its time limit, body included. The time limit holds even against a `fetch` that ignores signals. */
function send(context: UpstreamContext, call: UpstreamCall<unknown>, headers: HeadersInit): Promise<Answer> {
  const abort = new AbortController();
  const work = async (): Promise<Answer> => {
    const response = await context.fetch(call.url, {
      method: call.method,
      headers,
      // A redirect could carry the credentials to another host.
      redirect: 'manual',
      signal: abort.signal,
      body: call.body ?? null,
    });
    const text = await readText(response);
    return { status: response.status, retryAfter: response.ok ? null : response.headers.get('retry-after'), text };
  };
  return new Promise((resolve, reject) => {
    const budget = Math.min(context.timeouts.callMs, context.remaining());
    const timer = setTimeout(
      () => {
        reject(new UpstreamError('upstream_timeout'));
        abort.abort();
      },
      Math.max(0, budget),
    );
    work().then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        // The cause is not kept: a fetch error may quote the request.
        reject(error instanceof UpstreamError ? error : new UpstreamError('upstream_unavailable'));
      },
    );
  });
}

/** The wait before try number `next` (1, 2, …): doubling, between half and the whole of it. */
const backoff = (context: UpstreamContext, next: number): number =>
  context.timeouts.backoffMs * 2 ** (next - 1) * (0.5 + Math.random() / 2);

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryIn(header: string | null, now: number): { retryAfter: number } | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return seconds >= 0 && seconds < 10_000 ? { retryAfter: seconds } : undefined;
}

function failure(answer: Answer, call: UpstreamCall<unknown>, now: number): UpstreamError {
  const { status } = answer;
  if (status === 404 && call.notFound) return new UpstreamError(call.notFound);
  if (status === 429 || status >= 500) {
    return new UpstreamError('upstream_unavailable', undefined, retryIn(answer.retryAfter, now));
  }
  if (status >= 400) return new UpstreamError('upstream_rejected', `LiveRamp answered ${status}`);
  // Status 0 is the opaque redirect of runtimes that hide it.
  return new UpstreamError('upstream_invalid_response', `LiveRamp answered ${status} where a result was due`);
}

function parse<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new UpstreamError('upstream_invalid_response', 'The answer is not JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'body');
  throw new UpstreamError('upstream_invalid_response', `The answer does not fit at: ${fields.join(', ')}`);
}

/**
 * Calls LiveRamp. A GET is tried up to three times on 500, 502, 503, 504 or a broken connection, as long as the request
 * has time left; POST and PUT are sent once, since LiveRamp knows no idempotency key. Both are sent once more after a
 * 403 if `renew` is given. Throws `UpstreamError`.
 */
export const callUpstream = <T>(context: UpstreamContext, call: UpstreamCall<T>): Promise<T> =>
  call.gate.guard(context, () => tryUpstream(context, call));

async function tryUpstream<T>(context: UpstreamContext, call: UpstreamCall<T>): Promise<T> {
  const maxTries = call.method === 'GET' && !call.optional ? MAX_TRIES : 1;
  let renewed = false;
  for (let tries = 1; ; tries++) {
    if (context.remaining() <= 0) throw new UpstreamError('upstream_timeout');
    const headers = await call.headers();
    let error: UpstreamError;
    let mayPass: boolean;
    try {
      const answer = await call.gate.send(context, () => send(context, call, headers));
      if (answer.status >= 200 && answer.status < 300) return parse(answer.text, call.schema);
      if (answer.status === 403 && call.renew && !renewed) {
        renewed = true;
        tries--;
        await call.renew();
        continue;
      }
      error = failure(answer, call, context.clock());
      mayPass = TRY_AGAIN.has(answer.status);
    } catch (thrown) {
      if (!(thrown instanceof UpstreamError)) throw thrown;
      error = thrown;
      mayPass = thrown.code === 'upstream_unavailable';
    }
    const wait = backoff(context, tries);
    if (!mayPass || tries >= maxTries || wait >= context.remaining()) throw error;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A base URL without a slash at its end. Credentials go there, so plain http is for loopback only. */
export function readBaseUrl(option: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const fits = url && !url.username && !url.password && !url.hash && (url.protocol === 'https:' || isLoopback(url));
  if (!fits) throw new TypeError(`${option} must be an absolute https URL (http on loopback only)`);
  return value.replace(/\/+$/, '');
}

/** `http:` on this machine. */
export const isLoopback = (url: URL): boolean =>
  url.protocol === 'http:' && /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
