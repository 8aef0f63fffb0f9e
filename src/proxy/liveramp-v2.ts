import type { Session, Upstream } from './upstream.ts';

/** A service account of one of the partner's customers. */
export interface LiverampV2Credentials {
  readonly accountId: string;
  readonly secretKey: string;
  /** Goes into the `LR-Org-ID` header. */
  readonly orgId: string;
}

/** What an account id of the partner stands for at LiveRamp. */
export type LiverampV2Account =
  | { readonly integrationConnectionId: string }
  /** An account being set up: the OAuth connection comes before the integration connection. */
  | { readonly destinationId: string; readonly integrationId: string };

export interface LiverampV2Options {
  credentials: (tenant: string) => LiverampV2Credentials | Promise<LiverampV2Credentials>;
  /** Default `https://api.liveramp.com/activation`. */
  baseUrl?: string;
  /** Default `https://serviceaccounts.liveramp.com/authn/v1/oauth2/token`. */
  tokenUrl?: string;
  /** Default: the account id is the integration connection's id. */
  resolve?: (session: Session, accountId: string) => LiverampV2Account | Promise<LiverampV2Account>;
  /**
   * Called when an account being set up has been authorized: create its integration connection with this
   * `oAuthConnectionID`, and let `resolve` answer with it from then on. Called once a flow, and again only if it threw.
   */
  onAuthorized?: (
    session: Session,
    accountId: string,
    result: { readonly oAuthConnectionID: string },
  ) => void | Promise<void>;
}

export declare function liverampV2(options: LiverampV2Options): Upstream;
