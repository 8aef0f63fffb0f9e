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

/** Phases that stand for themselves; `idle` shows the account's status instead. */
export type Phase = 'idle' | 'awaiting' | 'confirming' | 'incomplete' | 'unconfirmed' | 'blocked' | 'failed' | 'error';

export type View =
  Exclude<Phase, 'idle'> | 'loading' | 'not-applicable' | 'unauthorized' | 'reauthorize' | 'authorized';

/** How the return of the popup was learnt. */
export type Channel = 'post-message' | 'broadcast-channel' | 'poll' | 'resume';

/** Something that happened and is worth a sentence, beside the view. */
export type Notice = 'cancelled' | 'expired' | 'not-yet';

/** Milliseconds. */
export const TIMES = {
  firstPoll: 2_000,
  slowestPoll: 10_000,
  /** From `closed` to `unconfirmed`, if the check that `closed` calls for does not answer. */
  closed: 4_000,
  /** How long `confirming` waits for LiveRamp to make up its mind. */
  confirming: 10_000,
  /** The same where the proxy has not answered since. */
  unanswered: 18_000,
  /** From the return to the last look at an account that came back `ok` but is not authorized. */
  settle: 20_000,
  /** How long "flow not found" means "not begun yet". */
  begin: 60_000,
  /** A flow lives 15 minutes at the proxy; a minute more for the way there and back. */
  life: 16 * 60_000,
  /** A hint within this time of the last question does not ask again. */
  patience: 1_000,
  /** A status older than this is read again when the page is looked at. */
  stale: 60_000,
  /** A ticket is renewed when this much of its life is left, or a third of it; never more often than `leastRenew`. */
  renew: 60_000,
  leastRenew: 10_000,
} as const;

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
  expired?: boolean;
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
  /** When the account's ticket wants to be renewed. */
  readonly renewAt?: number | undefined;
  /** The user asked, and no answer has come yet. */
  readonly checking?: boolean;
  readonly timesBlocked: number;
}

export type Action =
  | { type: 'configured'; problem?: DestinationOAuthError }
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
  | { type: 'wake'; restored?: boolean }
  | { type: 'cancel' }
  | { type: 'resume'; attempts: readonly Attempt[] }
  /** Another element has taken the flow up while this one was out of the document. */
  | { type: 'overtaken'; flow: string }
  | { type: 'suspend' };

export type Effect =
  | { type: 'open'; flow: string; url: URL }
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
  const times = attempts.flatMap((a) => [a.begunAt + TIMES.life, a.asking ? undefined : a.askAt]);
  const due = Math.min(...[settleAt, renewAt, ...times].map((time) => time ?? Infinity));
  return due < Infinity ? due : undefined;
}

/** The attempt that the view speaks of. */
export const frontOf = (state: Pick<State, 'attempts'>): Attempt | undefined => state.attempts.findLast((a) => a.live);

/** The next state in the making, what is to be done, and the time. */
interface Step {
  readonly s: { -readonly [K in keyof State]: State[K] } & { attempts: Attempt[] };
  readonly effects: Effect[];
  readonly now: number;
}

const isFront = ({ s }: Step, a: Attempt): boolean => frontOf(s) === a;
const isAuthorized = (account: Account | undefined): boolean => account?.oauth_status === 'authorized';

function tell({ s, effects }: Step, error: DestinationOAuthError): void {
  s.error = error;
  effects.push({ type: 'error', error });
}

const read = ({ effects }: Step): unknown => effects.push({ type: 'read' });

/** Asks the proxy about an attempt; one question at a time. */
function ask(step: Step, a: Attempt): void {
  if (a.asking) {
    a.askAt = step.now;
    return;
  }
  a.asking = true;
  a.askAt = undefined;
  a.askedAt = step.now;
  if (a.tracked === false) read(step);
  else step.effects.push({ type: 'ask', flow: a.flow });
}

/** Asks without the flow: the answer under way, if any, says nothing about the account's status. */
function askAccount(step: Step, a: Attempt): void {
  a.asking = a.tracked = false;
  ask(step, a);
}

/** Books an answer. True if a hint came meanwhile, and the question has been put again. */
function answered(step: Step, a: Attempt, wait = 0): boolean {
  const { s } = step;
  const again = a.asking && a.askAt !== undefined;
  a.asking = false;
  if (again) {
    ask(step, a);
    return true;
  }
  // Whoever asked is told that there is nothing new; a poll says nothing.
  if (s.checking && s.phase === 'unconfirmed') s.notice = 'not-yet';
  s.checking = false;
  if (a.live) {
    const { interval = TIMES.firstPoll } = a;
    a.askAt = step.now + Math.max(interval, wait);
    a.interval = Math.min(interval * 1.5, TIMES.slowestPoll);
  }
  return false;
}

/** Nothing is under way in the foreground any more; what has not settled stays listened to. */
function rest(step: Step, phase: Phase): void {
  const { s } = step;
  s.phase = phase;
  s.checking = false;
  s.settleAt = s.hint = undefined;
  if (phase === 'idle') {
    s.error = undefined;
    // A page that was reloaded in mid-flow may not have read the account yet, or in vain.
    if (!s.account) read(step);
  }
  for (const a of s.attempts) {
    a.live = false;
    if (!a.asking) a.askAt = undefined;
  }
}

/** Forgets an attempt. True if the view spoke of it. */
function drop(step: Step, a: Attempt): boolean {
  const front = isFront(step, a);
  step.s.attempts = step.s.attempts.filter((each) => each !== a);
  return front;
}

function unconfirmed({ s }: Step): void {
  s.phase = 'unconfirmed';
  s.settleAt = undefined;
}

const channelOf = (a: Attempt): Channel => a.channel ?? (a.resumed ? 'resume' : 'poll');

function succeed(step: Step, a: Attempt): void {
  const { s } = step;
  // Other attempts for the same grant: one grant is one success.
  s.attempts = s.attempts.filter((each) => each !== a && each.renewal);
  rest(step, 'idle');
  s.notice = undefined;
  step.effects.push({ type: 'authorized', channel: channelOf(a) });
}

function fail(step: Step, a: Attempt, hint: Hint): void {
  if (!drop(step, a)) return;
  rest(step, 'failed');
  step.s.hint = hint;
  tell(step, new DestinationOAuthError('authorization_failed', `The authorization came back with "${hint}".`));
}

/** The flow ran out of time without an outcome. */
function expire(step: Step, a: Attempt): void {
  if (!drop(step, a)) return;
  rest(step, 'idle');
  step.s.notice = 'expired';
}

/** Came back, and the account is still not authorized: say so, and keep looking for a while. */
function incomplete(step: Step, a: Attempt): void {
  const { s, now } = step;
  if (!isFront(step, a)) {
    drop(step, a);
    return;
  }
  s.phase = 'incomplete';
  s.settleAt = Math.max(now, (a.returnedAt ?? now) + TIMES.settle);
  a.askAt ??= now + TIMES.firstPoll;
}

/** The user is back: this attempt is what the view speaks of now. */
function confirm({ s, now }: Step, a: Attempt, channel: Channel): void {
  a.channel = channel;
  a.returnedAt = now;
  a.interval = TIMES.firstPoll;
  a.live = true;
  s.attempts = [...s.attempts.filter((each) => each !== a), a];
  s.phase = 'confirming';
  s.notice = s.hint = s.error = undefined;
  s.settleAt = now + TIMES.confirming;
}

/** An answer without an outcome. */
function undecided(step: Step, a: Attempt): void {
  const { s } = step;
  if (!isFront(step, a)) return;
  s.error = undefined;
  if ((s.phase === 'awaiting' && a.closed) || (s.phase === 'confirming' && !a.channel)) unconfirmed(step);
}

/**
 * A ticket's life is the difference of two of the proxy's times, so that a wrong clock on this machine does no harm.
 */
function renewAt({ authorize_url, authorize_expires_at, checked_at }: Account, now: number): number | undefined {
  if (!authorize_url || !authorize_expires_at) return undefined;
  const life = Date.parse(authorize_expires_at) - Date.parse(checked_at);
  return now + Math.max(TIMES.leastRenew, life - Math.min(TIMES.renew, life / 3));
}

function setAccount(step: Step, account: Account): void {
  const { s, effects, now } = step;
  const previous = s.account?.oauth_status;
  const { oauth_status: oauthStatus } = account;
  s.account = account;
  s.readAt = now;
  s.renewAt = renewAt(account, now);
  const front = frontOf(s);
  if (!front) s.checking = false;
  if (previous !== oauthStatus) effects.push({ type: 'status', oauthStatus, previous });
  const news = previous !== 'authorized' && isAuthorized(account);
  if (s.phase === 'error' || (news && !front)) rest(step, 'idle');
  if (news) s.notice = undefined;
}

function onAccount(step: Step, account: Account): void {
  const { s } = step;
  const news = s.account?.oauth_status !== account.oauth_status;
  setAccount(step, account);
  for (const a of s.attempts) {
    if (!s.attempts.includes(a)) continue;
    if (a.tracked === false) judge(step, a);
    else if (isAuthorized(account) && !a.renewal && (news || !a.asking)) ask(step, a);
  }
}

/** Decides by the account's status alone. */
function judge(step: Step, a: Attempt): void {
  if (isAuthorized(step.s.account) && (!a.renewal || a.hint === 'ok')) return succeed(step, a);
  if (!a.asking || answered(step, a)) return;
  if (a.expired) return expire(step, a);
  if (step.s.phase === 'confirming' && isFront(step, a) && isFailure(a.hint)) return fail(step, a, a.hint);
  undecided(step, a);
}

const isFailure = (hint: Hint | undefined): hint is Hint => !!hint && hint !== 'ok' && hint !== 'unknown';

function onAccountFailed(step: Step, error: DestinationOAuthError): void {
  const { s } = step;
  const { checking } = s;
  const asking = s.attempts.filter((a) => a.tracked === false && a.asking);
  for (const a of asking) onAskFailed(step, a, error);
  if (asking.length || !(checking || (!s.account && s.phase !== 'error'))) return;
  // A read that nobody asked for and that fails is no news.
  s.checking = false;
  if (!frontOf(s)) rest(step, 'error');
  tell(step, error);
}

function onAuthorize(step: Step, { flow, mode, popupOpen, top }: Extract<Action, { type: 'authorize' }>): void {
  const { s, effects, now } = step;
  const front = frontOf(s);
  if (s.phase === 'confirming' || viewOf(s) === 'not-applicable') return;
  if (front && popupOpen && s.phase === 'awaiting') {
    effects.push({ type: 'focus', flow: front.flow });
    return;
  }
  const { authorize_url, oauth_status } = s.account ?? {};
  if (typeof authorize_url !== 'string') return;
  const url = safeAuthorizeUrl(authorize_url);
  if (!url) {
    rest(step, 'error');
    const message = 'The proxy gave an authorize_url that may not be opened. It must be absolute and https.';
    return tell(step, new DestinationOAuthError('unsafe_authorize_url', message));
  }
  for (const a of s.attempts) a.interval = TIMES.slowestPoll;
  const renewal = oauth_status === 'authorized';
  const askAt = now + TIMES.firstPoll;
  s.attempts.push({ flow, mode, top, renewal, begunAt: now, resumed: false, live: true, askAt });
  s.attempts = s.attempts.slice(-MOST_ATTEMPTS);
  s.phase = 'awaiting';
  s.settleAt = s.notice = s.hint = s.error = undefined;
  effects.push({ type: mode === 'popup' ? 'open' : 'navigate', flow, url });
}

function onResume(step: Step, attempts: readonly Attempt[]): void {
  const { s, now } = step;
  for (const a of attempts)
    if (now < a.begunAt + TIMES.life) {
      // A page that was reloaded may count from another time: its predecessor's clock was set back.
      const taken = { ...a, begunAt: Math.min(a.begunAt, now) };
      s.attempts.push(taken);
      ask(step, taken);
    }
  if (!frontOf(s)) return;
  s.phase = 'confirming';
  s.settleAt = now + TIMES.confirming;
}

function onReport(step: Step, a: Attempt, { state, hint, account }: FlowReport): void {
  const { s } = step;
  if (account) setAccount(step, account);
  a.tracked = true;
  const authorized = isAuthorized(s.account);
  switch (state) {
    case 'completed':
      s.checking = false;
      if (!account) {
        // The proxy says that LiveRamp has finished; what came of it only the account's status can tell.
        a.hint ??= 'ok';
        if (!a.channel) confirm(step, a, channelOf(a));
        return askAccount(step, a);
      }
      if (authorized) return succeed(step, a);
      a.channel = channelOf(a);
      a.asking = a.tracked = false;
      return incomplete(step, a);
    case 'failed':
      return authorized && !a.renewal ? succeed(step, a) : fail(step, a, hint ?? a.hint ?? 'unknown');
    case 'expired':
      if (authorized && !a.renewal) return succeed(step, a);
      if (account) return expire(step, a);
      a.expired = true;
      return askAccount(step, a);
  }
  if (answered(step, a)) return;
  a.hint ??= hint;
  if (state === 'processing' && !a.channel && a.live) return confirm(step, a, channelOf(a));
  // Authorized by something else: this attempt is in nobody's way.
  if (authorized && !a.renewal && isFront(step, a)) rest(step, 'idle');
  else undecided(step, a);
}

function onFlowUnknown(step: Step, a: Attempt): void {
  if (a.tracked || step.now - a.begunAt >= TIMES.begin) return askAccount(step, a);
  if (isFailure(a.hint)) {
    // The proxy's own page reported that it could not begin; a fresh authorize_url may mend that.
    fail(step, a, a.hint);
    read(step);
  } else if (!answered(step, a)) undecided(step, a);
}

function onAskFailed(step: Step, a: Attempt, error: DestinationOAuthError): void {
  const { s } = step;
  // A proxy that is down is one event and not one a poll.
  if (s.error?.code !== error.code) tell(step, error);
  a.askAt = undefined;
  answered(step, a, error.retryAfter);
  if (s.phase === 'awaiting' && a.closed && isFront(step, a)) unconfirmed(step);
}

function onTick(step: Step): void {
  const { s, now } = step;
  if (s.settleAt && now >= s.settleAt) {
    s.settleAt = undefined;
    const front = frontOf(s);
    if (front) settle(step, front);
  }
  if (s.renewAt && now >= s.renewAt) renew(step);
  for (const a of s.attempts)
    if (now >= a.begunAt + TIMES.life) {
      if (isFront(step, a)) read(step);
      expire(step, a);
    } else if (a.askAt && now >= a.askAt && !a.asking) ask(step, a);
}

/** The view has waited long enough. */
function settle(step: Step, a: Attempt): void {
  const { s, now } = step;
  const { returnedAt = 0 } = a;
  if (s.phase === 'incomplete') {
    // Of a flow that has ended, this was the last look; from here on a hint or a refresh asks.
    a.live = a.tracked !== false;
    if (!a.live) a.askAt = undefined;
  } else if (s.phase === 'awaiting') unconfirmed(step);
  else if (s.phase !== 'confirming') return;
  else if (a.asking && now < returnedAt + TIMES.unanswered) s.settleAt = now + TIMES.patience;
  else if (a.asking || s.error || !a.hint || a.hint === 'unknown') unconfirmed(step);
  // An account that was authorized all along lacks nothing: nobody can tell what became of its renewal.
  else if (a.hint === 'ok' && isAuthorized(s.account)) unconfirmed(step);
  else if (a.hint === 'ok') incomplete(step, a);
  else fail(step, a, a.hint);
}

/** Reads the status though nobody asked. */
function renew(step: Step): void {
  const { s, now } = step;
  if (s.renewAt) s.renewAt = now + TIMES.leastRenew;
  read(step);
}

function onWake(step: Step, restored: boolean): void {
  const { s, now } = step;
  for (const a of s.attempts) {
    if (restored && a.live && a.mode === 'redirect' && s.phase === 'awaiting') unconfirmed(step);
    if (!a.asking && now - (a.askedAt ?? 0) >= TIMES.patience) ask(step, a);
  }
  const stale = now - (s.readAt ?? 0) >= TIMES.stale;
  if ((s.renewAt && now >= s.renewAt) || (!s.attempts.length && (stale || s.phase === 'error'))) renew(step);
}

function apply(step: Step, action: Action): void {
  const { s, effects, now } = step;
  switch (action.type) {
    case 'configured':
      if (!action.problem) return void read(step);
      rest(step, 'error');
      return tell(step, action.problem);
    case 'initial':
      s.initial = action.status;
      return;
    case 'refresh':
      s.checking = true;
      if (s.phase === 'unconfirmed') s.notice = undefined;
      read(step);
      for (const a of s.attempts) if (a.live && a.tracked !== false) ask(step, a);
      return;
    case 'account':
      return onAccount(step, action.account);
    case 'account-failed':
      return onAccountFailed(step, action.error);
    case 'authorize':
      return onAuthorize(step, action);
    case 'resume':
      return onResume(step, action.attempts);
    case 'tick':
      return onTick(step);
    case 'changed':
      return renew(step);
    case 'wake':
      return onWake(step, action.restored ?? false);
    case 'cancel':
      if (frontOf(s)) s.notice = 'cancelled';
      for (const a of s.attempts) if (a.live) effects.push({ type: 'close', flow: a.flow });
      if (s.phase !== 'error') rest(step, 'idle');
      return;
    case 'suspend':
      s.checking = false;
      for (const a of s.attempts) {
        if (a.live && a.asking) a.askAt = now;
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
      rest(step, 'blocked');
      return tell(step, new DestinationOAuthError('popup_blocked', 'The browser blocked the authorization window.'));
    case 'returned':
      a.hint ??= action.hint;
      // A poll may have seen the return just before; the message is what tells of it.
      if (a.channel) a.channel = action.channel;
      else confirm(step, a, action.channel);
      return ask(step, a);
    case 'closed':
      if (!a.live || a.closed) return;
      a.closed = true;
      if (a.returnedAt) return;
      if (s.phase === 'awaiting' && isFront(step, a)) s.settleAt = now + TIMES.closed;
      return ask(step, a);
    case 'report':
      return onReport(step, a, action.report);
    case 'flow-unknown':
      return onFlowUnknown(step, a);
    case 'untracked':
      return askAccount(step, a);
    case 'ask-failed':
      return onAskFailed(step, a, action.error);
    case 'overtaken':
      drop(step, a);
      if (s.phase !== 'error' && !frontOf(s)) rest(step, 'idle');
  }
}

/** Applies one action. Unknown flows and actions that make no sense in a state change nothing. */
export function reduce(state: State, action: Action, now: number): [State, readonly Effect[]] {
  const from = action.type === 'configured' ? initialState : state;
  const step: Step = { s: { ...from, attempts: from.attempts.map((a) => ({ ...a })) }, effects: [], now };
  apply(step, action);
  return [step.s, step.effects];
}
