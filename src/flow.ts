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
  /** The same where the proxy has not answered at all since the return. */
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
  /** Whether the account was authorized when the attempt began: then only its flow can tell a success. */
  readonly renewal: boolean;
  /** Taken up again after a reload or in the page that was returned to. */
  readonly resumed: boolean;
  /** Polled. False once cancelled, overtaken or settled by something else. */
  live: boolean;
  /** False: this proxy does not know the flow, so the account's status against the baseline decides. */
  tracked: boolean | undefined;
  hint: Hint | undefined;
  channel: Channel | undefined;
  returnedAt: number | undefined;
  /** The proxy has answered since the return. */
  answered: boolean;
  closed: boolean;
  expired: boolean;
  asking: boolean;
  /** A hint came while a question was under way: its answer may be older than the hint. */
  again: boolean;
  askedAt: number;
  askAt: number | undefined;
  interval: number;
  /** The last failure told of, so that a proxy that is down is one event and not one a poll. */
  failure: string | undefined;
}

export interface State {
  readonly phase: Phase;
  readonly account: Account | undefined;
  readonly initial: OAuthStatus | undefined;
  readonly error: DestinationOAuthError | undefined;
  readonly notice: Notice | undefined;
  /** What LiveRamp's redirect said, in `failed`. */
  readonly hint: Hint | undefined;
  readonly attempts: readonly Attempt[];
  readonly settleAt: number | undefined;
  readonly readAt: number | undefined;
  /** When the account's ticket wants to be renewed. */
  readonly renewAt: number | undefined;
  /** A read of the status is under way; `quietly` where nobody asked for it, so that its failure is no news. */
  readonly reading: 'openly' | 'quietly' | undefined;
  /** The user asked, and no answer has come yet. */
  readonly checking: boolean;
  readonly timesBlocked: number;
}

export type Action =
  | { type: 'configured'; problem?: DestinationOAuthError }
  | { type: 'initial'; status: OAuthStatus | undefined }
  | { type: 'refresh' }
  | { type: 'account'; account: Account }
  | { type: 'account-failed'; error: DestinationOAuthError }
  | { type: 'authorize'; flow: string; mode: 'popup' | 'redirect'; popupOpen: boolean }
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
  | { type: 'check' }
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

export const initialState: State = {
  phase: 'idle',
  account: undefined,
  initial: undefined,
  error: undefined,
  notice: undefined,
  hint: undefined,
  attempts: [],
  settleAt: undefined,
  readAt: undefined,
  renewAt: undefined,
  reading: undefined,
  checking: false,
  timesBlocked: 0,
};

export const newAttempt = (
  given: Pick<Attempt, 'flow' | 'begunAt' | 'mode' | 'renewal' | 'resumed' | 'live'>,
): Attempt => ({
  ...given,
  tracked: undefined,
  hint: undefined,
  channel: undefined,
  returnedAt: undefined,
  answered: false,
  closed: false,
  expired: false,
  asking: false,
  again: false,
  askedAt: 0,
  askAt: undefined,
  interval: TIMES.firstPoll,
  failure: undefined,
});

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
export function dueAt(state: State): number | undefined {
  const times = state.attempts.flatMap((a) => [a.begunAt + TIMES.life, a.live && !a.asking ? a.askAt : undefined]);
  const due = Math.min(...[state.settleAt, state.renewAt, ...times].filter((time) => time !== undefined));
  return due === Infinity ? undefined : due;
}

/** The attempt that the view speaks of. */
export const frontOf = (state: Pick<State, 'attempts'>): Attempt | undefined => state.attempts.findLast((a) => a.live);

/**
 * A ticket's life is the difference of two of the proxy's times, so that a wrong clock on this machine does no harm.
 */
function renewAt({ authorize_url, authorize_expires_at, checked_at }: Account, now: number): number | undefined {
  if (authorize_url === null || authorize_expires_at === undefined) return undefined;
  const life = Date.parse(authorize_expires_at) - Date.parse(checked_at);
  return now + Math.max(TIMES.leastRenew, life - Math.min(TIMES.renew, life / 3));
}

type Draft = { -readonly [K in keyof State]: State[K] } & { attempts: Attempt[] };

/** One step: a draft of the next state, what is to be done, and the helpers that both are made with. */
class Step {
  readonly s: Draft;
  readonly effects: Effect[] = [];
  readonly #now: number;

  constructor(state: State, now: number) {
    this.s = { ...state, attempts: state.attempts.map((a) => ({ ...a })) };
    this.#now = now;
  }

  apply(action: Action): void {
    const { s } = this;
    switch (action.type) {
      case 'configured':
        Object.assign(s, initialState, { attempts: [] });
        if (action.problem) this.#error(action.problem);
        else this.#read();
        return;
      case 'initial':
        s.initial = action.status;
        return;
      case 'refresh':
        s.checking = true;
        this.#read();
        for (const a of s.attempts) if (a.live) this.#ask(a);
        return;
      case 'account':
        return this.#account(action.account);
      case 'account-failed':
        return this.#accountFailed(action.error);
      case 'authorize':
        return this.#authorize(action);
      case 'resume':
        return this.#resume(action.attempts);
      case 'tick':
        return this.#tick();
      case 'changed':
        return this.#renew();
      case 'wake':
        return this.#wake(action.restored ?? false);
      case 'check': {
        s.checking = true;
        s.notice = undefined;
        const front = frontOf(s);
        if (front) this.#ask(front);
        else this.#read();
        return;
      }
      case 'cancel':
        for (const a of s.attempts) if (a.live) this.effects.push({ type: 'close', flow: a.flow });
        if (frontOf(s)) s.notice = 'cancelled';
        if (s.phase !== 'error') this.#rest('idle');
        return;
      case 'suspend':
        s.reading = undefined;
        s.checking = false;
        for (const a of s.attempts) {
          if (a.live && a.asking) a.askAt = this.#now;
          a.asking = a.again = false;
        }
        return;
    }
    const flow = action.type === 'report' ? action.report.flow : action.flow;
    const a = s.attempts.find((each) => each.flow === flow);
    if (!a) return;
    switch (action.type) {
      case 'blocked':
        s.timesBlocked++;
        this.#rest('blocked');
        return this.#tell(new DestinationOAuthError('popup_blocked', 'The browser blocked the authorization window.'));
      case 'returned':
        return this.#returned(a, action.hint, action.channel);
      case 'closed':
        return this.#closed(a);
      case 'overtaken':
        this.#drop(a);
        if (s.phase !== 'error' && !frontOf(s)) this.#rest('idle');
        return;
      case 'report':
        return this.#report(a, action.report);
      case 'flow-unknown':
        return this.#flowUnknown(a);
      case 'untracked':
        a.asking = a.again = a.tracked = false;
        return this.#ask(a);
      case 'ask-failed':
        return this.#askFailed(a, action.error);
    }
  }

  #tell(error: DestinationOAuthError): void {
    this.s.error = error;
    this.effects.push({ type: 'error', error });
  }

  #error(error: DestinationOAuthError): void {
    this.#rest('error');
    this.#tell(error);
  }

  #read(reading: NonNullable<State['reading']> = 'openly'): void {
    this.s.reading = reading;
    this.effects.push({ type: 'read' });
  }

  /** Asks the proxy about an attempt; one question at a time. */
  #ask(a: Attempt): void {
    if (a.asking) {
      a.again = true;
      return;
    }
    a.asking = true;
    a.askAt = undefined;
    a.askedAt = this.#now;
    if (a.tracked === false) this.#read();
    else this.effects.push({ type: 'ask', flow: a.flow });
  }

  /** Books an answer. True if a hint came meanwhile, and the question has been put again. */
  #answered(a: Attempt, wait = 0): boolean {
    a.asking = false;
    this.s.checking = false;
    if (a.again) {
      a.again = false;
      this.#ask(a);
      return true;
    }
    if (a.live) {
      a.askAt = this.#now + Math.max(a.interval, wait);
      a.interval = Math.min(a.interval * 1.5, TIMES.slowestPoll);
    }
    return false;
  }

  /** Nothing is under way in the foreground any more; what has not settled stays listened to. */
  #rest(phase: Phase): void {
    const { s } = this;
    s.phase = phase;
    s.settleAt = undefined;
    s.checking = false;
    s.hint = undefined;
    if (phase === 'idle') s.error = undefined;
    for (const a of s.attempts) {
      a.live = false;
      a.askAt = undefined;
    }
    // A page that was reloaded in mid-flow may not have read the account yet, or in vain.
    if (phase === 'idle' && !s.account && !s.reading) this.#read();
  }

  #drop(a: Attempt): void {
    this.s.attempts = this.s.attempts.filter((each) => each !== a);
  }

  #isFront(a: Attempt): boolean {
    return frontOf(this.s) === a;
  }

  #unconfirmed(): void {
    this.s.phase = 'unconfirmed';
    this.s.settleAt = undefined;
  }

  #succeed(a: Attempt): void {
    // Other attempts for the same grant: one grant is one success.
    this.s.attempts = this.s.attempts.filter((each) => each !== a && each.renewal);
    this.#rest('idle');
    this.s.notice = undefined;
    this.effects.push({ type: 'authorized', channel: a.channel ?? (a.resumed ? 'resume' : 'poll') });
  }

  #fail(a: Attempt, hint: Hint): void {
    const front = this.#isFront(a);
    this.#drop(a);
    if (!front) return;
    this.#rest('failed');
    this.s.hint = hint;
    this.#tell(new DestinationOAuthError('authorization_failed', `The authorization came back with "${hint}".`));
  }

  /** The flow ran out of time without an outcome. */
  #expire(a: Attempt): void {
    const front = this.#isFront(a);
    this.#drop(a);
    if (!front) return;
    this.#rest('idle');
    this.s.notice = 'expired';
  }

  #setAccount(account: Account): void {
    const { s } = this;
    const previous = s.account?.oauth_status;
    s.account = account;
    s.readAt = this.#now;
    s.reading = undefined;
    s.renewAt = renewAt(account, this.#now);
    if (!frontOf(s)) s.checking = false;
    if (previous !== account.oauth_status)
      this.effects.push({ type: 'status', oauthStatus: account.oauth_status, previous });
    const news = account.oauth_status === 'authorized' && previous !== 'authorized';
    if (s.phase === 'error' || (news && !frontOf(s))) this.#rest('idle');
    if (news) s.notice = undefined;
  }

  #account(account: Account): void {
    const news = this.s.account?.oauth_status !== account.oauth_status;
    this.#setAccount(account);
    for (const a of [...this.s.attempts]) {
      if (!this.s.attempts.includes(a)) continue;
      if (a.tracked === false) this.#judge(a, account);
      else if (account.oauth_status === 'authorized' && !a.renewal && (news || !a.asking)) this.#ask(a);
    }
  }

  /** Decides by the account's status alone. */
  #judge(a: Attempt, account: Account): void {
    const { s } = this;
    if (account.oauth_status === 'authorized' && (!a.renewal || a.hint === 'ok')) return this.#succeed(a);
    if (!a.asking || this.#answered(a)) return;
    a.answered = a.returnedAt !== undefined;
    if (a.expired) return this.#expire(a);
    if (!this.#isFront(a)) return;
    if (s.phase === 'awaiting' && a.closed) this.#unconfirmed();
    else if (s.phase === 'confirming' && a.hint !== undefined && a.hint !== 'ok' && a.hint !== 'unknown')
      this.#fail(a, a.hint);
    else if (s.phase === 'confirming' && a.hint === undefined) this.#unconfirmed();
    else if (s.phase === 'unconfirmed') s.notice = 'not-yet';
  }

  #accountFailed(error: DestinationOAuthError): void {
    const quietly = this.s.reading === 'quietly';
    this.s.reading = undefined;
    const asking = this.s.attempts.filter((a) => a.tracked === false && a.asking);
    for (const a of asking) this.#askFailed(a, error);
    if (quietly) return;
    if (!frontOf(this.s)) this.#error(error);
    else if (asking.length === 0) this.effects.push({ type: 'error', error });
  }

  #authorize({ flow, mode, popupOpen }: Extract<Action, { type: 'authorize' }>): void {
    const { s } = this;
    const front = frontOf(s);
    if (s.phase === 'confirming' || (s.phase === 'idle' && viewOf(s) === 'not-applicable')) return;
    if (front && popupOpen && s.phase === 'awaiting') {
      this.effects.push({ type: 'focus', flow: front.flow });
      return;
    }
    if (!s.account || s.account.authorize_url === null) return;
    const url = safeAuthorizeUrl(s.account.authorize_url);
    if (!url) {
      const message = 'The proxy gave an authorize_url that may not be opened. It must be absolute and https.';
      return this.#error(new DestinationOAuthError('unsafe_authorize_url', message));
    }
    for (const a of s.attempts) a.interval = TIMES.slowestPoll;
    const renewal = s.account.oauth_status === 'authorized';
    const attempt = newAttempt({ flow, mode, renewal, begunAt: this.#now, resumed: false, live: true });
    attempt.askAt = this.#now + TIMES.firstPoll;
    s.attempts = [...s.attempts, attempt].slice(-MOST_ATTEMPTS);
    s.phase = 'awaiting';
    s.settleAt = s.notice = s.hint = s.error = undefined;
    this.effects.push({ type: mode === 'popup' ? 'open' : 'navigate', flow, url });
  }

  #resume(attempts: readonly Attempt[]): void {
    const { s } = this;
    const alive = attempts.filter((a) => a.begunAt <= this.#now && this.#now < a.begunAt + TIMES.life);
    s.attempts = [...s.attempts, ...alive.map((a) => ({ ...a }))];
    for (const a of s.attempts) this.#ask(a);
    if (!frontOf(s)) return;
    s.phase = 'confirming';
    s.settleAt = this.#now + TIMES.confirming;
  }

  #returned(a: Attempt, hint: Hint, channel: Channel): void {
    a.hint ??= hint;
    if (!a.channel) this.#confirm(a, channel);
    this.#ask(a);
  }

  /** The user is back: this attempt is what the view speaks of now. */
  #confirm(a: Attempt, channel: Channel): void {
    const { s } = this;
    a.channel = channel;
    a.returnedAt = this.#now;
    a.interval = TIMES.firstPoll;
    a.live = true;
    s.attempts = [...s.attempts.filter((each) => each !== a), a];
    s.phase = 'confirming';
    s.notice = s.hint = s.error = undefined;
    s.settleAt = this.#now + TIMES.confirming;
  }

  #closed(a: Attempt): void {
    if (!a.live || a.closed) return;
    a.closed = true;
    if (a.returnedAt !== undefined) return;
    if (this.s.phase === 'awaiting' && this.#isFront(a)) this.s.settleAt = this.#now + TIMES.closed;
    this.#ask(a);
  }

  #report(a: Attempt, report: FlowReport): void {
    const { s } = this;
    a.tracked = true;
    a.failure = undefined;
    if (report.account) this.#setAccount(report.account);
    const authorized = s.account?.oauth_status === 'authorized';
    if (report.state === 'completed' || report.state === 'failed') {
      a.asking = a.again = s.checking = false;
      if (!report.account && report.state === 'completed') {
        // The proxy says that LiveRamp has finished; what came of it only the account's status can tell.
        a.hint ??= 'ok';
        a.tracked = false;
        if (!a.channel) this.#confirm(a, a.resumed ? 'resume' : 'poll');
        return this.#ask(a);
      }
      if (authorized && (report.state === 'completed' || !a.renewal)) return this.#succeed(a);
      if (report.state === 'failed') return this.#fail(a, report.hint ?? a.hint ?? 'unknown');
      if (a.channel === undefined) a.channel = a.resumed ? 'resume' : 'poll';
      a.tracked = false;
      return this.#incomplete(a);
    }
    if (report.state === 'expired') {
      a.tracked = false;
      a.expired = true;
      a.asking = a.again = false;
      return this.#ask(a);
    }
    if (this.#answered(a)) return;
    a.answered = a.returnedAt !== undefined;
    if (report.state === 'processing' && a.returnedAt === undefined && a.live) {
      a.hint = report.hint;
      a.answered = true;
      return this.#confirm(a, a.resumed ? 'resume' : 'poll');
    }
    a.hint ??= report.hint;
    if (!this.#isFront(a)) return;
    if (authorized && !a.renewal) this.#rest('idle');
    else if (s.phase === 'awaiting' && a.closed) this.#unconfirmed();
    else if (s.phase === 'confirming' && a.channel === undefined) this.#unconfirmed();
    else if (s.phase === 'unconfirmed') s.notice = 'not-yet';
  }

  /** Came back, and the account is still not authorized: say so, and keep looking for a while. */
  #incomplete(a: Attempt): void {
    const { s } = this;
    if (!this.#isFront(a)) return this.#drop(a);
    s.phase = 'incomplete';
    s.settleAt = Math.max(this.#now, (a.returnedAt ?? this.#now) + TIMES.settle);
    a.askAt ??= this.#now + a.interval;
  }

  #flowUnknown(a: Attempt): void {
    const { s } = this;
    if (a.tracked || this.#now - a.begunAt >= TIMES.begin) {
      a.asking = a.again = a.tracked = false;
      return this.#ask(a);
    }
    if (a.hint !== undefined && a.hint !== 'ok') {
      // The proxy's own page reported that it could not begin; a fresh authorize_url may mend that.
      a.asking = a.again = false;
      this.#fail(a, a.hint);
      return this.#read();
    }
    if (this.#answered(a) || !this.#isFront(a)) return;
    if ((s.phase === 'awaiting' && a.closed) || (s.phase === 'confirming' && a.channel === undefined))
      this.#unconfirmed();
    else if (s.phase === 'unconfirmed') s.notice = 'not-yet';
  }

  #askFailed(a: Attempt, error: DestinationOAuthError): void {
    if (a.failure !== error.code) this.effects.push({ type: 'error', error });
    a.failure = error.code;
    a.again = false;
    this.#answered(a, error.retryAfter);
    if (!this.#isFront(a)) return;
    if (this.s.phase === 'awaiting' && a.closed) this.#unconfirmed();
  }

  /** Reads the status without being asked, unless a read is under way. */
  #renew(): void {
    this.s.renewAt = this.s.renewAt && this.#now + TIMES.leastRenew;
    if (!this.s.reading) this.#read('quietly');
  }

  #tick(): void {
    const { s } = this;
    if (s.renewAt !== undefined && this.#now >= s.renewAt) this.#renew();
    for (const a of [...s.attempts]) {
      if (this.#now >= a.begunAt + TIMES.life) {
        if (this.#isFront(a)) this.#read();
        this.#expire(a);
      } else if (a.live && a.askAt !== undefined && this.#now >= a.askAt) this.#ask(a);
    }
    if (s.settleAt === undefined || this.#now < s.settleAt) return;
    s.settleAt = undefined;
    const a = frontOf(s);
    if (!a) return;
    if (s.phase === 'awaiting') this.#unconfirmed();
    else if (s.phase === 'incomplete' && a.tracked === false) {
      // The last look has been had; from here on a hint or a refresh asks.
      a.live = false;
      a.askAt = undefined;
    } else if (s.phase === 'confirming') this.#settle(a, a.returnedAt ?? this.#now);
  }

  #settle(a: Attempt, returnedAt: number): void {
    const patience = returnedAt + TIMES.unanswered;
    if (a.channel !== undefined && !a.answered && this.#now < patience) this.s.settleAt = patience;
    else if (!a.answered || a.hint === undefined || a.hint === 'unknown') this.#unconfirmed();
    else if (a.hint === 'ok') this.#incomplete(a);
    else this.#fail(a, a.hint);
  }

  #wake(restored: boolean): void {
    const { s } = this;
    for (const a of s.attempts) {
      if (restored && a.live && a.mode === 'redirect' && s.phase === 'awaiting') this.#unconfirmed();
      if (!a.asking && this.#now - a.askedAt >= TIMES.patience) this.#ask(a);
    }
    if (s.renewAt !== undefined && this.#now >= s.renewAt) this.#renew();
    if (s.attempts.length || s.reading || (s.phase !== 'idle' && s.phase !== 'error')) return;
    if (s.phase === 'error') this.#read('quietly');
    else if (s.readAt === undefined) this.#read();
    else if (this.#now - s.readAt >= TIMES.stale) this.#renew();
  }
}

/** Applies one action. Unknown flows and actions that make no sense in a state change nothing. */
export function reduce(state: State, action: Action, now: number): [State, readonly Effect[]] {
  const step = new Step(state, now);
  step.apply(action);
  return [step.s, step.effects];
}
