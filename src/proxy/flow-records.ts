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

/**
 * A flow is kept under several keys, each written once or atomically, so that no instance overwrites what another has
 * written: the record (who, what, where to announce), the return (LiveRamp's redirect has come), the outcome, the
 * state (consumed by the return), and which flow of an account was begun last. Keys are hashes: a flow id is the browser's secret.
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

  async setLatest(record: FlowRecord): Promise<void> {
    return this.#store.set(await latestKey(record), record.flow, RECORD_MS);
  }

  async getLatest(tenant: string, account: string): Promise<FlowRecord | undefined> {
    const flow = await this.#store.get(await latestKey({ tenant, account }));
    return flow === undefined ? undefined : this.get(flow);
  }
}

const parse = <T>(schema: z.ZodType<T>, text: string | undefined): T | undefined =>
  text === undefined ? undefined : schema.parse(JSON.parse(text));

const keyOf = async (kind: 'flow' | 'return' | 'outcome' | 'state' | 'latest', secret: string): Promise<string> =>
  `${kind}:${await hash(secret)}`;
const latestKey = ({ tenant, account }: Pick<FlowRecord, 'tenant' | 'account'>): Promise<string> =>
  keyOf('latest', JSON.stringify([tenant, account]));
