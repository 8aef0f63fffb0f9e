/**
 * The only module of the element that touches windows, messages and channels.
 *
 * Nothing here says how an authorization ended. `closed` in particular: once the platform's page sends
 * Cross-Origin-Opener-Policy, a window that is open reads as closed (measured in three engines), for good.
 */
import type { Hint } from './contract.ts';
import type { Channel } from './flow.ts';
import { ackMessage, channelName, NAMESPACE, readMessage, type AckMessage } from './protocol.ts';

/** How often `closed` is looked at, in milliseconds. */
const LOOK = 250;

const WIDTH = 600;
const HEIGHT = 720;

/**
 * Opens `url` in a window of its own. Call it in the click, before any `await`. `null` if the browser refused: a blocker, or
 * a frame sandboxed without `allow-popups` (null in Chromium and WebKit, an exception in Firefox).
 * The name is `_blank`: a fixed name would let pages steer each other's windows, and the popup can read its name.
 *
 * With `sever`, or without a `url` as yet, the window begins as a blank page of ours, which `direct` leads on.
 */
export function openPopup(url: string, sever: boolean): Window | null {
  const left = screenX + (outerWidth - WIDTH) / 2;
  const top = screenY + (outerHeight - HEIGHT) / 3;
  try {
    const features = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`;
    const popup = window.open(sever ? '' : url, '_blank', features);
    if (popup && sever && url) direct(popup, url, sever);
    return popup;
  } catch {
    return null;
  }
}

/**
 * Leads a blank window to `url`. With `sever` it gives up its opener first, so that no page in it can navigate this one
 * (measured in three engines); its result then comes by channel or poll.
 */
export function direct(popup: Window, url: string, sever: boolean): void {
  if (sever) popup.opener = null;
  popup.location.replace(url);
}

/** Leaves this page for `url`. */
export const navigate = (url: string): void => location.assign(url);

/** Whether this page is in a frame. */
export const isFramed = (): boolean => globalThis.self !== globalThis.top;

/** A channel to this origin's other windows; none in an old browser or a frame of an opaque origin. */
function openChannel(name: string, onMessage: (event: MessageEvent) => void): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = onMessage;
    return channel;
  } catch {
    return undefined;
  }
}

export interface Watched {
  flow: string;
  /** The one origin that messages may come from. */
  origin: string;
  /** The flow's window; unknown after a reload of this page. */
  popup: Window | undefined;
  onResult: (hint: Hint, channel: Channel) => void;
  onClosed: () => void;
}

/** Listens for the return of a flow's popup, on both channels, until the function that it returns is called. */
export function watch({ flow, origin, popup, onResult, onClosed }: Watched): () => void {
  let heard = false;
  /** Cheapest checks first, so that a flood costs little: source, once, origin, shape, flow. Rejects are silent. */
  const hear = (event: MessageEvent, channel: Channel, reply: (ack: AckMessage) => void): void => {
    if (heard || event.origin !== origin) return;
    const message = readMessage(event.data);
    if (message?.type !== 'result' || message.flow !== flow) return;
    heard = true;
    reply(ackMessage(flow));
    onResult(message.hint, channel);
  };
  const onMessage = (event: MessageEvent): void => {
    if (popup && event.source === popup) hear(event, 'post-message', (ack) => popup.postMessage(ack, origin));
  };
  const channel = openChannel(channelName(flow), (event) =>
    hear(event, 'broadcast-channel', (ack) => channel?.postMessage(ack)),
  );
  window.addEventListener('message', onMessage);
  const timer =
    popup &&
    setInterval(() => {
      if (!popup.closed) return;
      clearInterval(timer);
      onClosed();
    }, LOOK);
  return () => {
    channel?.close();
    window.removeEventListener('message', onMessage);
    clearInterval(timer);
  };
}

let hiddenAt = 0;
/** For how long nobody has seen this page, in milliseconds. */
export const hiddenFor = (): number => (document.hidden ? Date.now() - hiddenAt : 0);

const wakers = new Set<(restored: boolean | undefined) => void>();
/** `persisted` is of `pageshow` alone: the page comes from the back-forward cache. */
const wake = ({ persisted }: Partial<PageTransitionEvent>): void => {
  if (document.hidden) hiddenAt = Date.now();
  else for (const waker of wakers) waker(persisted);
};

function listen(change: 'addEventListener' | 'removeEventListener'): void {
  for (const sign of ['focus', 'pageshow', 'online']) window[change](sign, wake);
  document[change]('visibilitychange', wake);
}

/** Calls `waker` when the user may have come back: focus, visibility, pageshow, online. One set of listeners a page. */
export function onWake(waker: (restored: boolean | undefined) => void): () => void {
  wakers.add(waker);
  // A listener that is there already is not added again.
  listen('addEventListener');
  return () => {
    wakers.delete(waker);
    if (!wakers.size) listen('removeEventListener');
  };
}

/**
 * Tells the other tabs of this origin that an account's status has changed, and hears it from them. What is heard is only a
 * reason to ask the proxy.
 */
export function shareChanges(onChanged: (key: unknown) => void): { tell(key: string): void; close(): void } {
  const channel = openChannel(NAMESPACE, ({ data }) => onChanged(data));
  return { tell: (key) => channel?.postMessage(key), close: () => channel?.close() };
}
