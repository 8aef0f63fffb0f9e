/**
 * The only module of the element that touches windows, messages and channels.
 *
 * Nothing here says how an authorization ended. `closed` in particular: once the platform's page sends
 * Cross-Origin-Opener-Policy, a window that is open reads as closed (measured in three engines), for good.
 */
import type { Hint } from './contract.ts';
import type { Channel } from './flow.ts';
import { ackMessage, channelName, NAMESPACE, readMessage } from './protocol.ts';

/** How often `closed` is looked at, in milliseconds; one timer for all windows of the page. */
const LOOK = 250;

export interface Popup {
  readonly window: Window;
  /** False while the window is known to be open. True means closed, or severed: nobody can tell. */
  readonly closed: boolean;
  focus(): void;
  close(): void;
}

/** Where the popup goes on the screen: centred over the page's window. */
function features(): string {
  const width = 600;
  const height = 720;
  const left = Math.round(window.screenX + Math.max(0, (window.outerWidth - width) / 2));
  const top = Math.round(window.screenY + Math.max(0, (window.outerHeight - height) / 3));
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}

/**
 * Opens `url` in a window of its own. Call it in the click, before any `await`. `undefined` if the browser refused: a
 * blocker, or a frame sandboxed without `allow-popups` (null in Chromium and WebKit, an exception in Firefox).
 * The name is `_blank`: a fixed name would let pages steer each other's windows, and the popup can read its name.
 *
 * With `sever` the window begins as a blank page of ours that gives up its opener, so that no page in it can navigate this
 * one (measured in three engines). Its result then comes by channel or poll.
 */
export function openPopup(url: string, sever = false): Popup | undefined {
  let opened: Window | null;
  try {
    opened = window.open(sever ? '' : url, '_blank', features());
    if (opened && sever) {
      opened.opener = null;
      opened.location.replace(url);
    }
  } catch {
    return undefined;
  }
  if (!opened) return undefined;
  const popup = opened;
  return {
    window: popup,
    get closed() {
      return popup.closed;
    },
    focus: () => popup.focus(),
    close: () => popup.close(),
  };
}

/** Leaves this page for `url`. */
export const navigate = (url: string): void => window.location.assign(url);

/** Whether this page is in a frame. */
export const isFramed = (): boolean => window.self !== window.top;

export interface Watched {
  flow: string;
  /** The one origin that messages may come from. */
  origin: string;
  /** The flow's window; unknown after a reload of this page. */
  popup: Popup | undefined;
  onResult(hint: Hint, channel: Channel): void;
  onClosed(): void;
}

interface Watch extends Watched {
  channel: BroadcastChannel | undefined;
  heard: boolean;
  seenClosed: boolean;
}

const watches = new Set<Watch>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Cheapest checks first, so that a flood costs little: origin, source, shape, flow, once. Rejects are silent. */
function onMessage(event: MessageEvent): void {
  for (const watch of watches) {
    if (event.origin !== watch.origin || !event.source || event.source !== watch.popup?.window) continue;
    hear(watch, event, 'post-message', (ack) => watch.popup?.window.postMessage(ack, watch.origin));
  }
}

function hear(watch: Watch, event: MessageEvent, channel: Channel, reply: (ack: unknown) => void): void {
  const message = readMessage(event.data);
  if (message?.type !== 'result' || message.flow !== watch.flow || watch.heard) return;
  watch.heard = true;
  reply(ackMessage(watch.flow));
  watch.onResult(message.hint, channel);
}

function look(): void {
  for (const watch of watches) {
    if (watch.seenClosed || !watch.popup?.closed) continue;
    watch.seenClosed = true;
    watch.onClosed();
  }
  schedule();
}

/** One message listener and one timer for the page, and none when nothing is watched. */
function schedule(): void {
  const wanted = [...watches].some((watch) => watch.popup && !watch.seenClosed);
  if (wanted) timer ??= setInterval(look, LOOK);
  else if (timer !== undefined) {
    clearInterval(timer);
    timer = undefined;
  }
}

/** Listens for the return of a flow's popup, on both channels, until the function that it returns is called. */
export function watch(watched: Watched): () => void {
  const entry: Watch = { ...watched, channel: undefined, heard: false, seenClosed: false };
  try {
    entry.channel = new BroadcastChannel(channelName(entry.flow));
    entry.channel.onmessage = (event: MessageEvent) => {
      if (event.origin === entry.origin)
        hear(entry, event, 'broadcast-channel', (ack) => entry.channel?.postMessage(ack));
    };
  } catch {
    // No BroadcastChannel here, or an opaque origin: the other ways remain.
  }
  if (watches.size === 0) window.addEventListener('message', onMessage);
  watches.add(entry);
  schedule();
  return () => {
    entry.channel?.close();
    watches.delete(entry);
    if (watches.size === 0) window.removeEventListener('message', onMessage);
    schedule();
  };
}

let hiddenAt = 0;
/** For how long nobody has seen this page, in milliseconds. */
export const hiddenFor = (): number => (document.hidden ? Date.now() - hiddenAt : 0);

const wakers = new Set<(restored: boolean) => void>();
const wake = (event: Event): void => {
  if (document.hidden) {
    hiddenAt = Date.now();
    return;
  }
  const restored = event.type === 'pageshow' && (event as PageTransitionEvent).persisted;
  for (const waker of wakers) waker(restored);
};
const SIGNS: readonly (readonly [EventTarget, string])[] =
  typeof window === 'undefined'
    ? []
    : [
        [window, 'focus'],
        [window, 'pageshow'],
        [window, 'online'],
        [document, 'visibilitychange'],
      ];

/** Calls `waker` when the user may have come back: focus, visibility, pageshow, online. One set of listeners a page. */
export function onWake(waker: (restored: boolean) => void): () => void {
  if (wakers.size === 0) for (const [target, type] of SIGNS) target.addEventListener(type, wake);
  wakers.add(waker);
  return () => {
    wakers.delete(waker);
    if (wakers.size === 0) for (const [target, type] of SIGNS) target.removeEventListener(type, wake);
  };
}

/**
 * Tells the other tabs of this origin that an account's status has changed, and hears it from them. What is heard is only a
 * reason to ask the proxy. `undefined` where there are no channels.
 */
export function shareChanges(
  proxy: string,
  onChanged: (accountId: string) => void,
): { tell(accountId: string): void; close(): void } | undefined {
  try {
    const channel = new BroadcastChannel(`${NAMESPACE}@${proxy}`);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') onChanged(data);
    };
    return { tell: (accountId) => channel.postMessage(accountId), close: () => channel.close() };
  } catch {
    return undefined;
  }
}
