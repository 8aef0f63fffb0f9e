/** Walks the flow reducer through actions, and runs it against a scripted proxy on a clock of its own. */
import type { Account, FlowReport } from '../../src/contract.ts';
import { DestinationOAuthError } from '../../src/errors.ts';
import { dueAt, initialState, reduce, viewOf, type Action, type Effect, type State } from '../../src/flow.ts';

export const START = 1_700_000_000_000;

/** Flow ids of tests: recognisable, and well formed. */
export const flowId = (name: string): string => `flow-${name}`.padEnd(32, '_');

export const A = flowId('a');
export const B = flowId('b');

export const account = (given: Partial<Account> = {}): Account => ({
  account_id: 'acc',
  oauth_status: 'unauthorized',
  reauthorization: false,
  authorize_url: 'https://proxy.test/authorize?ticket=t',
  checked_at: '2026-01-01T00:00:00Z',
  ...given,
});

export const report = (
  flow: string,
  state: FlowReport['state'],
  rest: Partial<Pick<FlowReport, 'account' | 'hint'>> = {},
): FlowReport => ({ flow, account_id: 'acc', state, ...rest });

/** An effect in a word: its type, and what tells it from others of its type. */
export function effectName(effect: Effect): string {
  switch (effect.type) {
    case 'read':
      return 'read';
    case 'status':
      return `status:${effect.previous ?? 'none'}>${effect.oauthStatus}`;
    case 'authorized':
      return `authorized:${effect.channel}`;
    case 'error':
      return `error:${effect.error.code}`;
    default:
      return `${effect.type}:${effect.flow.replace(/^flow-(\w+?)_+$/, '$1')}`;
  }
}

/** The reducer at a point of a walk. */
export class Walk {
  state: State = initialState;
  now = START;
  effects: readonly Effect[] = [];

  /** Applies actions; a number lets so many milliseconds pass. */
  go(...steps: (Action | number)[]): this {
    for (const step of steps) {
      if (typeof step === 'number') this.now += step;
      else [this.state, this.effects] = reduce(this.state, step, this.now);
    }
    return this;
  }

  get view(): string {
    return viewOf(this.state);
  }

  /** The effects of the last action. */
  get did(): string {
    return this.effects.map(effectName).join(' ');
  }
}

type Asked = FlowReport | 'flow-unknown' | 'untracked' | DestinationOAuthError;

/** What the proxy of a {@link Run} answers, and how long it takes. A test changes it as it goes. */
export interface Script {
  account: Account | DestinationOAuthError;
  flow: (flow: string) => Asked;
  latency: number;
}

/** The reducer, run as the controller runs it: effects carried out, timers kept; but in no time. */
export class Run {
  readonly script: Script;
  now = START;
  state: State = initialState;
  /** Everything that happened: `time view`, `time effect`. Times in milliseconds since the start. */
  readonly log: { at: number; what: string }[] = [];
  readonly #answers: { at: number; action: () => Action }[] = [];
  #reading = false;

  constructor(script: Partial<Script> = {}) {
    this.script = { account: account(), flow: () => 'flow-unknown', latency: 50, ...script };
  }

  get view(): string {
    return viewOf(this.state);
  }

  /** When something was first logged, in milliseconds since the start. */
  at(what: string): number | undefined {
    return this.log.find((entry) => entry.what === what)?.at;
  }

  count(what: string): number {
    return this.log.filter((entry) => entry.what === what).length;
  }

  /** Questions and answers are under way. */
  get busy(): boolean {
    return this.#answers.length > 0;
  }

  do(action: Action): this {
    const before = this.view;
    const [state, effects] = reduce(this.state, action, this.now);
    this.state = state;
    const at = this.now - START;
    if (this.view !== before) this.log.push({ at, what: this.view });
    for (const effect of effects) {
      this.log.push({ at, what: effectName(effect) });
      if (effect.type === 'ask') this.#later(() => this.#asked(effect.flow));
      if (effect.type === 'read' && !this.#reading) {
        this.#reading = true;
        this.#later(() => this.#read());
      }
    }
    return this;
  }

  /** Lets time pass: answers arrive, ticks fall due. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 10_000) throw new Error('The reducer runs in circles.');
      const due = dueAt(this.state) ?? Infinity;
      const answer = Math.min(...this.#answers.map((each) => each.at));
      const next = Math.max(this.now, Math.min(due, answer));
      if (next > until) break;
      this.now = next;
      if (answer <= next) {
        const index = this.#answers.findIndex((each) => each.at === answer);
        const [arrived] = this.#answers.splice(index, 1);
        if (arrived) this.#arrive(arrived.action());
      } else this.do({ type: 'tick' });
    }
    this.now = until;
    return this;
  }

  /** As the client does: an account that comes with a report is told of first. */
  #arrive(action: Action): void {
    if (action.type === 'report' && action.report.account) this.do({ type: 'account', account: action.report.account });
    this.do(action);
  }

  #later(action: () => Action): void {
    this.#answers.push({ at: this.now + this.script.latency, action });
  }

  #asked(flow: string): Action {
    const answer = this.script.flow(flow);
    if (answer instanceof DestinationOAuthError) return { type: 'ask-failed', flow, error: answer };
    return typeof answer === 'string' ? { type: answer, flow } : { type: 'report', report: answer };
  }

  #read(): Action {
    this.#reading = false;
    const answer = this.script.account;
    if (answer instanceof DestinationOAuthError) return { type: 'account-failed', error: answer };
    return { type: 'account', account: answer };
  }
}
