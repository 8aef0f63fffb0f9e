/**
 * What a page knows of its proxy: one client per proxy, shared by all elements. Reads that are wanted in the same task
 * travel together; an answer reaches every element of the account; tickets are renewed before they run out.
 */
import {
  ACCOUNT_ID,
  PROBLEM_CODES,
  readAccount,
  readBatch,
  readFlowReport,
  type Account,
  type FlowReport,
} from './contract.ts';
import { DestinationOAuthError } from './errors.ts';
import { answerError, getJson, problemError, type RequestInitSource } from './http.ts';
import { changesChannel } from './popup.ts';

/** The contract's limit, and a bound on the URL that servers accept without being asked. */
const MOST_IDS = 100;
const LONGEST_QUERY = 6_000;
/** How many single reads run at once, for a proxy without the batch route. */
const MOST_SINGLES = 6;
/** A ticket is renewed when a minute, or a third of its life, is left; never more often than every ten seconds. */
const RENEW = 60_000;
const LEAST_RENEW = 10_000;

export interface Subscriber {
  readonly accountId: string;
  requestInit(): RequestInitSource;
  onAccount(account: Account): void;
  onError(error: DestinationOAuthError): void;
}

export type FlowAnswer =
  | { type: 'report'; report: FlowReport }
  /** 404 `flow_not_found`. */
  | { type: 'flow-unknown' }
  /** An answer outside the contract. */
  | { type: 'untracked' };

interface Reading {
  ids: readonly string[];
  controller: AbortController;
}

const clients = new Map<string, ProxyClient>();

export class ProxyClient {
  readonly #base: string;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly #wanted = new Map<string, RequestInitSource>();
  readonly #readings = new Set<Reading>();
  readonly #expiries = new Map<string, number>();
  /** Accounts that are read though no element asked: a ticket's renewal, or news from another tab. */
  readonly #quiet = new Set<string>();
  #channel: BroadcastChannel | undefined;
  #flush: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #batches = true;

  /** The page's client for the proxy at `base`. */
  static at(base: URL): ProxyClient {
    const href = base.href.replace(/\/$/, '');
    let client = clients.get(href);
    if (!client) clients.set(href, (client = new ProxyClient(href)));
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
    this.#channel ??= changesChannel(this.#base, (changed) => {
      const [one] = this.#subscribers.get(changed) ?? [];
      if (one) this.#readQuietly(one);
    });
    return () => {
      all.delete(subscriber);
      if (all.size) return;
      this.#subscribers.delete(accountId);
      this.#wanted.delete(accountId);
      this.#expiries.delete(accountId);
      for (const { ids, controller } of this.#readings)
        if (!ids.some((id) => this.#subscribers.has(id))) controller.abort();
      if (this.#subscribers.size) return;
      clearTimeout(this.#flush);
      clearTimeout(this.#renewal);
      this.#flush = this.#renewal = undefined;
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  /** Wants the account's status. Joins a read that is under way, or the next one. */
  read(subscriber: Subscriber): void {
    this.#quiet.delete(subscriber.accountId);
    this.#want(subscriber);
  }

  #readQuietly(subscriber: Subscriber): void {
    this.#quiet.add(subscriber.accountId);
    this.#want(subscriber);
  }

  #want({ accountId, requestInit }: Subscriber): void {
    if ([...this.#readings].some(({ ids }) => ids.includes(accountId))) return;
    this.#wanted.set(accountId, requestInit());
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#send();
    });
  }

  /** Says in the other tabs that the account has changed. */
  announce(accountId: string): void {
    if (!this.#quiet.has(accountId)) this.#channel?.postMessage(accountId);
  }

  /** Renews the account's ticket if it is about to run out; called when the user reaches for the button. */
  renew(subscriber: Subscriber): void {
    const expiry = this.#expiries.get(subscriber.accountId);
    if (expiry !== undefined && expiry <= Date.now()) this.#readQuietly(subscriber);
  }

  /** What the proxy knows of a flow. Throws {@link DestinationOAuthError} if it cannot say at the moment. */
  async flow(flow: string, { accountId, requestInit }: Subscriber, signal: AbortSignal): Promise<FlowAnswer> {
    const answer = await getJson(`${this.#base}/flows/${encodeURIComponent(flow)}`, requestInit(), signal);
    if (answer.status === 404 && answer.problem === 'flow_not_found') return { type: 'flow-unknown' };
    if (answer.problem && [401, 403, 429, 500, 502, 503, 504].includes(answer.status)) throw answerError(answer);
    const report = answer.status === 200 ? readFlowReport(answer.body) : undefined;
    if (report?.flow !== flow || report.account_id !== accountId) return { type: 'untracked' };
    if (report.account) {
      if (report.account.account_id !== accountId) return { type: 'untracked' };
      this.#give(report.account);
    }
    return { type: 'report', report };
  }

  #send(): void {
    const groups = new Map<RequestInitSource, string[]>();
    for (const [id, init] of this.#wanted) groups.set(init, [...(groups.get(init) ?? []), id]);
    this.#wanted.clear();
    for (const [init, ids] of groups) {
      if (ids.length === 1 || !this.#batches) void this.#singles(ids, init);
      else for (const chunk of chunks(ids)) void this.#batch(chunk, init);
    }
  }

  async #reading(ids: readonly string[], run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const reading = { ids, controller: new AbortController() };
    this.#readings.add(reading);
    const done = (): boolean => this.#readings.delete(reading);
    try {
      await run(reading.controller.signal).finally(done);
    } catch (error) {
      if (!reading.controller.signal.aborted && error instanceof DestinationOAuthError)
        for (const id of ids) this.#fail(id, error);
    }
  }

  async #singles(ids: readonly string[], init: RequestInitSource): Promise<void> {
    const queue = [...ids];
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) await this.#single(id, init);
    };
    await Promise.all(Array.from({ length: MOST_SINGLES }, worker));
  }

  #single(id: string, init: RequestInitSource): Promise<void> {
    let account: Account | undefined;
    return this.#reading([id], async (signal) => {
      const answer = await getJson(`${this.#base}/accounts/${encodeURIComponent(id)}`, init, signal);
      account = answer.status === 200 ? readAccount(answer.body) : undefined;
      if (account?.account_id !== id) throw answerError(answer);
    }).then(() => {
      if (account?.account_id === id) this.#give(account);
    });
  }

  async #batch(ids: readonly string[], init: RequestInitSource): Promise<void> {
    let entries: ReturnType<typeof readBatch>;
    let fallBack = false;
    await this.#reading(ids, async (signal) => {
      const query = ids.map((id) => `id=${encodeURIComponent(id)}`).join('&');
      const answer = await getJson(`${this.#base}/accounts?${query}`, init, signal);
      entries = answer.status === 200 ? readBatch(answer.body) : undefined;
      if (entries) return;
      // A proxy of the partner's own without this route: its answer is none of the contract's.
      fallBack = answer.status < 500 && (answer.problem === undefined || answer.problem === 'not_found');
      if (!fallBack) throw answerError(answer);
    });
    if (fallBack) {
      this.#batches = false;
      return this.#singles(ids, init);
    }
    if (!entries) return;
    for (const id of ids) {
      const entry = entries.get(id);
      if (typeof entry === 'object') this.#give(entry);
      else if (entry) this.#fail(id, problemError(entry, PROBLEM_CODES[entry]));
      else this.#fail(id, new DestinationOAuthError('invalid_response', 'The batch answer lacks this account.'));
    }
  }

  #give(account: Account): void {
    this.#learn(account);
    for (const subscriber of [...(this.#subscribers.get(account.account_id) ?? [])]) subscriber.onAccount(account);
    this.#quiet.delete(account.account_id);
  }

  #fail(id: string, error: DestinationOAuthError): void {
    if (this.#quiet.delete(id)) {
      this.#expiries.set(id, Date.now() + RENEW / 2);
      return this.#schedule();
    }
    for (const subscriber of [...(this.#subscribers.get(id) ?? [])]) subscriber.onError(error);
  }

  /**
   * Notes when the account's ticket wants renewing. A ticket's life is the difference of two of the proxy's times, so
   * that a wrong clock on this machine does no harm.
   */
  #learn({ account_id, authorize_url, authorize_expires_at, checked_at }: Account): void {
    this.#expiries.delete(account_id);
    if (authorize_url && authorize_expires_at !== undefined) {
      const life = Date.parse(authorize_expires_at) - Date.parse(checked_at);
      this.#expiries.set(account_id, Date.now() + Math.max(LEAST_RENEW, life - Math.min(RENEW, life / 3)));
    }
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
    if (!this.#expiries.size) return;
    const first = Math.min(...this.#expiries.values());
    this.#renewal = setTimeout(() => this.#renew(), Math.max(0, first - Date.now()));
  }

  /** Renews every ticket that will want it within the next while, in one go; in a hidden page, when it is seen again. */
  #renew(): void {
    this.#renewal = undefined;
    if (document.visibilityState === 'hidden') {
      document.addEventListener('visibilitychange', () => this.#schedule(), { once: true });
      return;
    }
    const soon = Date.now() + RENEW / 2;
    for (const [id, expiry] of this.#expiries) {
      const [one] = this.#subscribers.get(id) ?? [];
      if (expiry > soon) continue;
      this.#expiries.delete(id);
      if (one) this.#readQuietly(one);
    }
    this.#schedule();
  }
}

function chunks(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  let length = 0;
  for (const id of ids) {
    length += id.length + 4;
    const last = all.at(-1);
    if (last && last.length < MOST_IDS && length <= LONGEST_QUERY) last.push(id);
    else {
      all.push([id]);
      length = id.length + 4;
    }
  }
  return all;
}

/** Whether an account id may be asked for at all. */
export const isAccountId = (id: string): boolean => ACCOUNT_ID.test(id);
