/** What a peer's page script and the harness of the page (see page.ts) agree on. */

/** Where the peer finds its server, in the page's URL as JSON. */
export interface PeerSetup {
  /** Origin of the OAuth server, `http://127.0.0.1:{port}`. */
  issuer: string;
  clientId: string;
  scope: string;
  /** Of the peer's own behaviour, where it has an option that decides a row. */
  variant?: string;
}

declare global {
  interface Window {
    /** Makes the peer ready, as an app would at start; gives what its button does. The promise settles when the peer knows. */
    start: (setup: PeerSetup) => Promise<() => Promise<unknown>> | (() => Promise<unknown>);
  }
}
