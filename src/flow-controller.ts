/**
 * Runs one element's flow: feeds the reducer, carries out its effects, and keeps windows, channels, timers and requests
 * in step with the attempts that the state holds. All it starts, `disconnect` ends.
 */
import { withFlow } from './authorize-url.ts';
import type { OAuthStatus } from './contract.ts';
import { DestinationOAuthError } from './errors.ts';
import { dueAt, frontOf, initialState, reduce, type Action, type Attempt, type Effect, type State } from './flow.ts';
import type { RequestInitSource } from './http.ts';
import { now, tickAt } from './poller.ts';
import { hiddenFor, isFramed, navigate, onWake, openPopup, watch, type Popup } from './popup.ts';
import { ProxyClient, type Subscriber } from './proxy-client.ts';
import * as session from './session.ts';
import { targetOf, type Config, type Target } from './target.ts';

export type Mode = 'popup' | 'redirect' | 'auto';

/** A page that has been hidden for so long (ms) polls no more until it is seen again. */
const HIDDEN_FOR_LONG = 5 * 60_000;

export type Told = Extract<Effect, { type: 'status' | 'authorized' | 'error' }>;

export interface FlowHost {
  mode(): Mode;
  /** Whether popups give up their opener. */
  severs(): boolean;
  requestInit(): RequestInitSource;
  /** Where the element stands in the viewport, in CSS pixels. */
  top(): number;
  /** The user is back from a full-page authorization: the page shall stand as it stood. */
  scrollBack(top: number): void;
  /** The state has changed. */
  changed(): void;
  /** Something that the page may want to know. */
  tell(news: Told): void;
}

/** Browsers inside apps and iOS home-screen apps, where a popup opens nothing that could come back. */
const popupsWork = (): boolean =>
  !('standalone' in navigator && navigator.standalone === true) &&
  !/\b(FBAN|FBAV|Instagram|Line)\/|; wv\)/.test(navigator.userAgent);

const newFlowId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
};

export class FlowController {
  readonly #host: FlowHost;
  #state: State = initialState;
  #target: Target | undefined;
  #client: ProxyClient | undefined;
  #subscriber: Subscriber | undefined;
  #connected = false;
  #kept: readonly Attempt[] = [];
  readonly #queue: Action[] = [];
  #running = false;
  /** Undoes what `connect` did. */
  #undo: (() => void)[] = [];
  readonly #popups = new Map<string, Popup>();
  readonly #watches = new Map<string, () => void>();
  readonly #asks = new Map<string, AbortController>();
  readonly #tick = (): void => this.#dispatch({ type: 'tick' });

  constructor(host: FlowHost) {
    this.#host = host;
  }

  get state(): State {
    return this.#state;
  }

  get target(): Target | undefined {
    return this.#target;
  }

  /** Takes a configuration; another account or proxy drops what was under way. */
  configure(config: Config, initialStatus: OAuthStatus | undefined): void {
    const wasConnected = this.#connected;
    this.#stop();
    session.keep('', [], this.#kept);
    this.#kept = [];
    this.#popups.clear();
    const target = targetOf(config, document.baseURI);
    const failed = target instanceof DestinationOAuthError;
    this.#target = failed ? undefined : target;
    this.#client = failed ? undefined : ProxyClient.at(target.base);
    this.#subscriber = failed
      ? undefined
      : {
          accountId: target.accountId,
          requestInit: () => this.#host.requestInit(),
          onAccount: (account) => this.#dispatch({ type: 'account', account }),
          onError: (error) => this.#dispatch({ type: 'account-failed', error }),
          onChanged: () => this.#dispatch({ type: 'changed' }),
        };
    if (wasConnected) this.#start();
    this.#dispatch({ type: 'configured', ...(failed && { problem: target }) });
    this.initial(initialStatus);
    if (!failed) this.#takeUp(session.takeUp(this.#owner()));
  }

  initial(status: OAuthStatus | undefined): void {
    this.#dispatch({ type: 'initial', status });
  }

  /** The element is in a document. Takes up again what `disconnect` left. */
  connect(): void {
    if (this.#connected) return;
    this.#start();
    if (!this.#target) return;
    this.#state = reduce(this.#state, { type: 'suspend' }, now())[0];
    for (const { flow } of this.#state.attempts)
      if (!session.reclaim(flow)) this.#dispatch({ type: 'overtaken', flow });
    this.#dispatch({ type: 'wake' });
  }

  /** The element has left the document for good, as far as can be known: everything it started ends here. */
  disconnect(): void {
    if (!this.#connected) return;
    this.#stop();
    session.release(this.#state.attempts);
  }

  /** Opens the authorization, in the caller's task: the popup is open when this returns. */
  authorize(mode: Mode = this.#host.mode()): void {
    const front = frontOf(this.#state);
    const popup = front && this.#popups.get(front.flow);
    const here = mode === 'redirect' || (mode === 'auto' && (this.#state.timesBlocked > 1 || !popupsWork()));
    this.#dispatch({
      type: 'authorize',
      flow: newFlowId(),
      mode: here && !isFramed() ? 'redirect' : 'popup',
      popupOpen: popup?.closed === false,
      top: this.#host.top(),
    });
  }

  /** Brings the window of the attempt under way to the front. */
  show(): void {
    this.#popups.get(frontOf(this.#state)?.flow ?? '')?.focus();
  }

  refresh(): void {
    if (this.#target) this.#dispatch({ type: 'refresh' });
  }

  cancel(): void {
    this.#dispatch({ type: 'cancel' });
  }

  /** The user reaches for the button: what is about to run out is renewed. */
  reach(): void {
    if (this.#target) this.#dispatch({ type: 'wake' });
  }

  #owner(): string {
    return this.#target ? `${this.#target.base} ${this.#target.accountId}` : '';
  }

  #takeUp(attempts: readonly Attempt[]): void {
    if (attempts.length) this.#dispatch({ type: 'resume', attempts });
    for (const { mode, top } of attempts) if (mode === 'redirect' && top !== undefined) this.#host.scrollBack(top);
  }

  #start(): void {
    this.#connected = true;
    this.#undo = [onWake((restored) => this.#dispatch({ type: 'wake', restored }))];
    if (this.#client && this.#subscriber) this.#undo.push(this.#client.subscribe(this.#subscriber));
  }

  #stop(): void {
    this.#connected = false;
    for (const undo of this.#undo) undo();
    this.#undo = [];
    for (const ask of this.#asks.values()) ask.abort();
    this.#asks.clear();
    for (const unwatch of this.#watches.values()) unwatch();
    this.#watches.clear();
    tickAt(this.#tick, undefined);
    this.#state = reduce(this.#state, { type: 'suspend' }, now())[0];
  }

  /** Applies an action, and those that its effects bring about, in order. */
  #dispatch(action: Action): void {
    this.#queue.push(action);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#running = false;
    }
  }

  #step(action: Action): void {
    const [state, effects] = reduce(this.#state, action, now());
    this.#state = state;
    const news: Told[] = [];
    for (const effect of effects)
      if (effect.type === 'status' || effect.type === 'authorized' || effect.type === 'error') news.push(effect);
      else this.#carryOut(effect);
    if (this.#connected) this.#inStep();
    // In this order, so that whoever hears of anything finds the view that goes with it.
    this.#host.changed();
    for (const each of news) this.#host.tell(each);
    if (this.#target && news.some((each) => each.type === 'authorized' || (each.type === 'status' && each.previous)))
      this.#client?.announce(this.#target.accountId);
  }

  #carryOut(effect: Exclude<Effect, Told>): void {
    switch (effect.type) {
      case 'open': {
        const popup = openPopup(withFlow(effect.url, effect.flow), this.#host.severs());
        if (popup) this.#popups.set(effect.flow, popup);
        else this.#queue.push({ type: 'blocked', flow: effect.flow });
        return;
      }
      case 'navigate':
        this.#keep();
        return navigate(withFlow(effect.url, effect.flow, location.href));
      case 'focus':
        return this.#popups.get(effect.flow)?.focus();
      case 'close':
        return this.#popups.get(effect.flow)?.close();
      case 'read':
        if (this.#connected && this.#subscriber) this.#client?.read(this.#subscriber);
        return;
      case 'ask':
        if (this.#connected) void this.#ask(effect.flow);
    }
  }

  async #ask(flow: string): Promise<void> {
    if (!this.#client || !this.#subscriber) return;
    const controller = new AbortController();
    this.#asks.set(flow, controller);
    let action: Action;
    try {
      const answer = await this.#client.flow(flow, this.#subscriber, controller.signal);
      action = answer.type === 'report' ? answer : { type: answer.type, flow };
    } catch (error) {
      if (!(error instanceof DestinationOAuthError)) return;
      action = { type: 'ask-failed', flow, error };
    }
    if (controller.signal.aborted) return;
    this.#asks.delete(flow);
    this.#dispatch(action);
  }

  /** Listens for every attempt there is, and for no other; keeps them across a reload; sets the next tick. */
  #inStep(): void {
    const { attempts } = this.#state;
    for (const [flow, unwatch] of this.#watches)
      if (!attempts.some((a) => a.flow === flow)) {
        unwatch();
        this.#watches.delete(flow);
        this.#popups.delete(flow);
        this.#asks.get(flow)?.abort();
        this.#asks.delete(flow);
      }
    for (const { flow } of attempts) if (!this.#watches.has(flow)) this.#watch(flow);
    this.#keep();
    tickAt(this.#tick, hiddenFor() > HIDDEN_FOR_LONG ? undefined : dueAt(this.#state));
  }

  #watch(flow: string): void {
    if (!this.#target) return;
    this.#watches.set(
      flow,
      watch({
        flow,
        origin: this.#target.origin,
        popup: this.#popups.get(flow),
        onResult: (hint, channel) => this.#dispatch({ type: 'returned', flow, hint, channel }),
        onClosed: () => this.#dispatch({ type: 'closed', flow }),
      }),
    );
  }

  #keep(): void {
    const { attempts } = this.#state;
    const same = ({ flow, live }: Attempt, index: number): boolean =>
      this.#kept[index]?.flow === flow && this.#kept[index].live === live;
    if (attempts.length === this.#kept.length && attempts.every(same)) return;
    session.keep(this.#owner(), attempts, this.#kept);
    this.#kept = attempts;
  }
}
