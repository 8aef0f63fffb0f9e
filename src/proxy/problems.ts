import { PROBLEM_CODES, type Problem, type ProblemCode } from '../contract.ts';

const TITLES: Record<ProblemCode, string> = {
  invalid_request: 'The request is not well formed',
  invalid_account_id: 'The account id is not well formed',
  invalid_flow: 'The flow id is not well formed',
  invalid_state: 'The state is unknown, used or expired',
  unauthenticated: 'Sign in first',
  origin_not_allowed: 'This origin may not use the proxy',
  invalid_ticket: 'The ticket is not valid',
  expired_ticket: 'The ticket has expired',
  not_found: 'There is no such resource',
  account_not_found: 'There is no such destination account',
  flow_not_found: 'There is no such flow',
  method_not_allowed: 'The method is not allowed here',
  flow_conflict: 'The flow id has been used already',
  authorization_not_applicable: 'This destination account needs no authorization',
  payload_too_large: 'The request body is too large',
  unsupported_media_type: 'The request body must be JSON',
  rate_limited: 'Too many requests',
  internal_error: 'The proxy failed',
  upstream_invalid_response: 'LiveRamp gave an answer that cannot be used',
  upstream_rejected: 'LiveRamp refused the request',
  upstream_unavailable: 'LiveRamp cannot be reached',
  store_unavailable: 'The flow store cannot be reached',
  upstream_timeout: 'LiveRamp did not answer in time',
};

/**
 * A failure with a code from the contract's closed list. `detail` is sent to the browser, so it holds own texts only:
 * never an upstream body, a credential, a ticket or a state.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  /** Seconds, for the `Retry-After` header. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, detail?: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(detail ?? TITLES[code], 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ProblemError';
    this.code = code;
    this.detail = detail;
    this.retryAfter = options.retryAfter;
  }
}

/** The codes that an upstream may fail with. */
export type UpstreamErrorCode = Extract<
  ProblemCode,
  'account_not_found' | 'authorization_not_applicable' | `upstream_${string}`
>;

/** What an `Upstream` throws when LiveRamp refuses, fails or answers nonsense. Anything else becomes `internal_error`. */
export class UpstreamError extends ProblemError {
  declare readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, detail?: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(code, detail, options);
    this.name = 'UpstreamError';
  }
}

/** Nobody there, or too late: the next call may find LiveRamp well. */
export const isTransient = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && (error.code === 'upstream_unavailable' || error.code === 'upstream_timeout');

/** Any thrown value as a ProblemError: what is not one of ours says nothing about itself. */
export const asProblem = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : new ProblemError('internal_error', undefined, { cause: error });

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(typeof error));

export const statusOf = (code: ProblemCode): number => PROBLEM_CODES[code];

/** The RFC 9457 document. The `type` is a URN: nothing is to be fetched there. */
export function problemDocument(error: ProblemError, requestId: string): Problem {
  const problem: Problem = {
    type: `urn:destination-oauth:problem:${error.code}`,
    title: TITLES[error.code],
    status: PROBLEM_CODES[error.code],
    code: error.code,
    request_id: requestId,
  };
  if (error.detail !== undefined) problem.detail = error.detail;
  return problem;
}
