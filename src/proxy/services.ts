import { Accounts } from './accounts.ts';
import type { ProxyEvent } from './events.ts';
import { FlowCookies } from './flow-cookies.ts';
import { Flows } from './flows.ts';
import { guardedStore, prefixedStore } from './guarded-store.ts';
import { Limiter } from './limiter.ts';
import type { ProxyConfig } from './options.ts';
import type { Call } from './request.ts';
import { memoryStore } from './store.ts';
import { createTickets, type Tickets } from './tickets.ts';
import type { Session, UpstreamContext } from './upstream.ts';

type Details<E> = E extends ProxyEvent ? Omit<E, 'at' | 'requestId' | 'user' | 'tenant' | 'accountId'> : never;
type EventSubject = Pick<ProxyEvent, 'user' | 'tenant' | 'accountId'>;

/** What the routes share. */
export interface Services {
  readonly config: ProxyConfig;
  readonly tickets: Tickets;
  readonly accounts: Accounts;
  readonly flows: Flows;
  readonly cookies: FlowCookies;
  readonly limits: { readonly beginsOfUser: Limiter; readonly beginsOfAccount: Limiter; readonly readsOfUser: Limiter };
  /** Tells `onEvent`. Never throws. */
  notify(call: Call, details: Details<ProxyEvent>, subject?: EventSubject): void;
  mayAccess(session: Session, accountId: string): Promise<boolean>;
  /** What the upstream gets. The clock of its 25 seconds starts here. */
  upstreamContext(call: Call, session: Session): UpstreamContext;
}

export function createServices(config: ProxyConfig): Services {
  const { clock, limits, timeouts, onEvent } = config;
  // Only a store that is somewhere else can fail or hang.
  const store = config.store ? guardedStore(config.store) : memoryStore({ clock });
  const upstreamStore = prefixedStore(store, 'upstream:');
  const tickets = createTickets(config);
  const accounts = new Accounts(config, tickets);
  const notify: Services['notify'] = (call, details, subject) => {
    if (!onEvent) return;
    const { user, tenant } = call.session ?? {};
    const event = {
      at: clock(),
      requestId: call.requestId,
      ...compact({ user, tenant, accountId: call.accountId, ...subject }),
      ...details,
    };
    try {
      // An async hook that fails must not take the process down as an unhandled rejection.
      Promise.resolve(onEvent(event as ProxyEvent)).catch(() => undefined);
    } catch {
      // The hook's own affair.
    }
  };

  const flows = new Flows(config, store, accounts, (context, record, outcome) => {
    const call = callOf(context);
    const subject = { user: record.user, tenant: record.tenant, accountId: record.account };
    if (!call) return;
    if (outcome.state === 'completed') notify(call, { type: 'flow.completed', outcome: 'authorized' }, subject);
    else notify(call, { type: 'flow.failed', outcome: 'failed' }, subject);
  });

  return {
    config,
    tickets,
    accounts,
    flows,
    cookies: new FlowCookies(config.secure),
    limits: {
      beginsOfUser: new Limiter(limits.beginsPerUser, clock),
      beginsOfAccount: new Limiter(limits.beginsPerAccount, clock),
      readsOfUser: new Limiter(limits.readsPerUser, clock),
    },
    notify,
    // Only `true` lets anyone in.
    mayAccess: async (session, accountId) => {
      const answer: unknown = await config.canAccess(session, accountId);
      return answer === true;
    },
    upstreamContext(call, session) {
      const end = performance.now() + timeouts.requestMs;
      const context: OwnContext = {
        session,
        fetch: config.fetch,
        clock,
        remaining: () => end - performance.now(),
        timeouts,
        store: upstreamStore,
        tell: (details) => notify(call, details),
        [CALL]: call,
      };
      return context;
    },
  };
}

/** Which request a context is for: the events' business, and no upstream's. */
const CALL = Symbol('call');
interface OwnContext extends UpstreamContext {
  readonly [CALL]?: Call;
}
const callOf = (context: OwnContext): Call | undefined => context[CALL];

const compact = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

export const userKey = ({ tenant, user }: Session): string => JSON.stringify([tenant, user]);
export const accountKey = ({ tenant }: Session, accountId: string): string => JSON.stringify([tenant, accountId]);
