/**
 * What a page knows of its proxies, shared by all elements. Reads that are wanted in the same task travel together, and an
 * answer reaches every element of the account. What the proxy says becomes actions of the flow.
 */
import { MOST_IDS, readAccount, readBatch, readFlowReport } from './contract.ts';
import type { Action } from './flow.ts';
import { errorOf, getJson, type RequestInitSource } from './http.ts';
import { shareChanges } from './popup.ts';
import type { Target } from './target.ts';

/** A bound on the URL that servers accept without being asked. */
const LONGEST_QUERY = 6_000;

export interface Subscriber extends Target {
  readonly requestInit: () => RequestInitSource;
  readonly dispatch: (action: Action) => void;
}

const subscribers = new Set<Subscriber>();
/** What is wanted, and has not been asked for. */
const wanted = new Map<string, Subscriber>();
/** What has been asked for. */
const reading = new Map<string, AbortController>();
let changes: ReturnType<typeof shareChanges> | undefined;

function dispatch(key: unknown, action: Action): void {
  for (const each of subscribers) if (each.key === key) each.dispatch(action);
}

/** Hears of every answer about the account, whoever asked, until the returned function is called. */
export function subscribe(subscriber: Subscriber): () => void {
  const { key } = subscriber;
  subscribers.add(subscriber);
  changes ??= shareChanges((changed) => dispatch(changed, { type: 'changed' }));
  return () => {
    subscribers.delete(subscriber);
    if (![...subscribers].some((each) => each.key === key)) {
      wanted.delete(key);
      const controller = reading.get(key);
      reading.delete(key);
      if (controller && ![...reading.values()].includes(controller)) controller.abort();
    }
    if (subscribers.size) return;
    changes?.close();
    changes = undefined;
  };
}

/** Says in the other tabs that the account has changed. */
export const announce = ({ key }: Target): void => changes?.tell(key);

/** Wants the account's status. Joins a read that is under way, or the next one. */
export function read(subscriber: Subscriber): void {
  if (reading.has(subscriber.key)) return;
  if (!wanted.size) setTimeout(send);
  wanted.set(subscriber.key, subscriber);
}

interface Batch {
  base: string;
  init: RequestInitSource;
  of: Target[];
  length: number;
}

/** Sends what is wanted: in batches of those that want the same `requestInit` of one proxy. */
function send(): void {
  const batches: Batch[] = [];
  for (const target of wanted.values()) {
    const { accountId, base } = target;
    const init = target.requestInit();
    let batch = batches.findLast((each) => each.init === init && each.base === base);
    if (!batch || batch.of.length >= MOST_IDS || batch.length > LONGEST_QUERY)
      batches.push((batch = { base, init, of: [], length: 0 }));
    batch.of.push(target);
    batch.length += accountId.length + 4;
  }
  wanted.clear();
  for (const batch of batches) void readAll(batch);
}

async function readAll(batch: Batch): Promise<void> {
  const { of, base, init } = batch;
  const controller = new AbortController();
  for (const { key } of of) reading.set(key, controller);
  const ids = of.map(({ accountId }) => accountId);
  const several = ids.length > 1;
  const path = several ? `?id=${ids.join('&id=')}` : `/${ids.join('')}`;
  const answer = await getJson(`${base}/accounts${path}`, init, controller);
  const { status, code, body } = answer;
  const entries = status !== 200 ? undefined : several ? readBatch(body) : new Map([[ids[0], readAccount(body)]]);
  // A proxy of the partner's own that answers a batch with something else may still answer one by one.
  const singly = several && !entries && status && status < 500 && (!code || code === 'not_found');
  for (const target of of) {
    const { key, accountId } = target;
    if (reading.get(key) !== controller) continue;
    reading.delete(key);
    const entry = entries?.get(accountId);
    if (singly) void readAll({ ...batch, of: [target] });
    else if (typeof entry === 'object' && entry.account_id === accountId)
      dispatch(key, { type: 'account', account: entry });
    else {
      const error = errorOf(typeof entry === 'string' ? { status: 404, code: entry } : answer);
      dispatch(key, { type: 'account-failed', error });
    }
  }
}

/** What the proxy knows of a flow. */
export async function readFlow(flow: string, subscriber: Subscriber, controller: AbortController): Promise<Action> {
  const { key, accountId, base, requestInit } = subscriber;
  const answer = await getJson(`${base}/flows/${flow}`, requestInit(), controller);
  const { status, code, body } = answer;
  if (status === 404 && code === 'flow_not_found') return { type: 'flow-unknown', flow };
  const error = errorOf(answer);
  if (code && status !== 404 && error.code !== 'invalid_response') return { type: 'ask-failed', flow, error };
  const report = status === 200 ? readFlowReport(body) : undefined;
  const account = report?.account;
  if (report?.flow !== flow || report.account_id !== accountId || (account && account.account_id !== accountId))
    return { type: 'untracked', flow };
  if (account) {
    // A read under way may have seen the account before the flow's end: its answer is dropped, and the read made again.
    const overtaken = reading.delete(key);
    dispatch(key, { type: 'account', account });
    if (overtaken) read(subscriber);
  }
  return { type: 'report', report };
}
