import type { OAuthStatus } from '../contract.ts';
import type { FlowStore } from './store.ts';

/** Who asks: one person at one customer (tenant) of the partner. */
export interface Session {
  readonly user: string;
  readonly tenant: string;
}

/** Time limits of upstream calls, in milliseconds. */
export interface UpstreamTimeouts {
  /** One call, body included. Default 10 000. */
  readonly callMs: number;
  /** All calls of one request to the proxy. Default 25 000. */
  readonly requestMs: number;
  /** First wait before a GET is tried again; it doubles each time and is jittered. Default 1 000. */
  readonly backoffMs: number;
}

/** What the proxy hands to an upstream with every call. */
export interface UpstreamContext {
  readonly session: Session;
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds that this request may still spend upstream. */
  readonly remaining: () => number;
  readonly timeouts: UpstreamTimeouts;
  /** Tells `onEvent` of the upstream's own affairs. */
  readonly tell?: (details: { readonly type: 'upstream.circuit'; readonly outcome: 'opened' | 'closed' }) => void;
  /** Shared by all instances of the proxy: for what must happen once (see `once`). */
  readonly store: FlowStore;
}

/** Milliseconds for which `Upstream.accounts` may give out what it has read. `Upstream.account` always asks. */
export const BATCH_MS = 2_000;

/** An account as the upstream knows it. */
export interface UpstreamAccount {
  readonly name?: string | undefined;
  readonly destinationName?: string | undefined;
  /** An unknown word of the upstream is `unknown`, never `authorized`. */
  readonly oauthStatus: OAuthStatus;
  /** The upstream's own word, for support. */
  readonly upstreamStatus?: string | undefined;
  /** A grant existed and went stale. */
  readonly reauthorization: boolean;
}

/** `authorized` and `failed` are final. */
export type AttemptState = 'pending' | 'processing' | 'authorized' | 'failed';

/** A JSON-serialisable note that an upstream keeps with a flow, to find the attempt again. Never holds a credential. */
export type Attempt = { readonly [key: string]: string };

/**
 * An API that knows destination accounts and begins their authorization. The proxy knows LiveRamp through this only.
 * Every method throws `UpstreamError`; account ids have passed the contract's pattern and `canAccess`.
 */
export interface Upstream {
  /** Reads one account. Throws `account_not_found` where there is none. */
  account(context: UpstreamContext, accountId: string): Promise<UpstreamAccount>;

  /**
   * Reads many at once, where that costs fewer calls. Ids that are left out of the answer count as not found. What it
   * answers may be `BATCH_MS` old, but not older than the last `forgetStatuses`.
   */
  accounts?(
    context: UpstreamContext,
    accountIds: readonly string[],
  ): Promise<ReadonlyMap<string, UpstreamAccount | Error>>;

  /** A flow of this tenant has returned or ended: statuses that were read before must not be given out any more. */
  forgetStatuses?(tenant: string): void;

  /**
   * Begins an authorization. `state` comes back in LiveRamp's redirect to `redirectUrl`. The proxy checks
   * `authorizationUrl` against `authorizationHosts`. Throws `authorization_not_applicable` where none is needed.
   */
  begin(
    context: UpstreamContext,
    accountId: string,
    request: { readonly redirectUrl: string; readonly state: string },
  ): Promise<{ readonly authorizationUrl: string; readonly attempt?: Attempt }>;

  /**
   * Where an attempt stands; on its success also does what is left to do (link the connection), once, however many
   * instances ask at the same time. Without this method, or without an attempt, a flow is judged by the account's status.
   */
  follow?(context: UpstreamContext, accountId: string, attempt: Attempt): Promise<AttemptState>;
}
