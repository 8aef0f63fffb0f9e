import { ACCOUNT_ID, FLOW_ID, type ProblemCode } from '../contract.ts';
import type { ProxyConfig } from './options.ts';
import { ProblemError, problemDocument, statusOf } from './problems.ts';
import type { Session } from './upstream.ts';

const MAX_BODY_BYTES = 8 * 1024;
const FRAMES = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

/** One request on its way through the handler, and what is learnt of it for the events. */
export interface Call {
  readonly request: Request;
  url: URL;
  readonly requestId: string;
  readonly startedAt: number;
  route: string;
  /** A browser navigation: answered by pages, never by JSON. */
  page: boolean;
  /** The allow-listed `Origin` of the request, for the CORS headers. */
  corsOrigin?: string;
  session?: Session;
  accountId?: string;
  problem?: ProblemCode;
  cause?: unknown;
}

/** JSON with the headers that every JSON answer has. */
export function jsonResponse(
  call: Call,
  body: unknown,
  {
    status = 200,
    type = 'application/json',
    headers = {},
  }: { status?: number; type?: string; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...corsHeaders(call),
    },
  });
}

export function corsHeaders(call: Call): Record<string, string> {
  if (call.corsOrigin === undefined) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': call.corsOrigin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  };
}

export function problemHeaders(error: ProblemError, allow?: string): Record<string, string> {
  return {
    ...(error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }),
    ...(allow === undefined ? {} : { allow }),
  };
}

export function problemResponse(call: Call, error: ProblemError, allow?: string): Response {
  return jsonResponse(call, problemDocument(error, call.requestId), {
    status: statusOf(error.code),
    type: 'application/problem+json',
    headers: problemHeaders(error, allow),
  });
}

/**
 * The origin of the page that asks: the `Origin` header, or for a same-origin GET, which has none, the proxy's own.
 * Throws `origin_not_allowed` unless it may embed the element.
 */
export function embeddingOrigin(call: Call, config: ProxyConfig): string {
  const header = call.request.headers.get('origin');
  const site = call.request.headers.get('sec-fetch-site');
  // Browsers leave `Origin` out of some cross-origin GETs (an image, a script), but say so here.
  const foreign = header === null && site !== null && site !== 'same-origin' && site !== 'none';
  const origin = header ?? config.publicOrigin;
  if (foreign || !config.embedOrigins.has(origin)) {
    throw new ProblemError('origin_not_allowed', "The page's origin is not in embedOrigins");
  }
  return origin;
}

/** For requests that change state: `Origin` is needed, from an embedding page or the redirect page. */
export function requireOrigin(call: Call, config: ProxyConfig): void {
  const origin = call.request.headers.get('origin');
  if (origin === null || !(config.embedOrigins.has(origin) || origin === config.redirectOrigin)) {
    throw new ProblemError('origin_not_allowed', "The page's origin is neither in embedOrigins nor redirectUrl's");
  }
  call.corsOrigin = origin;
}

/** Asks the partner who this is. Throws what `authenticate` throws, or that it gave no session. */
export async function authenticate(call: Call, config: ProxyConfig): Promise<Session | null> {
  // Typed, but written by others: an empty user would be everybody's.
  const session = (await config.authenticate(call.request)) as Partial<Session> | null | undefined;
  if (session === null || session === undefined) return null;
  const { user, tenant } = session;
  if (typeof user !== 'string' || typeof tenant !== 'string' || !user || !tenant) {
    throw new TypeError('authenticate must return {user, tenant} as non-empty strings, or null');
  }
  call.session = session as Session;
  return call.session;
}

export async function requireSession(call: Call, config: ProxyConfig): Promise<Session> {
  const session = await authenticate(call, config);
  if (!session) throw new ProblemError('unauthenticated');
  return session;
}

export function requireAccountId(call: Call, id: string | undefined): string {
  if (id === undefined || !ACCOUNT_ID.test(id)) {
    throw new ProblemError(
      'invalid_account_id',
      'An account id has 1 to 128 letters, digits and . _ ~ : -, and is more than a dot or two',
    );
  }
  call.accountId = id;
  return id;
}

export function requireFlowId(flow: string | undefined): string {
  if (flow === undefined || !FLOW_ID.test(flow)) {
    throw new ProblemError('invalid_flow', 'A flow id has 22 to 128 base64url characters');
  }
  return flow;
}

/** A query parameter that may be given once at most. */
export function single(call: Call, name: string): string | undefined {
  const [value, ...others] = call.url.searchParams.getAll(name);
  if (others.length > 0) throw new ProblemError('invalid_request', `${name} is given more than once`);
  return value;
}

/** T18: a page of ours in a frame. Also refuses speculative loads, which would use up what is single use. */
export function refusesToRender(request: Request): boolean {
  const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? '';
  return FRAMES.has(request.headers.get('sec-fetch-dest') ?? '') || purpose.includes('prefetch');
}

/** A JSON body of at most 8 KB. */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError('unsupported_media_type', 'Send content-type: application/json');
  }
  const tooLarge = new ProblemError('payload_too_large', 'The body may have 8 KB');
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  let text = '';
  try {
    const reader = request.body?.getReader();
    for (let chunk = await reader?.read(); reader && chunk && !chunk.done; chunk = await reader.read()) {
      size += chunk.value.byteLength;
      if (size > MAX_BODY_BYTES) {
        reader.cancel().catch(() => undefined);
        throw tooLarge;
      }
      text += decoder.decode(chunk.value, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError('invalid_request', 'The body is not JSON');
  }
}
