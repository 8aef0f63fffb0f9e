import { z } from 'zod';
import { FLOW_ID, HINTS, type FlowReport, type Hint } from '../contract.ts';
import type { Accounts } from './accounts.ts';
import { equalHashes, hash, randomToken } from './crypto.ts';
import type { FlowCookie } from './flow-cookies.ts';
import type { ProxyConfig } from './options.ts';
import { ProblemError } from './problems.ts';
import type { FlowStore } from './store.ts';
import type { TicketClaims } from './tickets.ts';
import type { Attempt, AttemptState, Session, UpstreamContext } from './upstream.ts';

/** How long a flow can come to its end. */
export const FLOW_MS = 15 * 60 * 1000;
/** How long it is then known as expired. */
const EXPIRED_MS = 24 * 60 * 60 * 1000;
const RECORD_MS = FLOW_MS + EXPIRED_MS;
/** How long a return is announced by the redirect page: enough for a reload, not for a visit of another day. */
const ANNOUNCE_MS = 2 * 60 * 1000;
const STATE = /^[A-Za-z0-9_-]{43}$/;

/**
 * A flow is kept under four keys, each written once or atomically, so that no instance overwrites what another has
 * written: the record (who, what, where to announce), the return (LiveRamp's redirect has come), the outcome (final) and
 * the state (consumed by the return). Keys are hashes: a flow id is the browser's secret.
 */
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
const outcomeSchema = z.object({
  state: z.enum(['completed', 'failed']),
  hint: z.enum(HINTS).optional(),
  /** Failed by the redirect's word only: LiveRamp may still say otherwise. */
  provisional: z.boolean().optional(),
});
type Outcome = z.infer<typeof outcomeSchema>;

export interface Announcement {
  readonly flow: string;
  readonly hint: Hint;
  /** The exact origin that the message is for. */
  readonly targets: readonly string[];
}

export type ReturnResult =
  | { readonly kind: 'returned'; readonly record: FlowRecord; readonly hint: Hint }
  | { readonly kind: 'unbound'; readonly record: FlowRecord; readonly outcome: 'no_cookie' | 'other_session' }
  | { readonly kind: 'unknown' };

const OUTCOMES = { authorized: 'completed', failed: 'failed' } as const;
const ERRORS: ReadonlySet<Hint> = new Set(['internal_server_error', 'service_unavailable', 'unprocessable_entity']);

const owns = (record: FlowRecord, session: Session): boolean =>
  record.user === session.user && record.tenant === session.tenant;

export class Flows {
  readonly #config: ProxyConfig;
  readonly #store: FlowStore;
  readonly #accounts: Accounts;
  readonly #reporting = new Map<string, Promise<FlowReport>>();
  readonly #onOutcome: (context: UpstreamContext, record: FlowRecord, outcome: Outcome) => void;

  constructor(
    config: ProxyConfig,
    store: FlowStore,
    accounts: Accounts,
    onOutcome: (context: UpstreamContext, record: FlowRecord, outcome: Outcome) => void,
  ) {
    this.#config = config;
    this.#store = store;
    this.#accounts = accounts;
    this.#onOutcome = onOutcome;
  }

  /** Takes the flow id for this ticket. Throws `flow_conflict` where it has been used, whoever used it. */
  async reserve(
    flow: string,
    claims: TicketClaims,
    returnTo?: string,
  ): Promise<{ record: FlowRecord; binding: string }> {
    const binding = randomToken();
    const record: FlowRecord = {
      flow,
      account: claims.account,
      user: claims.user,
      tenant: claims.tenant,
      origin: claims.origin,
      binding: await hash(binding),
      begunAt: this.#config.clock(),
      wasAuthorized: claims.authorized,
      ...(returnTo === undefined ? {} : { returnTo }),
    };
    if (!(await this.#store.add(await flowKey(flow), JSON.stringify(record), RECORD_MS))) {
      throw new ProblemError('flow_conflict');
    }
    return { record, binding };
  }

  /** Keeps what is needed to follow the flow: its state, and the upstream's attempt. */
  async begun(record: FlowRecord, state: string, attempt?: Attempt): Promise<void> {
    const writes: Promise<unknown>[] = [this.#store.set(await stateKey(state), record.flow, FLOW_MS)];
    if (attempt) {
      const key = await flowKey(record.flow);
      writes.push(this.#store.set(key, JSON.stringify({ ...record, attempt } satisfies FlowRecord), RECORD_MS));
      writes.push(this.#store.set(await openKey(record), record.flow, RECORD_MS));
    }
    await Promise.all(writes);
  }

  /** A begin that failed after its flow id was taken. */
  async beginFailed(record: FlowRecord, hint: Hint): Promise<void> {
    const outcome: Outcome = { state: 'failed', hint };
    await this.#store.add(await outcomeKey(record.flow), JSON.stringify(outcome), RECORD_MS);
  }

  /**
   * LiveRamp's redirect has come. The state is consumed whatever follows; of two callers with the same state one gets
   * the flow. It must come from the browser that began the flow, and from no other user's session.
   */
  async returned(
    state: string,
    hint: Hint,
    session: Session | null,
    cookies: readonly FlowCookie[],
  ): Promise<ReturnResult> {
    if (!STATE.test(state)) return { kind: 'unknown' };
    const flow = await this.#store.take(await stateKey(state));
    const record = flow === undefined ? undefined : await this.#read(flow);
    if (!record || this.#hasExpired(record)) return { kind: 'unknown' };
    if (session && !owns(record, session)) return { kind: 'unbound', record, outcome: 'other_session' };
    if (!(await this.#isBound(record, cookies))) return { kind: 'unbound', record, outcome: 'no_cookie' };
    const value: z.infer<typeof returnSchema> = { hint, at: this.#config.clock() };
    await this.#store.add(await returnKey(record.flow), JSON.stringify(value), RECORD_MS);
    this.#accounts.invalidate();
    return { kind: 'returned', record, hint };
  }

  /** The flows of this browser that have returned just now. */
  async announcements(cookies: readonly FlowCookie[]): Promise<Announcement[]> {
    const now = this.#config.clock();
    const found = await Promise.all(
      cookies.map(async (cookie): Promise<Announcement | undefined> => {
        const [record, returned] = await Promise.all([this.#read(cookie.flow), this.#readReturn(cookie.flow)]);
        if (!record || !returned || now - returned.at > ANNOUNCE_MS) return undefined;
        if (!(await this.#isBound(record, [cookie]))) return undefined;
        return { flow: record.flow, hint: returned.hint, targets: [record.origin] };
      }),
    );
    return found.filter((item) => item !== undefined);
  }

  /** `GET /flows/{flow}`. `origin` is where the account's ticket will be used. Throws `flow_not_found`. */
  report(
    context: UpstreamContext,
    flow: string,
    origin: string,
    mayAccess: (id: string) => Promise<boolean>,
  ): Promise<FlowReport> {
    const key = JSON.stringify([context.session.tenant, context.session.user, flow, origin]);
    let reporting = this.#reporting.get(key);
    if (!reporting) {
      reporting = this.#report(context, flow, origin, mayAccess).finally(() => this.#reporting.delete(key));
      this.#reporting.set(key, reporting);
    }
    return reporting;
  }

  /**
   * Brings the account's latest flow to its end if LiveRamp has decided it and nobody has asked since: a page that was
   * closed too early must not cost the customer their grant. Tells whether the account may have changed.
   */
  async settleOpen(context: UpstreamContext, accountId: string): Promise<boolean> {
    if (!this.#config.upstream.follow) return false;
    const key = await openKey({ tenant: context.session.tenant, account: accountId });
    const flow = await this.#store.get(key);
    const record = flow === undefined ? undefined : await this.#read(flow);
    if (!record || record.tenant !== context.session.tenant) return false;
    const known = await this.#readOutcome(record.flow);
    if (known && !known.provisional) return false;
    const state = await this.#follow(context, record);
    if (state !== 'authorized' && state !== 'failed') return false;
    await this.#decide(context, record, { state: OUTCOMES[state] });
    return state === 'authorized';
  }

  async #report(
    context: UpstreamContext,
    flow: string,
    origin: string,
    mayAccess: (id: string) => Promise<boolean>,
  ): Promise<FlowReport> {
    const record = await this.#read(flow);
    const age = record ? this.#config.clock() - record.begunAt : 0;
    if (!record || !owns(record, context.session) || age >= RECORD_MS || !(await mayAccess(record.account))) {
      throw new ProblemError('flow_not_found');
    }
    const [returned, known] = await Promise.all([this.#readReturn(flow), this.#readOutcome(flow)]);
    const report: FlowReport = { flow, account_id: record.account, state: 'pending' };
    const hint = returned?.hint ?? known?.hint;
    if (hint !== undefined) report.hint = hint;
    const present = async (): Promise<FlowReport> => {
      const account = await this.#accounts.read(context, record.account);
      report.account = await this.#accounts.present(context, record.account, account, origin);
      return report;
    };

    if (known && !known.provisional) {
      report.state = known.state;
      return present().catch(() => report);
    }
    if (this.#hasExpired(record)) {
      report.state = 'expired';
      // A grant that was made late still counts for the account.
      await this.#settleLate(context, record);
      return present().catch(() => report);
    }

    const attempt = await this.#follow(context, record);
    if (attempt === 'authorized' || attempt === 'failed') {
      report.state = await this.#decide(context, record, { state: OUTCOMES[attempt] });
      return present();
    }
    if (attempt === 'processing') report.state = 'processing';
    // An attempt says itself how it stands, and an account that was authorized all along says nothing: before the return
    // the account's status tells the outcome of first authorizations without an attempt only.
    if (!returned && (attempt !== undefined || record.wasAuthorized)) return report;
    await present();
    const authorized = report.account?.oauth_status === 'authorized';
    if (attempt === undefined && authorized) {
      report.state = await this.#decide(context, record, { state: 'completed' });
    } else if (returned && ERRORS.has(returned.hint) && !authorized) {
      report.state = await this.#decide(context, record, { state: 'failed', provisional: attempt !== undefined });
    } else if (returned) {
      report.state = 'processing';
    }
    return report;
  }

  /** LiveRamp's word on the attempt; `undefined` where the account's status is all there is. */
  async #follow(context: UpstreamContext, record: FlowRecord): Promise<AttemptState | undefined> {
    if (!record.attempt || !this.#config.upstream.follow) return undefined;
    return this.#config.upstream.follow(context, record.account, record.attempt);
  }

  async #settleLate(context: UpstreamContext, record: FlowRecord): Promise<void> {
    try {
      if ((await this.#follow(context, record)) === 'authorized') this.#accounts.invalidate();
    } catch {
      // The flow has expired whatever LiveRamp says now.
    }
  }

  /** Writes the outcome; the first one stands, unless it was provisional. */
  async #decide(context: UpstreamContext, record: FlowRecord, outcome: Outcome): Promise<Outcome['state']> {
    this.#accounts.invalidate();
    const key = await outcomeKey(record.flow);
    const value = JSON.stringify(outcome);
    if (!(await this.#store.add(key, value, RECORD_MS))) {
      const known = await this.#readOutcome(record.flow);
      if (known && (!known.provisional || outcome.provisional)) return known.state;
      await this.#store.set(key, value, RECORD_MS);
    }
    this.#onOutcome(context, record, outcome);
    return outcome.state;
  }

  #hasExpired(record: FlowRecord): boolean {
    return this.#config.clock() - record.begunAt >= FLOW_MS;
  }

  async #isBound(record: FlowRecord, cookies: readonly FlowCookie[]): Promise<boolean> {
    for (const cookie of cookies) {
      if (cookie.flow === record.flow && equalHashes(await hash(cookie.binding), record.binding)) return true;
    }
    return false;
  }

  async #read(flow: string): Promise<FlowRecord | undefined> {
    if (!FLOW_ID.test(flow)) return undefined;
    return parse(recordSchema, await this.#store.get(await flowKey(flow)));
  }

  async #readReturn(flow: string): Promise<z.infer<typeof returnSchema> | undefined> {
    return parse(returnSchema, await this.#store.get(await returnKey(flow)));
  }

  async #readOutcome(flow: string): Promise<Outcome | undefined> {
    return parse(outcomeSchema, await this.#store.get(await outcomeKey(flow)));
  }
}

const parse = <T>(schema: z.ZodType<T>, text: string | undefined): T | undefined =>
  text === undefined ? undefined : schema.parse(JSON.parse(text));

const flowKey = async (flow: string): Promise<string> => `flow:${await hash(flow)}`;
const returnKey = async (flow: string): Promise<string> => `return:${await hash(flow)}`;
const outcomeKey = async (flow: string): Promise<string> => `outcome:${await hash(flow)}`;
const stateKey = async (state: string): Promise<string> => `state:${await hash(state)}`;
const openKey = async ({ tenant, account }: Pick<FlowRecord, 'tenant' | 'account'>): Promise<string> =>
  `open:${await hash(JSON.stringify([tenant, account]))}`;
