/**
 * The redirect page: where the popup ends. It tells the page that opened it, by both channels, that the customer has
 * returned; waits for an answer; closes itself. For partners who host the page on their own site; the proxy's own pages
 * run the same `announce`.
 */
import type { Hint } from './contract.ts';
import { channelName, readMessage, resultMessage } from './protocol.ts';

export interface RedirectOptions {
  /** The proxy's base, absolute or relative to this page. It must be same-site: the flow cookie is `SameSite=Lax`. */
  proxyUrl: string;
  /** Added to the request to the proxy, for auth headers. Default `{credentials: 'include'}`. */
  requestInit?: RequestInit;
}

/** What one flow has to be told, and the exact origins that may hear it. */
export interface Announcement {
  flow: string;
  hint: Hint;
  targets: readonly string[];
}

/** What `POST /callback` answers. */
interface CallbackAnswer {
  flow: string;
  target_origin: string;
  hint: Hint;
  /** The flow runs in this tab: go back to the page. */
  return_to?: string;
}

const WAIT_MS = 1500;
const CLOSING_MS = 300;

/** Posts each flow's result to the opener and on the flow's channel. Resolves at the first ack, else after a short wait. */
export const announce = (announcements: readonly Announcement[]): Promise<void> =>
  new Promise((resolve) => {
    const opener = window.opener as Window | null;
    for (const { flow, hint, targets } of announcements) {
      const message = resultMessage(flow, hint);
      const heard = (data: unknown): void => {
        const ack = readMessage(data);
        if (ack?.type === 'ack' && ack.flow === flow) resolve();
      };
      addEventListener('message', (event) => {
        if (event.source === opener && targets.includes(event.origin)) heard(event.data);
      });
      try {
        const channel = new BroadcastChannel(channelName(flow));
        channel.onmessage = (event) => heard(event.data);
        channel.postMessage(message);
      } catch {
        // No channel in this browser or context: the opener is told directly.
      }
      for (const target of targets) opener?.postMessage(message, target);
    }
    setTimeout(resolve, WAIT_MS);
  });

/** Closes the window. `otherwise` runs if the browser does not allow it. */
export const closeWindow = (otherwise: () => void): void => {
  close();
  setTimeout(otherwise, CLOSING_MS);
};

const showText = (): void => {
  (
    document.querySelector('[data-destination-oauth]') ?? document.body.appendChild(document.createElement('p'))
  ).textContent = 'You can close this window.';
};

/**
 * Reads LiveRamp's redirect from this page's URL, takes it out of the address bar, lets the proxy verify it and announces
 * the return. Shows a line of text (in `[data-destination-oauth]`, if the page has one) where the window stays open.
 */
export async function handleRedirect({ proxyUrl, requestInit }: RedirectOptions): Promise<void> {
  const query = new URLSearchParams(location.search);
  const [state, ...others] = query.getAll('state');
  const [status, ...more] = query.getAll('status');
  // At once, and before any request: the state must not be seen in history, or by what else runs here.
  history.replaceState(null, '', location.pathname);
  try {
    // A parameter that is there twice has been tampered with.
    if (state && others.length + more.length === 0) {
      const headers = new Headers(requestInit?.headers);
      headers.set('content-type', 'application/json');
      headers.set('x-destination-oauth', '1');
      const response = await fetch(proxyUrl.replace(/\/+$/, '') + '/callback', {
        credentials: 'include',
        // Nobody shall have to look at a window that waits for ever.
        signal: AbortSignal.timeout(15_000),
        ...requestInit,
        method: 'POST',
        headers,
        body: JSON.stringify({ status, state }),
      });
      if (response.ok) {
        const { flow, target_origin, hint, return_to } = (await response.json()) as CallbackAnswer;
        if (return_to) {
          location.replace(return_to);
          return;
        }
        await announce([{ flow, hint, targets: [target_origin] }]);
      }
    }
  } catch {
    // The page that opened this window asks the proxy by itself.
  }
  closeWindow(showText);
}
