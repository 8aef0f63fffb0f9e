import type { FlowReport, Hint } from '../contract.ts';
import type { Accounts } from './accounts.ts';
import { equalHashes, hash, randomToken } from './crypto.ts';
import type { FlowCookie } from './flow-cookies.ts';
import { FLOW_MS, FlowRecords, RECORD_MS, type FlowOutcome, type FlowRecord } from './flow-records.ts';
import type { ProxyConfig } from './options.ts';
import { ProblemError } from './problems.ts';
import type { FlowStore } from './store.ts';
import type { TicketClaims } from './tickets.ts';
import type { Attempt, AttemptState, Session, UpstreamContext } from './upstream.ts';

/** How long a return is announced by the redirect page: enough for a reload, not for a visit of another day. */
const ANNOUNCE_MS = 2 * 60 * 1000;
/** How far the clocks of two instances may be apart before one of them takes an old status for a new one. */
const CLOCK_SKEW_MS = 5_000;
const STATE = /^[A-Za-z0-9_-]{43}$/;

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
  readonly #records: FlowRecords;
  readonly #accounts: Accounts;
  readonly #reporting = new Map<string, Promise<FlowReport>>();
  readonly #onOutcome: (context: UpstreamContext, record: FlowRecord, outcome: FlowOutcome) => void;

  constructor(
    config: ProxyConfig,
    store: FlowStore,
    accounts: Accounts,
    onOutcome: (context: UpstreamContext, record: FlowRecord, outcome: FlowOutcome) => void,
  ) {
    this.#config = config;
    this.#records = new FlowRecords(store);
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
    if (!(await this.#records.add(record))) throw new ProblemError('flow_conflict');
    return { record, binding };
  }

  /** Keeps what is needed to follow the flow: its state, and the upstream's attempt. */
  async begun(record: FlowRecord, state: string, attempt?: Attempt): Promise<void> {
    await Promise.all([
      this.#records.setState(state, record.flow),
      ...(attempt ? [this.#records.set({ ...record, attempt }), this.#records.addRecent(record)] : []),
    ]);
  }

  /** A begin that failed after its flow id was taken. */
  async beginFailed(record: FlowRecord, hint: Hint): Promise<void> {
    await this.#records.addOutcome(record.flow, { state: 'failed', hint });
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
    const record = await this.#records.takeState(state);
    if (!record || this.#hasExpired(record)) return { kind: 'unknown' };
    if (session && !owns(record, session)) return { kind: 'unbound', record, outcome: 'other_session' };
    if (!(await this.#isBound(record, cookies))) return { kind: 'unbound', record, outcome: 'no_cookie' };
    await Promise.all([
      this.#records.addReturn(record.flow, { hint, at: this.#config.clock() }),
      // Others may have been begun since, and left: this is the one that a grant can come of.
      ...(record.attempt ? [this.#records.addRecent(record)] : []),
    ]);
    this.#accounts.invalidate(record.tenant);
    return { kind: 'returned', record, hint };
  }

  /** The flows of this browser that have returned just now. */
  async announcements(cookies: readonly FlowCookie[]): Promise<Announcement[]> {
    const now = this.#config.clock();
    const found = await Promise.all(
      cookies.map(async (cookie): Promise<Announcement | undefined> => {
        const [record, returned] = await Promise.all([
          this.#records.get(cookie.flow),
          this.#records.getReturn(cookie.flow),
        ]);
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
   * Brings recent flows of the account to their end if LiveRamp has decided them and nobody has asked since: a page that
   * was closed too early, or a second window, must not cost the customer their grant. Tells whether that has changed the
   * account; or, where its status may be as old as `readAt`, whether any instance has brought a flow to its end since then.
   */
  async settleRecent(context: UpstreamContext, accountId: string, readAt = Infinity): Promise<boolean> {
    if (!this.#config.upstream.follow) return false;
    const records = await this.#records.getRecent(context.session.tenant, accountId);
    // One after the other: two grants must not both be linked.
    for (const record of records) if (await this.#settle(context, record, readAt)) return true;
    return false;
  }

  async #settle(context: UpstreamContext, record: FlowRecord, readAt: number): Promise<boolean> {
    const known = await this.#records.getOutcome(record.flow);
    if (known && !known.provisional) return (known.at ?? 0) >= readAt - CLOCK_SKEW_MS;
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
    const record = await this.#records.get(flow);
    const age = record ? this.#config.clock() - record.begunAt : 0;
    if (!record || !owns(record, context.session) || age >= RECORD_MS || !(await mayAccess(record.account))) {
      throw new ProblemError('flow_not_found');
    }
    const [returned, known] = await Promise.all([this.#records.getReturn(flow), this.#records.getOutcome(flow)]);
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
      if ((await this.#follow(context, record)) === 'authorized') this.#accounts.invalidate(record.tenant);
    } catch {
      // The flow has expired whatever LiveRamp says now.
    }
  }

  /** Writes the outcome; the first one stands, unless it was provisional. */
  async #decide(
    context: UpstreamContext,
    record: FlowRecord,
    decided: Pick<FlowOutcome, 'state' | 'provisional'>,
  ): Promise<FlowOutcome['state']> {
    const outcome: FlowOutcome = { ...decided, at: this.#config.clock() };
    this.#accounts.invalidate(record.tenant);
    if (!(await this.#records.addOutcome(record.flow, outcome))) {
      const known = await this.#records.getOutcome(record.flow);
      if (known && (!known.provisional || outcome.provisional)) return known.state;
      await this.#records.setOutcome(record.flow, outcome);
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
}
