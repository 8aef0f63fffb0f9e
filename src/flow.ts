/**
 * The life of an authorization as a pure reducer: `(state, action, now) → [state, effects]`. No DOM, no clock, no I/O.
 *
 * What decides: reports of the proxy (`account`, `report`). What merely makes it ask: `returned` (a message), `closed`
 * (measured: a severed popup reads as closed while it is open), `wake` (focus, visibility, pageshow, online).
 * An attempt is never dropped because it looks over: after a cancel, a time-out or a newer attempt it stays in
 * `attempts`, listened to and asked at hints, until the proxy has settled it or its life is over.
 */
import { safeAuthorizeUrl } from './authorize-url.ts';
import type { Account, FlowReport, Hint, OAuthStatus } from './contract.ts';
import { DestinationOAuthError } from './errors.ts';
import * as TIMES from './times.ts';

/** Phases that stand for themselves; `idle` shows the account's status instead. */
export type Phase = 'idle' | 'awaiting' | 'confirming' | 'incomplete' | 'unconfirmed' | 'blocked' | 'failed' | 'error';

export type View =
  Exclude<Phase, 'idle'> | 'loading' | 'not-applicable' | 'unauthorized' | 'reauthorize' | 'authorized';

/** How the return of the popup was learnt. */
export type Channel = 'post-message' | 'broadcast-channel' | 'poll' | 'resume';

/** Something that happened and is worth a sentence, beside the view. */
export type Notice = 'cancelled' | 'expired' | 'not-yet';

export { TIMES };

/** Earlier attempts that are still listened to. */
const MOST_ATTEMPTS = 4;

export interface Attempt {
  readonly flow: string;
  readonly begunAt: number;
  readonly mode: 'popup' | 'redirect';
  /** Where the element stood in the viewport (CSS pixels) when the user was sent away in this tab. */
  readonly top?: number | undefined;
  /** Whether the account was authorized when the attempt began: then only its flow can tell a success. */
  readonly renewal: boolean;
  /** Taken up again after a reload or in the page that was returned to. */
  readonly resumed: boolean;
  /** Polled. False once cancelled, overtaken or settled by something else. */
  live: boolean;
  /** False: this proxy does not know the flow, so the account's status against the baseline decides. */
  tracked?: boolean;
  hint?: Hint | undefined;
  channel?: Channel;
  returnedAt?: number;
  closed?: boolean;
  /** Its time is over: the next answer settles it, whatever it is. */
  expired?: boolean;
  /** Begun with a ticket that had run out: its window is blank until there is another. */
  unsent?: boolean;
  asking?: boolean;
  askedAt?: number;
  /** When to ask again. While a question is under way: a hint has come, and its answer may be older than the hint. */
  askAt?: number | undefined;
  interval?: number;
}

export interface State {
  readonly phase: Phase;
  readonly account?: Account;
  readonly initial?: OAuthStatus | undefined;
  /** Why the view is `error`, `failed` or `blocked`; otherwise what went wrong with the last question. */
  readonly error?: DestinationOAuthError | undefined;
  readonly notice?: Notice | undefined;
  /** What LiveRamp's redirect said, in `failed`. */
  readonly hint?: Hint | undefined;
  readonly attempts: readonly Attempt[];
  readonly settleAt?: number | undefined;
  readonly readAt?: number;
  /** When the account's ticket runs out. */
  readonly expiresAt?: number | undefined;
  /** When it wants to be renewed: in time, and again where that has failed. */
  readonly renewAt?: number | undefined;
  /** When something was last read that nobody had asked for. */
  readonly renewedAt?: number;
  /** When the proxy, which has said so, may be asked again by whatever is not a person or a message. */
  readonly retryAt?: number;
  /** The user asked, and no answer has come yet. */
  readonly checking?: boolean;
  readonly timesBlocked: number;
}

export type Action =
  | { type: 'configured'; problem?: DestinationOAuthError | undefined }
  | { type: 'initial'; status: OAuthStatus | undefined }
  | { type: 'refresh' }
  | { type: 'account'; account: Account }
  | { type: 'account-failed'; error: DestinationOAuthError }
  | { type: 'authorize'; flow: string; mode: 'popup' | 'redirect'; popupOpen: boolean; top?: number }
  | { type: 'blocked'; flow: string }
  | { type: 'returned'; flow: string; hint: Hint; channel: Channel }
  | { type: 'closed'; flow: string }
  | { type: 'report'; report: FlowReport }
  | { type: 'flow-unknown'; flow: string }
  | { type: 'untracked'; flow: string }
  | { type: 'ask-failed'; flow: string; error: DestinationOAuthError }
  | { type: 'tick' }
  /** Another tab says that the account has changed. */
  | { type: 'changed' }
  | { type: 'wake'; restored?: boolean | undefined }
  | { type: 'cancel' }
  | { type: 'resume'; attempts: readonly Attempt[] }
  /** Another element has taken the flow up while this one was out of the document. */
  | { type: 'overtaken'; flow: string }
  | { type: 'suspend' };

export type Effect =
  /** Without a URL: a blank window, which `direct` leads on. */
  | { type: 'open'; flow: string; url: URL | undefined }
  | { type: 'direct'; flow: string; url: URL }
  | { type: 'navigate'; flow: string; url: URL }
  | { type: 'focus'; flow: string }
  | { type: 'close'; flow: string }
  | { type: 'ask'; flow: string }
  | { type: 'read' }
  | { type: 'status'; oauthStatus: OAuthStatus; previous: OAuthStatus | undefined }
  | { type: 'authorized'; channel: Channel }
  | { type: 'error'; error: DestinationOAuthError };

export const initialState: State = { phase: 'idle', attempts: [], timesBlocked: 0 };

/** The status shown: the proxy's word, or before its first word the page's. */
export const statusOf = (state: State): OAuthStatus | undefined => state.account?.oauth_status ?? state.initial;

export function viewOf(state: State): View {
  if (state.phase !== 'idle') return state.phase;
  switch (statusOf(state)) {
    case undefined:
      return 'loading';
    case 'not_applicable':
      return 'not-applicable';
    case 'authorized':
      return 'authorized';
    default:
      return state.account?.reauthorization ? 'reauthorize' : 'unauthorized';
  }
}

/** When the next `tick` is due, in the unit of `now`; `undefined` when nothing is under way. */
export function dueAt({ attempts, settleAt, renewAt }: State): number | undefined {
  const times = attempts.flatMap((a) => [endOf(a), a.asking ? undefined : a.askAt]);
  const due = Math.min(...[settleAt, renewAt, ...times].map((time) => time ?? Infinity));
  return due < Infinity ? due : undefined;
}

/** When an attempt is over, and when it is given up: nobody may have answered at its end. */
const endOf = ({ begunAt, expired }: Attempt): number => begunAt + TIMES.life * (expired ? 2 : 1);

/** The attempt that the view speaks of. */
export const frontOf = (state: Pick<State, 'attempts'>): Attempt | undefined => state.attempts.findLast((a) => a.live);

/** The next state in the making, what is to be done, and the time. */
type Draft = { -readonly [K in keyof State]: State[K] } & { attempts: Attempt[]; effects: Effect[]; now: number };

const isFront = (s: Draft, a: Attempt): boolean => frontOf(s) === a;
const isAuthorized = (account: Account | undefined): boolean => account?.oauth_status === 'authorized';

function tell(s: Draft, error: DestinationOAuthError): void {
  s.error = error;
  s.effects.push({ type: 'error', error });
}

const read = (s: Draft): unknown => s.effects.push({ type: 'read' });

/** Asks the proxy about an attempt; one question at a time. */
function ask(s: Draft, a: Attempt): void {
  if (a.asking) {
    a.askAt = s.now;
    return;
  }
  a.asking = true;
  a.askAt = undefined;
  a.askedAt = s.now;
  if (a.tracked === false) read(s);
  else s.effects.push({ type: 'ask', flow: a.flow });
}

/** Asks without the flow: the answer under way, if any, says nothing about the account's status. */
function askAccount(s: Draft, a: Attempt): void {
  a.asking = a.tracked = false;
  ask(s, a);
}

/** Books an answer. True if a hint came meanwhile, and the question has been put again. */
function answered(s: Draft, a: Attempt, wait = 0): boolean {
  const again = a.asking && a.askAt !== undefined;
  a.asking = false;
  if (again) {
    ask(s, a);
    return true;
  }
  // Whoever asked is told that there is nothing new; a poll says nothing.
  if (s.checking && s.phase === 'unconfirmed') s.notice = 'not-yet';
  s.checking = false;
  if (a.live) {
    const { interval = TIMES.firstPoll } = a;
    a.askAt = s.now + Math.max(interval, wait);
    a.interval = Math.min(interval * 1.5, TIMES.slowestPoll);
  }
  return false;
}

/** Nothing is under way in the foreground any more; what has not settled stays listened to. */
function rest(s: Draft, phase: Phase): void {
  s.phase = phase;
  s.checking = false;
  s.settleAt = s.hint = undefined;
  if (phase === 'idle') {
    s.error = undefined;
    // A page that was reloaded in mid-flow may not have read the account yet, or in vain.
    if (!s.account) read(s);
  }
  for (const a of s.attempts) {
    a.live = false;
    if (!a.asking) a.askAt = undefined;
  }
}

/** Forgets an attempt. True if the view spoke of it. */
function drop(s: Draft, a: Attempt): boolean {
  const front = isFront(s, a);
  s.attempts = s.attempts.filter((each) => each !== a);
  return front;
}

function unconfirmed(s: Draft): void {
  s.phase = 'unconfirmed';
  s.settleAt = undefined;
}

const channelOf = (a: Attempt): Channel => a.channel ?? (a.resumed ? 'resume' : 'poll');

function succeed(s: Draft, a: Attempt): void {
  // Other attempts for the same grant: one grant is one success.
  s.attempts = s.attempts.filter((each) => each !== a && each.renewal);
  rest(s, 'idle');
  s.notice = undefined;
  s.effects.push({ type: 'authorized', channel: channelOf(a) });
}

function fail(s: Draft, a: Attempt, hint: Hint): void {
  if (!drop(s, a)) return;
  rest(s, 'failed');
  s.hint = hint;
  tell(s, new DestinationOAuthError('authorization_failed', `The authorization came back with "${hint}".`));
}

/** The flow ran out of time without an outcome. */
function expire(s: Draft, a: Attempt): void {
  if (!drop(s, a)) return;
  rest(s, 'idle');
  s.notice = 'expired';
}

/** Came back, and the account is still not authorized: say so, and keep looking for a while. */
function incomplete(s: Draft, a: Attempt): void {
  if (!isFront(s, a)) {
    drop(s, a);
    return;
  }
  s.phase = 'incomplete';
  s.settleAt = Math.max(s.now, (a.returnedAt ?? s.now) + TIMES.settle);
  a.askAt ??= s.now + TIMES.firstPoll;
}

/** The user is back: this attempt is what the view speaks of s.now. */
function confirm(s: Draft, a: Attempt, channel: Channel): void {
  // With a front, the error is of a question, and stands until one is answered: the same outage is told once.
  if (!frontOf(s)) s.error = undefined;
  a.channel = channel;
  a.returnedAt = s.now;
  a.interval = TIMES.returnedPoll;
  a.live = true;
  s.attempts = [...s.attempts.filter((each) => each !== a), a];
  s.phase = 'confirming';
  s.notice = s.hint = undefined;
  s.settleAt = s.now + TIMES.confirming;
}

/** An answer without an outcome. */
function undecided(s: Draft, a: Attempt): void {
  if (!isFront(s, a)) return;
  s.error = undefined;
  if ((s.phase === 'awaiting' && a.closed) || (s.phase === 'confirming' && !a.channel)) unconfirmed(s);
}

function setAccount(s: Draft, account: Account): void {
  const previous = s.account?.oauth_status;
  const { oauth_status: oauthStatus, authorize_expires_at: expires } = account;
  s.account = account;
  s.readAt = s.now;
  // The difference of two of the proxy's times, so that a wrong clock on this machine does no harm.
  const life = expires ? Date.parse(expires) - Date.parse(account.checked_at) : NaN;
  s.expiresAt = life ? s.now + life : undefined;
  s.renewAt =
    life && account.authorize_url
      ? s.now + Math.max(TIMES.leastRenew, life - Math.min(TIMES.renew, life / 3))
      : undefined;
  const front = frontOf(s);
  if (!front) s.checking = false;
  if (previous !== oauthStatus) s.effects.push({ type: 'status', oauthStatus, previous });
  const news = previous !== 'authorized' && isAuthorized(account);
  if (s.phase === 'error' || (news && !front)) rest(s, 'idle');
  if (news) s.notice = undefined;
  for (const a of s.attempts) if (a.unsent) send(s, a);
}

function onAccount(s: Draft, account: Account): void {
  const news = s.account?.oauth_status !== account.oauth_status;
  setAccount(s, account);
  for (const a of s.attempts) {
    if (!s.attempts.includes(a)) continue;
    if (a.tracked === false) judge(s, a);
    else if (isAuthorized(account) && !a.renewal && (news || !a.asking)) ask(s, a);
  }
}

/** Decides by the account's status alone. */
function judge(s: Draft, a: Attempt): void {
  if (isAuthorized(s.account) && (!a.renewal || a.hint === 'ok')) return succeed(s, a);
  if (!a.asking || answered(s, a)) return;
  if (a.expired) return expire(s, a);
  if (s.phase === 'confirming' && isFront(s, a) && isFailure(a.hint)) return fail(s, a, a.hint);
  undecided(s, a);
}

const isFailure = (hint: Hint | undefined): hint is Hint => !!hint && hint !== 'ok' && hint !== 'unknown';

function onAccountFailed(s: Draft, error: DestinationOAuthError): void {
  const { checking } = s;
  wait(s, error);
  const asking = s.attempts.filter((a) => a.tracked === false && a.asking);
  for (const a of asking) onAskFailed(s, a, error);
  const unsent = s.attempts.filter((a) => a.unsent);
  for (const a of unsent) abandon(s, a);
  if (asking.length || !(checking || unsent.length || (!s.account && s.phase !== 'error'))) return;
  // A read that nobody asked for and that fails is no news.
  s.checking = false;
  if (!frontOf(s)) rest(s, 'error');
  tell(s, error);
}

function onAuthorize(s: Draft, { flow, mode, popupOpen, top }: Extract<Action, { type: 'authorize' }>): void {
  const front = frontOf(s);
  if (s.phase === 'confirming' || viewOf(s) === 'not-applicable') return;
  if (front && popupOpen && s.phase === 'awaiting') {
    s.effects.push({ type: 'focus', flow: front.flow });
    return;
  }
  const { authorize_url, oauth_status } = s.account ?? {};
  if (typeof authorize_url !== 'string') return;
  const url = safeAuthorizeUrl(authorize_url);
  if (!url) return refuse(s);
  const unsent = !!s.expiresAt && s.now >= s.expiresAt;
  for (const a of s.attempts) a.interval = TIMES.slowestPoll;
  const renewal = oauth_status === 'authorized';
  const askAt = s.now + TIMES.firstPoll;
  s.attempts.push({ flow, mode, top, renewal, begunAt: s.now, resumed: false, live: true, askAt, unsent });
  s.attempts = s.attempts.slice(-MOST_ATTEMPTS);
  s.phase = 'awaiting';
  s.settleAt = s.notice = s.hint = s.error = undefined;
  if (unsent) read(s);
  if (mode === 'popup') s.effects.push({ type: 'open', flow, url: unsent ? undefined : url });
  else if (!unsent) s.effects.push({ type: 'navigate', flow, url });
}

/** The ticket that an attempt waits for has come. */
function send(s: Draft, a: Attempt): void {
  const { flow, mode } = a;
  const url = safeAuthorizeUrl(s.account?.authorize_url ?? '');
  a.unsent = false;
  if (url) return void s.effects.push({ type: mode === 'popup' ? 'direct' : 'navigate', flow, url });
  abandon(s, a);
  refuse(s);
}

function abandon(s: Draft, a: Attempt): void {
  s.effects.push({ type: 'close', flow: a.flow });
  drop(s, a);
}

function refuse(s: Draft): void {
  rest(s, 'error');
  const message = 'The proxy gave an authorize_url that may not be opened. It must be absolute and https.';
  tell(s, new DestinationOAuthError('unsafe_authorize_url', message));
}

function onResume(s: Draft, attempts: readonly Attempt[]): void {
  for (const a of attempts)
    if (s.now < endOf({ ...a, expired: true })) {
      const expired = s.now >= endOf(a);
      // A page that was reloaded may count from another time: its predecessor's clock was set back.
      const taken = { ...a, begunAt: Math.min(a.begunAt, s.now), expired, live: a.live && !expired };
      s.attempts.push(taken);
      ask(s, taken);
    }
  if (!frontOf(s)) return;
  s.phase = 'confirming';
  s.settleAt = s.now + TIMES.confirming;
}

function onReport(s: Draft, a: Attempt, { state, hint, account }: FlowReport): void {
  if (account) setAccount(s, account);
  a.tracked = true;
  const authorized = isAuthorized(s.account);
  switch (state) {
    case 'completed':
      s.checking = false;
      if (!account) {
        // The proxy says that LiveRamp has finished; what came of it only the account's status can tell.
        a.hint ??= 'ok';
        if (!a.channel) confirm(s, a, channelOf(a));
        return askAccount(s, a);
      }
      if (authorized) return succeed(s, a);
      a.channel = channelOf(a);
      a.asking = a.tracked = false;
      return incomplete(s, a);
    case 'failed':
      return authorized && !a.renewal ? succeed(s, a) : fail(s, a, hint ?? a.hint ?? 'unknown');
    case 'expired':
      if (authorized && !a.renewal) return succeed(s, a);
      if (account) return expire(s, a);
      a.expired = true;
      return askAccount(s, a);
  }
  if (answered(s, a)) return;
  if (a.expired) return askAccount(s, a);
  a.hint ??= hint;
  if (state === 'processing' && !a.channel && a.live) return confirm(s, a, channelOf(a));
  // Authorized by something else: this attempt is in nobody's way.
  if (authorized && !a.renewal && isFront(s, a)) rest(s, 'idle');
  else undecided(s, a);
}

function onFlowUnknown(s: Draft, a: Attempt): void {
  if (a.tracked || s.now - a.begunAt >= TIMES.begin) return askAccount(s, a);
  if (isFailure(a.hint)) {
    // The proxy's own page reported that it could not begin; a fresh authorize_url may mend that.
    fail(s, a, a.hint);
    read(s);
  } else if (!answered(s, a)) undecided(s, a);
}

/** Books how long the proxy wants to be left alone. */
function wait(s: Draft, { retryAfter = 0 }: DestinationOAuthError): void {
  s.retryAt = s.now + retryAfter;
  if (s.renewAt) s.renewAt = Math.max(s.renewAt, s.retryAt);
}

function onAskFailed(s: Draft, a: Attempt, error: DestinationOAuthError): void {
  wait(s, error);
  // A proxy that is down is one event and not one a poll.
  if (s.error?.code !== error.code) tell(s, error);
  a.askAt = undefined;
  s.checking = false;
  answered(s, a, error.retryAfter);
  // Its end shows all the same; what became of it can still be learnt.
  if (a.expired && isFront(s, a)) {
    rest(s, 'idle');
    s.notice = 'expired';
  }
  if (s.phase === 'awaiting' && a.closed && isFront(s, a)) unconfirmed(s);
}

function onTick(s: Draft): void {
  if (s.settleAt && s.now >= s.settleAt) {
    s.settleAt = undefined;
    const front = frontOf(s);
    if (front) settle(s, front);
  }
  if (s.renewAt && s.now >= s.renewAt) renew(s);
  for (const a of s.attempts)
    if (s.now >= endOf(a)) {
      if (a.expired) expire(s, a);
      else ask(s, a);
      a.expired = true;
    } else if (a.askAt && s.now >= a.askAt && !a.asking) ask(s, a);
}

/** The view has waited long enough. */
function settle(s: Draft, a: Attempt): void {
  const { returnedAt = 0 } = a;
  if (s.phase === 'incomplete') {
    // Of a flow that has ended, this was the last look; from here on a hint or a refresh asks.
    a.live = a.tracked !== false;
    if (!a.live) a.askAt = undefined;
  } else if (s.phase === 'awaiting') unconfirmed(s);
  else if (s.phase !== 'confirming') return;
  else if (a.asking && s.now < returnedAt + TIMES.unanswered) s.settleAt = s.now + TIMES.patience;
  else if (a.asking || s.error || !a.hint || a.hint === 'unknown') unconfirmed(s);
  // An account that was authorized all along lacks nothing: nobody can tell what became of its renewal.
  else if (a.hint === 'ok' && isAuthorized(s.account)) unconfirmed(s);
  else if (a.hint === 'ok') incomplete(s, a);
  else fail(s, a, a.hint);
}

/** Reads the status though nobody asked. */
function renew(s: Draft): void {
  s.renewedAt = s.now;
  if (s.renewAt) s.renewAt = Math.max(s.now + TIMES.leastRenew, s.retryAt ?? 0);
  read(s);
}

function onWake(s: Draft, restored: boolean | undefined): void {
  const early = s.now < (s.retryAt ?? 0);
  for (const a of s.attempts) {
    if (restored && a.live && a.mode === 'redirect' && s.phase === 'awaiting') unconfirmed(s);
    if (!a.asking && !early) a.askAt = Math.min(a.askAt ?? Infinity, (a.askedAt ?? 0) + TIMES.patience);
  }
  onTick(s);
  if (early || s.attempts.length || s.now - (s.renewedAt ?? 0) < TIMES.leastRenew) return;
  if (s.phase === 'error' || s.now - (s.readAt ?? 0) >= TIMES.stale) renew(s);
}

function apply(s: Draft, action: Action): void {
  switch (action.type) {
    case 'configured':
      if (!action.problem) return void read(s);
      rest(s, 'error');
      return tell(s, action.problem);
    case 'initial':
      s.initial = action.status;
      return;
    case 'refresh':
      s.checking = true;
      if (s.phase === 'unconfirmed') s.notice = s.error = undefined;
      read(s);
      for (const a of s.attempts) if (a.live && a.tracked !== false) ask(s, a);
      return;
    case 'account':
      return onAccount(s, action.account);
    case 'account-failed':
      return onAccountFailed(s, action.error);
    case 'authorize':
      return onAuthorize(s, action);
    case 'resume':
      return onResume(s, action.attempts);
    case 'tick':
      return onTick(s);
    case 'changed':
      return void read(s);
    case 'wake':
      return onWake(s, action.restored);
    case 'cancel':
      if (frontOf(s)) s.notice = 'cancelled';
      for (const a of s.attempts) if (a.live) s.effects.push({ type: 'close', flow: a.flow });
      if (s.phase !== 'error') rest(s, 'idle');
      return;
    case 'suspend':
      s.checking = false;
      s.renewedAt = 0;
      for (const a of s.attempts) {
        if (a.live && a.asking) a.askAt = s.now;
        a.asking = false;
      }
      return;
  }
  const flow = action.type === 'report' ? action.report.flow : action.flow;
  const a = s.attempts.find((each) => each.flow === flow);
  if (!a) return;
  switch (action.type) {
    case 'blocked':
      s.timesBlocked++;
      a.unsent = false;
      rest(s, 'blocked');
      return tell(s, new DestinationOAuthError('popup_blocked', 'The browser blocked the authorization window.'));
    case 'returned':
      a.hint ??= action.hint;
      // A poll may have seen the return just before; the message is what tells of it.
      if (a.channel) a.channel = action.channel;
      else confirm(s, a, action.channel);
      return ask(s, a);
    case 'closed':
      if (!a.live || a.closed) return;
      a.closed = true;
      if (a.returnedAt) return;
      if (s.phase === 'awaiting' && isFront(s, a)) s.settleAt = s.now + TIMES.closed;
      return ask(s, a);
    case 'report':
      return onReport(s, a, action.report);
    case 'flow-unknown':
      return onFlowUnknown(s, a);
    case 'untracked':
      return askAccount(s, a);
    case 'ask-failed':
      return onAskFailed(s, a, action.error);
    case 'overtaken':
      drop(s, a);
      if (s.phase !== 'error' && !frontOf(s)) rest(s, 'idle');
  }
}

/** Applies one action. Unknown flows and actions that make no sense in a state change nothing. */
export function reduce(state: State, action: Action, now: number): [State, readonly Effect[]] {
  const from = action.type === 'configured' ? initialState : state;
  const draft: Draft = { ...from, attempts: from.attempts.map((a) => ({ ...a })), effects: [], now };
  apply(draft, action);
  const { effects, now: _, ...next } = draft;
  return [next, effects];
}
