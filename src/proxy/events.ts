import type { Hint, ProblemCode } from '../contract.ts';

/**
 * What `onEvent` is told, for the audit log and for metrics. Never holds a credential, token, ticket, state, flow id or
 * authorization URL. `at` is milliseconds since 1970 by the proxy's clock.
 */
export type ProxyEvent = {
  readonly at: number;
  /** The `request_id` of the problem document, if one was sent. */
  readonly requestId: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly accountId?: string;
} & (
  | { readonly type: 'flow.begun'; readonly outcome: 'redirected' }
  | { readonly type: 'flow.refused'; readonly outcome: ProblemCode }
  | { readonly type: 'flow.returned'; readonly outcome: Hint }
  /** A callback that came without the initiating browser's cookie, or with another user's session. */
  | { readonly type: 'flow.unbound'; readonly outcome: 'no_cookie' | 'other_session' }
  | { readonly type: 'flow.completed'; readonly outcome: 'authorized' }
  | { readonly type: 'flow.failed'; readonly outcome: 'failed' | Hint }
  /** LiveRamp has failed repeatedly for this tenant and is left alone for some seconds; or answers again. */
  | { readonly type: 'upstream.circuit'; readonly outcome: 'opened' | 'closed' }
  /** One for each request. */
  | {
      readonly type: 'request';
      readonly route: string;
      readonly method: string;
      readonly status: number;
      readonly durationMs: number;
      readonly outcome?: ProblemCode;
      /** Of a 500: the error's name and where it was thrown. Its message is left out, since it may quote a secret. */
      readonly cause?: string;
    }
);
