/**
 * What a page knows of its proxy: one client per proxy, shared by all elements. Reads that are wanted in the same task
 * travel together, and an answer reaches every element of the account.
 */
import { readAccount, readBatch, readFlowReport, type Account, type FlowReport } from './contract.ts';
import { DestinationOAuthError } from './errors.ts';
import { errorOf, getJson, type RequestInitSource } from './http.ts';
import { shareChanges } from './popup.ts';

/** The contract's limit, and a bound on the URL that servers accept without being asked. */
const MOST_IDS = 100;
const LONGEST_QUERY = 6_000;

export interface Subscriber {
  readonly accountId: string;
  readonly requestInit: () => RequestInitSource;
  onAccount(account: Account): void;
  onError(error: DestinationOAuthError): void;
  /** Another tab says that the account has changed. */
  onChanged(): void;
}

export type FlowAnswer =
  | { type: 'report'; report: FlowReport }
  /** 404 `flow_not_found`. */
  | { type: 'flow-unknown' }
  /** An answer outside the contract. */
  | { type: 'untracked' };

const clients = new Map<string, ProxyClient>();

export class ProxyClient {
  readonly #base: string;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly #wanted = new Map<string, RequestInitSource>();
  readonly #reading = new Map<string, AbortController>();
  #changes: ReturnType<typeof shareChanges>;

  /** The page's client for the proxy at `base`. */
  static at(base: string): ProxyClient {
    let client = clients.get(base);
    if (!client) clients.set(base, (client = new ProxyClient(base)));
    return client;
  }

  constructor(base: string) {
    this.#base = base;
  }

  /** Hears of every answer about the account, whoever asked, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void {
    const { accountId } = subscriber;
    const all = this.#subscribers.get(accountId) ?? new Set();
    this.#subscribers.set(accountId, all.add(subscriber));
    this.#changes ??= shareChanges(this.#base, (changed) => this.#each(changed, (each) => each.onChanged()));
    return () => {
      all.delete(subscriber);
      if (all.size) return;
      this.#subscribers.delete(accountId);
      this.#wanted.delete(accountId);
      const reading = this.#reading.get(accountId);
      this.#reading.delete(accountId);
      if (![...this.#reading.values()].some((each) => each === reading)) reading?.abort();
      if (this.#subscribers.size) return;
      this.#changes?.close();
      this.#changes = undefined;
    };
  }

  /** Wants the account's status. Joins a read that is under way, or the next one. */
  read({ accountId, requestInit }: Subscriber): void {
    if (this.#reading.has(accountId)) return;
    if (!this.#wanted.size) setTimeout(() => this.#send());
    this.#wanted.set(accountId, requestInit());
  }

  /** Says in the other tabs that the account has changed. */
  announce(accountId: string): void {
    this.#changes?.tell(accountId);
  }

  /** What the proxy knows of a flow. Throws {@link DestinationOAuthError} if it cannot say at the moment. */
  async flow(flow: string, subscriber: Subscriber, signal: AbortSignal): Promise<FlowAnswer> {
    const { accountId } = subscriber;
    const answer = await getJson(`${this.#base}/flows/${flow}`, subscriber.requestInit(), signal);
    const { status, code } = answer;
    if (status === 404 && code === 'flow_not_found') return { type: 'flow-unknown' };
    if (code && (status >= 500 || status === 401 || status === 403 || status === 429)) throw errorOf(answer);
    const report = status === 200 ? readFlowReport(answer.body) : undefined;
    if (report?.flow !== flow || report.account_id !== accountId) return { type: 'untracked' };
    const { account } = report;
    if (account && account.account_id !== accountId) return { type: 'untracked' };
    if (account) {
      // A read under way may have seen the account before the flow's end: its answer is dropped, and the read made again.
      const overtaken = this.#reading.delete(accountId);
      this.#each(accountId, (each) => each.onAccount(account));
      if (overtaken) this.read(subscriber);
    }
    return { type: 'report', report };
  }

  #each(accountId: string, tell: (subscriber: Subscriber) => void): void {
    for (const subscriber of [...(this.#subscribers.get(accountId) ?? [])]) tell(subscriber);
  }

  #fail(ids: readonly string[], error: unknown): void {
    if (error instanceof DestinationOAuthError) for (const id of ids) this.#each(id, (each) => each.onError(error));
  }

  /** Sends what is wanted: in batches of those that want the same `requestInit`. */
  #send(): void {
    const batches: { init: RequestInitSource; ids: string[]; length: number }[] = [];
    for (const [id, init] of this.#wanted) {
      const length = id.length + 4;
      const batch = batches.findLast((each) => each.init === init);
      if (batch && batch.ids.length < MOST_IDS && batch.length + length <= LONGEST_QUERY) {
        batch.ids.push(id);
        batch.length += length;
      } else batches.push({ init, ids: [id], length });
    }
    this.#wanted.clear();
    for (const { ids, init } of batches) void this.#read(ids, init);
  }

  async #read(ids: readonly string[], init: RequestInitSource): Promise<void> {
    const controller = new AbortController();
    for (const id of ids) this.#reading.set(id, controller);
    const [first = '', second] = ids;
    const path = second === undefined ? `accounts/${first}` : `accounts?${ids.map((id) => `id=${id}`).join('&')}`;
    let failure: unknown;
    let entries: ReturnType<typeof readBatch>;
    let each = false;
    try {
      const answer = await getJson(`${this.#base}/${path}`, init, controller.signal);
      if (answer.status !== 200) failure = errorOf(answer);
      else entries = second === undefined ? new Map([[first, readAccount(answer.body)]]) : readBatch(answer.body);
      // A proxy of the partner's own that answers a batch with something else may still answer one by one.
      each = second !== undefined && !entries && answer.status < 500 && (!answer.code || answer.code === 'not_found');
      failure ??= errorOf(answer);
    } catch (error) {
      failure = error;
    }
    const wanted = ids.filter((id) => this.#reading.get(id) === controller && this.#reading.delete(id));
    if (each) for (const id of wanted) void this.#read([id], init);
    else if (!entries) this.#fail(wanted, failure);
    else
      for (const id of wanted) {
        const entry = entries.get(id);
        if (typeof entry === 'object' && entry.account_id === id) this.#each(id, (one) => one.onAccount(entry));
        else
          this.#fail(
            [id],
            typeof entry === 'string' ? errorOf({ status: 404, code: entry, retryAfter: undefined }) : failure,
          );
      }
  }
}
