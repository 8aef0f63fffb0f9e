/**
 * Runs one element's flow: feeds the reducer, carries out its effects, and keeps windows, channels, timers and requests
 * in step with the attempts that the state holds. All it starts, `disconnect` ends.
 */
import { withFlow } from './authorize-url.ts';
import { DestinationOAuthError } from './errors.ts';
import { dueAt, frontOf, initialState, reduce, type Action, type Effect, type State } from './flow.ts';
import type { RequestInitSource } from './http.ts';
import { now, tickAt } from './poller.ts';
import { whenNear } from './nearness.ts';
import { direct, hiddenFor, isFramed, navigate, onWake, openPopup, watch } from './popup.ts';
import { announce, read, readFlow, subscribe, type Subscriber } from './proxy-client.ts';
import * as session from './session.ts';
import { readInitialStatus } from './status.ts';
import { targetOf, type Config, type Target } from './target.ts';

export type Mode = 'popup' | 'redirect' | 'auto';

/** A page that has been hidden for so long (ms) polls no more until it is seen again. */
const HIDDEN_FOR_LONG = 5 * 60_000;

/** The element. */
export interface Host extends Config, Element {
  readonly mode: Mode;
  readonly loading: 'lazy' | 'eager';
  readonly opener: 'keep' | 'sever';
  readonly disabled: boolean;
  readonly initialStatus: string | null | undefined;
  readonly requestInit: RequestInitSource;
  readonly updateComplete: Promise<unknown>;
}

/** What there is of an attempt beside its state. */
interface Attended {
  popup?: Window | undefined;
  unwatch?: (() => void) | undefined;
  asking?: AbortController | undefined;
}

/** Browsers inside apps and iOS home-screen apps, where a popup opens nothing that could come back. */
const popupsWork = (): boolean =>
  !('standalone' in navigator && navigator.standalone) &&
  !/\b(FBAN|FBAV|Instagram|Line)\/|; wv\)/.test(navigator.userAgent);

/** 192 random bits, in characters of base64url. */
const newFlowId = (): string => crypto.getRandomValues(new Uint32Array(6)).join('-');

const configOf = ({ accountId, proxyUrl, redirectOrigin }: Config): string =>
  [accountId, proxyUrl, redirectOrigin].join('\n');

export interface FlowController {
  readonly state: State;
  readonly target: Target | undefined;
  /** The attributes may have changed; another account or proxy drops what was under way. */
  update(): void;
  /** The element is in a document. Takes up again what `disconnect` left. */
  connect(): void;
  /** If the element has left the document, everything it started ends here. Tells whether it has. */
  disconnect: () => boolean;
  /** Opens the authorization, in the caller's task: the popup is open when this returns. */
  authorize(mode?: Mode): void;
  refresh(): void;
  cancel: () => void;
  /** The user reaches for the button: what is about to run out is renewed. */
  reach(): void;
}

/** `stepped` hears of every step, and of its effects. */
export function createController(host: Host, stepped: (effects: readonly Effect[]) => void): FlowController {
  let state = initialState;
  let configured: string | undefined;
  /** The account; none as long as the attributes are wrong. */
  let subscriber: Subscriber | undefined;
  /** Undoes what `start` did, while the element is connected. */
  let undo: (() => void)[] | undefined;
  let queue: Action[] = [];
  const attended = new Map<string, Attended>();
  /** The account is read before anybody sees it only if somebody says so. */
  let near = false;
  const tick = (): void => dispatch({ type: 'tick' });

  function start(): void {
    undo = [onWake((restored) => near && dispatch({ type: 'wake', restored }))];
    if (!near && host.loading !== 'eager') undo.push(whenNear(host, arrive));
    if (subscriber) undo.push(subscribe(subscriber));
  }

  function arrive(): void {
    near = true;
    if (undo && subscriber && !state.account) read(subscriber);
  }

  function stop(): void {
    for (const each of undo ?? []) each();
    undo = undefined;
    for (const each of attended.values()) leave(each);
    tickAt(tick, undefined);
  }

  function leave(entry: Attended): void {
    entry.unwatch?.();
    entry.asking?.abort();
    entry.unwatch = entry.asking = undefined;
  }

  function attend(flow: string): Attended {
    let entry = attended.get(flow);
    if (!entry) attended.set(flow, (entry = {}));
    return entry;
  }

  function configure(): void {
    configured = configOf(host);
    const connected = undo;
    stop();
    for (const flow of attended.keys()) session.forget(flow);
    attended.clear();
    const target = targetOf(host, document.baseURI);
    const problem = target instanceof DestinationOAuthError ? target : undefined;
    subscriber =
      target instanceof DestinationOAuthError
        ? undefined
        : { ...target, dispatch, requestInit: () => host.requestInit };
    if (connected) start();
    dispatch({ type: 'configured', problem });
    const attempts = subscriber ? session.takeUp(subscriber.key) : [];
    if (attempts.length) {
      near = true;
      dispatch({ type: 'resume', attempts });
    }
    // The user is back from a full-page authorization: the page shall stand as it stood.
    for (const { mode, top } of attempts)
      if (mode === 'redirect' && top)
        void host.updateComplete.then(() => scrollBy(0, host.getBoundingClientRect().top - top));
  }

  /** Ends all that was started, unless the element is in the document. */
  function disconnect(): boolean {
    if (host.isConnected) return false;
    if (undo) state.attempts.forEach(session.release);
    stop();
    return true;
  }

  /** Applies an action, and those that its effects bring about, in order. */
  function dispatch(action: Action): void {
    if (queue.push(action) > 1) return;
    try {
      for (const next of queue) step(next);
    } finally {
      queue = [];
    }
  }

  function step(action: Action): void {
    const [next, effects] = reduce(state, action, now());
    state = next;
    if (subscriber) {
      for (const effect of effects) carryOut(effect, subscriber);
      if (undo) keepUp(subscriber);
    }
    stepped(effects);
    if (subscriber && effects.some((each) => each.type === 'authorized' || (each.type === 'status' && each.previous)))
      announce(subscriber);
  }

  function carryOut(effect: Effect, to: Subscriber): void {
    const { opener } = host;
    const sever = opener === 'sever';
    switch (effect.type) {
      case 'open': {
        const popup = openPopup(effect.url ? withFlow(effect.url, effect.flow) : '', sever);
        if (popup) attend(effect.flow).popup = popup;
        else queue.push({ type: 'blocked', flow: effect.flow });
        return;
      }
      case 'direct': {
        const popup = attended.get(effect.flow)?.popup;
        if (popup) direct(popup, withFlow(effect.url, effect.flow), sever);
        return;
      }
      case 'navigate':
        return navigate(withFlow(effect.url, effect.flow, location.href));
      case 'focus':
      case 'close':
        return attended.get(effect.flow)?.popup?.[effect.type]();
      case 'read':
        if (undo && near) read(to);
        return;
      case 'ask':
        if (undo) void ask(effect.flow, to);
    }
  }

  async function ask(flow: string, to: Subscriber): Promise<void> {
    const entry = attend(flow);
    const asking = (entry.asking = new AbortController());
    const action = await readFlow(flow, to, asking);
    if (entry.asking !== asking) return;
    entry.asking = undefined;
    dispatch(action);
  }

  /** Listens for every attempt there is, and for no other; keeps them across a reload; sets the next tick. */
  function keepUp({ key, origin }: Subscriber): void {
    for (const [flow, entry] of attended)
      if (!state.attempts.some((a) => a.flow === flow)) {
        leave(entry);
        attended.delete(flow);
        session.forget(flow);
      }
    for (const a of state.attempts) {
      const { flow } = a;
      session.keep(key, a, disconnect);
      const entry = attend(flow);
      entry.unwatch ??= watch({
        flow,
        origin,
        popup: entry.popup,
        onResult: (hint, channel) => dispatch({ type: 'returned', flow, hint, channel }),
        onClosed: () => dispatch({ type: 'closed', flow }),
      });
    }
    tickAt(tick, hiddenFor() > HIDDEN_FOR_LONG ? undefined : dueAt(state));
  }

  return {
    get state() {
      return state;
    },
    get target() {
      return subscriber;
    },
    update() {
      if (host.loading === 'eager' && !near) arrive();
      if (configOf(host) !== configured) configure();
      const status = readInitialStatus(host.initialStatus);
      if (status !== state.initial) dispatch({ type: 'initial', status });
    },
    connect() {
      if (undo) return;
      for (const { flow } of state.attempts)
        if (session.isClaimed(flow)) {
          attended.delete(flow);
          dispatch({ type: 'overtaken', flow });
        }
      start();
      if (!subscriber) return;
      dispatch({ type: 'suspend' });
      dispatch({ type: 'wake' });
    },
    disconnect,
    authorize(mode = host.mode) {
      if (!near) arrive();
      // Set in this very task: the account whose URL is at hand is no longer the one that is meant.
      if (configOf(host) !== configured) return;
      const popup = attended.get(frontOf(state)?.flow ?? '')?.popup;
      if (host.disabled) return popup?.focus();
      const here = mode === 'redirect' || (mode !== 'popup' && (state.timesBlocked > 1 || !popupsWork()));
      dispatch({
        type: 'authorize',
        flow: newFlowId(),
        mode: here && !isFramed() ? 'redirect' : 'popup',
        popupOpen: popup?.closed === false,
        top: host.getBoundingClientRect().top,
      });
    },
    refresh() {
      near = true;
      if (subscriber) dispatch({ type: 'refresh' });
    },
    cancel: () => dispatch({ type: 'cancel' }),
    reach() {
      if (subscriber) dispatch({ type: 'wake' });
    },
  };
}
