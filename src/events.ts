/** The element's events: `Event` subclasses whose fields are getters, so that no listener can change what the next one sees. */
import type { OAuthStatus } from './contract.ts';
import type { DestinationOAuthError } from './errors.ts';
import type { Channel, View } from './flow.ts';

const init: EventInit = { bubbles: true, composed: true };

/** The status that the proxy reports has changed; also at the first read, with `previous` undefined. */
export class OAuthStatusChangeEvent extends Event {
  readonly #accountId: string;
  readonly #oauthStatus: OAuthStatus;
  readonly #previous: OAuthStatus | undefined;
  constructor(accountId: string, oauthStatus: OAuthStatus, previous: OAuthStatus | undefined) {
    super('oauth-status-change', init);
    this.#accountId = accountId;
    this.#oauthStatus = oauthStatus;
    this.#previous = previous;
  }
  get accountId(): string {
    return this.#accountId;
  }
  get oauthStatus(): OAuthStatus {
    return this.#oauthStatus;
  }
  get previous(): OAuthStatus | undefined {
    return this.#previous;
  }
}

/** A flow that this element began ended in an authorized account. Once for a flow, however late. */
export class OAuthAuthorizedEvent extends Event {
  readonly #accountId: string;
  readonly #channel: Channel;
  constructor(accountId: string, channel: Channel) {
    super('oauth-authorized', init);
    this.#accountId = accountId;
    this.#channel = channel;
  }
  get accountId(): string {
    return this.#accountId;
  }
  /** How the return was learnt. */
  get channel(): Channel {
    return this.#channel;
  }
}

/** `view` changed. */
export class OAuthViewChangeEvent extends Event {
  readonly #view: View;
  readonly #previous: View;
  constructor(view: View, previous: View) {
    super('oauth-view-change', init);
    this.#view = view;
    this.#previous = previous;
  }
  get view(): View {
    return this.#view;
  }
  get previous(): View {
    return this.#previous;
  }
}

/** A failure that the page may want to log. */
export class OAuthErrorEvent extends Event {
  readonly #accountId: string;
  readonly #error: DestinationOAuthError;
  constructor(accountId: string, error: DestinationOAuthError) {
    super('oauth-error', init);
    this.#accountId = accountId;
    this.#error = error;
  }
  get accountId(): string {
    return this.#accountId;
  }
  get error(): DestinationOAuthError {
    return this.#error;
  }
}

declare global {
  /** They bubble: `HTMLElementEventMap`, `DocumentEventMap` and `WindowEventMap` inherit these. */
  interface GlobalEventHandlersEventMap {
    'oauth-status-change': OAuthStatusChangeEvent;
    'oauth-authorized': OAuthAuthorizedEvent;
    'oauth-view-change': OAuthViewChangeEvent;
    'oauth-error': OAuthErrorEvent;
  }
}
