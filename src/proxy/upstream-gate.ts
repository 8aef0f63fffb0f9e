import { UpstreamError } from './problems.ts';
import type { UpstreamContext } from './upstream.ts';

/** Calls in flight for one tenant; the others wait their turn. */
const MAX_AT_ONCE = 32;
/** So many calls in a row that found nobody there, each after its own tries, open the circuit. */
const MAX_FAILURES = 10;
/** For so long nobody is sent, then one call tries. */
const OPEN_MS = 5_000;
const MAX_TENANTS = 10_000;

const FAILURES = new Set(['upstream_unavailable', 'upstream_timeout']);

interface TenantState {
  active: number;
  readonly waiting: (() => void)[];
  failures: number;
  /** By the proxy's clock; the circuit is closed where it is undefined. */
  openUntil: number | undefined;
  trying: boolean;
}

/**
 * What stands between the proxy and one API of LiveRamp: a bound on a tenant's concurrent calls, and a circuit that spares
 * an API which keeps failing. Kept apart by tenant, so that nobody's failing account shuts out the others.
 */
export class UpstreamGate {
  readonly #tenants = new Map<string, TenantState>();

  /**
   * Runs a call, all its tries included, unless the circuit is open: then throws `upstream_unavailable` with the seconds
   * to wait. Once they are over, one call at a time is let through until one succeeds.
   */
  async guard<T>(context: UpstreamContext, call: () => Promise<T>): Promise<T> {
    const state = this.#state(context);
    const now = context.clock();
    const { openUntil } = state;
    if (openUntil !== undefined && (now < openUntil || state.trying)) {
      const retryAfter = Math.max(1, Math.ceil((openUntil - now) / 1000));
      throw new UpstreamError('upstream_unavailable', 'LiveRamp has failed repeatedly and is left alone for a while', {
        retryAfter,
      });
    }
    const isTrial = openUntil !== undefined;
    if (isTrial) state.trying = true;
    try {
      const result = await call();
      this.#succeeded(context, state);
      return result;
    } catch (error) {
      if (error instanceof UpstreamError && FAILURES.has(error.code)) this.#failed(context, state);
      // A refusal is an answer too: somebody is there.
      else this.#succeeded(context, state);
      throw error;
    } finally {
      if (isTrial) state.trying = false;
    }
  }

  /** Sends one request when it is its turn. Throws `upstream_timeout` where that comes too late. */
  async send<T>(context: UpstreamContext, send: () => Promise<T>): Promise<T> {
    const state = this.#state(context);
    if (state.active < MAX_AT_ONCE) state.active++;
    else await this.#turn(context, state);
    try {
      return await send();
    } finally {
      const next = state.waiting.shift();
      // The turn is handed on, so `active` stays as it is.
      if (next) next();
      else state.active--;
    }
  }

  #turn(context: UpstreamContext, state: TenantState): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          state.waiting.splice(state.waiting.indexOf(take), 1);
          reject(new UpstreamError('upstream_timeout'));
        },
        Math.max(0, context.remaining()),
      );
      const take = (): void => {
        clearTimeout(timer);
        resolve();
      };
      state.waiting.push(take);
    });
  }

  #state({ session: { tenant } }: UpstreamContext): TenantState {
    let state = this.#tenants.get(tenant);
    if (!state) {
      this.#makeRoom();
      state = { active: 0, waiting: [], failures: 0, openUntil: undefined, trying: false };
      this.#tenants.set(tenant, state);
    }
    return state;
  }

  /** Forgets the tenants that nothing is known of. */
  #makeRoom(): void {
    if (this.#tenants.size < MAX_TENANTS) return;
    for (const [tenant, { active, failures }] of this.#tenants)
      if (active === 0 && failures === 0) this.#tenants.delete(tenant);
  }

  #failed(context: UpstreamContext, state: TenantState): void {
    state.failures++;
    if (state.failures < MAX_FAILURES) return;
    if (state.openUntil === undefined) context.tell?.({ type: 'upstream.circuit', outcome: 'opened' });
    state.openUntil = context.clock() + OPEN_MS;
  }

  #succeeded(context: UpstreamContext, state: TenantState): void {
    state.failures = 0;
    if (state.openUntil === undefined) return;
    state.openUntil = undefined;
    context.tell?.({ type: 'upstream.circuit', outcome: 'closed' });
  }
}
