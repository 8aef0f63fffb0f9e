/** A proxy that a test scripts: answers `fetch` for one base of its own by the contract, and records what it is asked. */
import { PROBLEM_CODES, type Account, type FlowReport, type ProblemCode } from '../../src/contract.ts';

/** What a route answers with: a document, a problem by its code, or any response. A function is asked each time. */
type Answer<T> = T | ProblemCode | Response | Error;
type Script<T> = Answer<T> | ((id: string) => Answer<T> | Promise<Answer<T>>);

/** A flow's state; `flow` and `account_id` are filled in. */
export type Flow = Omit<FlowReport, 'flow' | 'account_id'>;

export interface Asked {
  url: URL;
  init: RequestInit;
  signal: AbortSignal | undefined;
}

/** A promise that only the request's end settles. */
export const never = (): Promise<never> => new Promise(() => undefined);

let bases = 0;

export class FakeProxy {
  /** A base of this proxy alone, so that no two tests share a client. */
  readonly base = `${location.origin}/fake-proxy-${++bases}`;
  readonly asked: Asked[] = [];
  /** The account of every id; `account_id` is filled in. */
  account: Script<Partial<Account>> = {};
  flow: Script<Flow> = { state: 'pending' };
  /** Answers instead of the routes. */
  anything: ((asked: Asked) => Response | Promise<Response>) | undefined;
  readonly #accountOf = new Map<string, string>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- kept to be put back
  readonly #original = window.fetch;
  readonly #fetch = window.fetch.bind(window);

  /** Stands in for `window.fetch` until `restore`; requests to other URLs go through. */
  install(): this {
    window.fetch = async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input, location.href);
      if (!url.href.startsWith(`${this.base}/`)) return this.#fetch(input, init);
      const asked: Asked = { url, init, signal: init.signal ?? undefined };
      this.asked.push(asked);
      return Promise.race([this.#answer(asked), aborted(init.signal)]);
    };
    return this;
  }

  restore(): void {
    window.fetch = this.#original;
  }

  /** How often a kind of request came: `accounts`, `flows`. */
  count(kind: 'accounts' | 'flows'): number {
    return this.asked.filter(({ url }) => this.#path(url)[0] === kind).length;
  }

  /** Which account a flow belongs to, where a test has more than one. */
  belongs(flow: string, accountId: string): void {
    this.#accountOf.set(flow, accountId);
  }

  #path(url: URL): string[] {
    return url.pathname.slice(new URL(this.base).pathname.length + 1).split('/');
  }

  async #answer(asked: Asked): Promise<Response> {
    if (this.anything) return this.anything(asked);
    const [kind, id] = this.#path(asked.url);
    if (kind === 'accounts' && id !== undefined) return respond(await this.#account(id));
    if (kind === 'accounts') {
      const ids = asked.url.searchParams.getAll('id');
      const items = await Promise.all(ids.map(async (each) => item(each, await this.#account(each))));
      return items.find((each) => each instanceof Response) ?? json({ accounts: items });
    }
    if (kind !== 'flows' || id === undefined) return respond('not_found');
    const flow = typeof this.flow === 'function' ? await this.flow(id) : this.flow;
    const known = typeof flow === 'string' || flow instanceof Response || flow instanceof Error;
    return respond(known ? flow : { flow: id, account_id: this.#accountOf.get(id) ?? 'acc', ...flow });
  }

  async #account(id: string): Promise<Answer<Account>> {
    const given = typeof this.account === 'function' ? await this.account(id) : this.account;
    if (typeof given === 'string' || given instanceof Response || given instanceof Error) return given;
    return account({ account_id: id, ...given });
  }
}

/** An account that wants an authorization. */
export const account = (given: Partial<Account> = {}): Account => ({
  account_id: 'acc',
  destination_name: 'LinkedIn',
  oauth_status: 'unauthorized',
  reauthorization: false,
  authorize_url: 'https://proxy.test/authorize?ticket=canary-ticket',
  checked_at: new Date().toISOString(),
  ...given,
});

/** A document that has arrived in full: a body that is still under way would be overtaken by timers where time is frozen. */
function json(value: object, init?: ResponseInit): Response {
  const body = JSON.stringify(value);
  return Object.assign(Response.json(value, init), { text: () => Promise.resolve(body) });
}

function respond(answer: Answer<Account | FlowReport>): Response {
  if (answer instanceof Error) throw answer;
  if (answer instanceof Response) return answer.clone();
  if (typeof answer !== 'string') return json(answer);
  const status = PROBLEM_CODES[answer];
  const problem = { type: 'about:blank', title: answer, status, code: answer, request_id: 'r1' };
  return json(problem, { status, headers: { 'content-type': 'application/problem+json' } });
}

function item(id: string, answer: Answer<Account>): Response | object {
  if (answer instanceof Error) throw answer;
  return typeof answer === 'string' ? { account_id: id, error: { code: answer } } : answer;
}

const aborted = (signal: AbortSignal | null | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const fail = (): void => reject(new DOMException('aborted', 'AbortError'));
    if (signal?.aborted) fail();
    signal?.addEventListener('abort', fail);
  });
