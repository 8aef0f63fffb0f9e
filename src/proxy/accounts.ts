import { OAUTH_STATUSES, type Account, type AccountItem } from '../contract.ts';
import { inTurns } from './in-turns.ts';
import type { ProxyConfig } from './options.ts';
import { asProblem, ProblemError, UpstreamError } from './problems.ts';
import type { Tickets } from './tickets.ts';
import type { UpstreamAccount, UpstreamContext } from './upstream.ts';

const TRANSIENT = new Set(['upstream_unavailable', 'upstream_timeout']);

/** Typed, but perhaps a partner's own upstream: a word that the contract does not have is `unknown`. */
function inContract(account: UpstreamAccount): UpstreamAccount {
  const { oauthStatus, reauthorization }: { oauthStatus?: unknown; reauthorization?: unknown } = account;
  const known = OAUTH_STATUSES.find((status) => status === oauthStatus);
  return { ...account, oauthStatus: known ?? 'unknown', reauthorization: reauthorization === true };
}

/**
 * Reads accounts upstream and puts them into the contract's shape. The status is the one truth: a single account is always
 * asked for, and a batch may be answered from what the upstream has read a moment before, but not before a flow's end.
 */
export class Accounts {
  readonly #config: ProxyConfig;
  readonly #tickets: Tickets;
  readonly #reading = new Map<string, Promise<UpstreamAccount>>();
  #generation = 0;

  constructor(config: ProxyConfig, tickets: Tickets) {
    this.#config = config;
    this.#tickets = tickets;
  }

  /** Concurrent reads of the same account by the same user are one call. */
  read(context: UpstreamContext, accountId: string): Promise<UpstreamAccount> {
    const { tenant, user } = context.session;
    const key = JSON.stringify([this.#generation, tenant, user, accountId]);
    const known = this.#reading.get(key);
    if (known) return known;
    const reading = (async () => inContract(await this.#config.upstream.account(context, accountId)))();
    this.#reading.set(key, reading);
    const done = (): void => void this.#reading.delete(key);
    reading.then(done, done);
    return reading;
  }

  /** A flow of the tenant has returned or ended: no read that starts from here on knows what was read before. */
  invalidate(tenant: string): void {
    this.#generation++;
    this.#config.upstream.forgetStatuses?.(tenant);
  }

  /** Reads many: the account or the error, by id. Throws where the whole upstream is down. */
  async readAll(
    context: UpstreamContext,
    ids: readonly string[],
  ): Promise<Map<string, UpstreamAccount | ProblemError>> {
    const results = new Map<string, UpstreamAccount | ProblemError>();
    const [only] = ids;
    if (only === undefined) return results;
    const { upstream } = this.#config;
    if (upstream.accounts && ids.length > 1) {
      const answers = await upstream.accounts(context, ids);
      for (const id of ids) {
        const answer = answers.get(id) ?? new UpstreamError('account_not_found');
        results.set(id, answer instanceof Error ? asProblem(answer) : inContract(answer));
      }
    } else {
      const answers = await inTurns(ids, (id) => this.read(context, id).catch(asProblem));
      ids.forEach((id, index) => {
        const answer = answers[index];
        if (answer) results.set(id, answer);
      });
    }
    let down: ProblemError | undefined;
    for (const result of results.values()) {
      if (!(result instanceof ProblemError) || !TRANSIENT.has(result.code)) return results;
      down = result;
    }
    if (down) throw down;
    return results;
  }

  /** The contract's Account, with a ticket for the page at `origin`. */
  async present(context: UpstreamContext, id: string, account: UpstreamAccount, origin: string): Promise<Account> {
    const json: Account = {
      account_id: id,
      oauth_status: account.oauthStatus,
      reauthorization: account.reauthorization,
      authorize_url: null,
      checked_at: new Date(this.#config.clock()).toISOString(),
    };
    if (account.name !== undefined) json.name = account.name;
    if (account.destinationName !== undefined) json.destination_name = account.destinationName;
    if (account.upstreamStatus !== undefined) json.upstream_status = account.upstreamStatus;
    if (account.oauthStatus === 'not_applicable') return json;
    const { user, tenant } = context.session;
    const authorized = account.oauthStatus === 'authorized';
    const { ticket, expiresAt } = await this.#tickets.issue({ user, tenant, account: id, origin, authorized });
    json.authorize_url = `${this.#config.base}/accounts/${encodeURIComponent(id)}/authorize?ticket=${ticket}`;
    json.authorize_expires_at = new Date(expiresAt).toISOString();
    return json;
  }

  async presentItem(
    context: UpstreamContext,
    id: string,
    result: UpstreamAccount | ProblemError | undefined,
    origin: string,
  ): Promise<AccountItem> {
    if (result && !(result instanceof ProblemError)) return this.present(context, id, result, origin);
    return { account_id: id, error: { code: result?.code ?? 'account_not_found' } };
  }
}
