import { z } from 'zod';
import { FLOW_ID, HINTS } from '../contract.ts';
import { hash } from './crypto.ts';
import type { FlowStore } from './store.ts';

/** How long a flow can come to its end. */
export const FLOW_MS = 15 * 60 * 1000;
/** That, and the day for which it is then known as expired. */
export const RECORD_MS = FLOW_MS + 24 * 60 * 60 * 1000;

const recordSchema = z.object({
  flow: z.string(),
  account: z.string(),
  user: z.string(),
  tenant: z.string(),
  /** Of the page that carries the element. */
  origin: z.string(),
  /** Hash of the flow cookie's random part. */
  binding: z.string(),
  begunAt: z.number(),
  wasAuthorized: z.boolean(),
  returnTo: z.string().optional(),
  attempt: z.record(z.string(), z.string()).optional(),
});
export type FlowRecord = z.infer<typeof recordSchema>;
const returnSchema = z.object({ hint: z.enum(HINTS), at: z.number() });
export type FlowReturn = z.infer<typeof returnSchema>;
const outcomeSchema = z.object({
  state: z.enum(['completed', 'failed']),
  hint: z.enum(HINTS).optional(),
  /** Failed by the redirect's word only: LiveRamp may still say otherwise. */
  provisional: z.boolean().optional(),
  /** When it was decided, by the clock of the instance that did. */
  at: z.number().optional(),
});
export type FlowOutcome = z.infer<typeof outcomeSchema>;
const recentSchema = z.array(z.string());
/** Each costs a question to LiveRamp when the account is read and not authorized. */
const MOST_RECENT = 3;

/**
 * A flow is kept under several keys, each written once or atomically, so that no instance overwrites what another has
 * written: the record (who, what, where to announce), the return (LiveRamp's redirect has come), the outcome, the
 * state (consumed by the return), and which flows of an account were begun or returned last. Keys are hashes: a flow id is
 * the browser's secret.
 */
export class FlowRecords {
  readonly #store: FlowStore;

  constructor(store: FlowStore) {
    this.#store = store;
  }

  /** False where the flow id is taken. */
  async add(record: FlowRecord): Promise<boolean> {
    return this.#store.add(await keyOf('flow', record.flow), JSON.stringify(record), RECORD_MS);
  }

  async set(record: FlowRecord): Promise<void> {
    return this.#store.set(await keyOf('flow', record.flow), JSON.stringify(record), RECORD_MS);
  }

  async get(flow: string): Promise<FlowRecord | undefined> {
    if (!FLOW_ID.test(flow)) return undefined;
    return parse(recordSchema, await this.#store.get(await keyOf('flow', flow)));
  }

  async addReturn(flow: string, value: FlowReturn): Promise<boolean> {
    return this.#store.add(await keyOf('return', flow), JSON.stringify(value), RECORD_MS);
  }

  async getReturn(flow: string): Promise<FlowReturn | undefined> {
    return parse(returnSchema, await this.#store.get(await keyOf('return', flow)));
  }

  async addOutcome(flow: string, value: FlowOutcome): Promise<boolean> {
    return this.#store.add(await keyOf('outcome', flow), JSON.stringify(value), RECORD_MS);
  }

  async setOutcome(flow: string, value: FlowOutcome): Promise<void> {
    return this.#store.set(await keyOf('outcome', flow), JSON.stringify(value), RECORD_MS);
  }

  async getOutcome(flow: string): Promise<FlowOutcome | undefined> {
    return parse(outcomeSchema, await this.#store.get(await keyOf('outcome', flow)));
  }

  async setState(state: string, flow: string): Promise<void> {
    return this.#store.set(await keyOf('state', state), flow, FLOW_MS);
  }

  /** The flow that the state was made for, to one caller. */
  async takeState(state: string): Promise<FlowRecord | undefined> {
    const flow = await this.#store.take(await keyOf('state', state));
    return flow === undefined ? undefined : this.get(flow);
  }

  /** Puts the flow first among the recent ones of its account. Of two at the same moment one may be forgotten. */
  async addRecent(record: FlowRecord): Promise<void> {
    const key = await recentKey(record);
    const others = (await this.#recent(key)).filter((flow) => flow !== record.flow);
    await this.#store.set(key, JSON.stringify([record.flow, ...others].slice(0, MOST_RECENT)), RECORD_MS);
  }

  /** The flows of the account that were begun or returned last, the latest first. */
  async getRecent(tenant: string, account: string): Promise<FlowRecord[]> {
    const flows = await this.#recent(await recentKey({ tenant, account }));
    const records = await Promise.all(flows.map((flow) => this.get(flow)));
    return records.filter((record) => record !== undefined);
  }

  async #recent(key: string): Promise<string[]> {
    return parse(recentSchema, await this.#store.get(key)) ?? [];
  }
}

const parse = <T>(schema: z.ZodType<T>, text: string | undefined): T | undefined =>
  text === undefined ? undefined : schema.parse(JSON.parse(text));

const keyOf = async (kind: 'flow' | 'return' | 'outcome' | 'state' | 'recent', secret: string): Promise<string> =>
  `${kind}:${await hash(secret)}`;
const recentKey = ({ tenant, account }: Pick<FlowRecord, 'tenant' | 'account'>): Promise<string> =>
  keyOf('recent', JSON.stringify([tenant, account]));
