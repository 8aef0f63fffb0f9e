/** Every way in which the element can fail, as a literal; the README lists the remedies. */
export type ErrorCode =
  | 'missing_account_id'
  | 'invalid_account_id'
  | 'missing_proxy_url'
  | 'invalid_proxy_url'
  | 'invalid_redirect_origin'
  | 'account_not_found'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limited'
  | 'unreachable'
  | 'timeout'
  | 'unavailable'
  | 'invalid_response'
  | 'unsafe_authorize_url'
  | 'popup_blocked'
  | 'authorization_failed';

/**
 * A failure with a literal `code`. `cause` is the underlying error, or `{ status, code }` of the proxy's answer.
 * Never carries an authorization URL, state, flow id or ticket.
 */
export class DestinationOAuthError extends Error {
  readonly code: ErrorCode;
  /** Milliseconds after which the proxy wants to be asked again (`Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { retryAfter?: number | undefined } = {}) {
    super(message, options);
    this.name = 'DestinationOAuthError';
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}
