import { randomBytes } from 'node:crypto';
import {
  createProxy,
  liverampV11,
  liverampV2,
  memoryStore,
  type ProxyOptions,
  type Session,
  type Upstream,
} from '../src/proxy/index.ts';
import { MISSING_ACCOUNT_ID, type Destination, type Simulator, type Tenant } from './simulator/index.ts';
import { PartnerLiveRamp } from './partner-liveramp.ts';

export const VERSIONS = ['v2', 'v1.1'] as const;
export type Version = (typeof VERSIONS)[number];

/** A destination account in the partner's own database. */
export interface PartnerAccount {
  readonly accountId: string;
  readonly tenant: string;
  readonly name: string;
  readonly destinationName: string;
  readonly platform?: string;
  readonly destinationId: string;
  readonly integrationId: string;
  /** LiveRamp's id; absent while the account is being set up (v2: authorized first, then created). */
  upstreamId?: string;
}

/** Who works at the partner's customers. The first is signed in by visiting the page. */
export const people = [
  { user: 'dana', tenant: 'acme' },
  { user: 'alex', tenant: 'acme' },
  { user: 'robin', tenant: 'birch' },
] as const satisfies readonly Session[];

const MAX_SESSIONS = 10_000;

/** The partner: its accounts, its signed-in people, and a proxy for each of LiveRamp's API versions behind one base. */
export class Partner {
  version: Version = 'v2';
  readonly #proxies: Record<Version, (request: Request) => Promise<Response>>;
  readonly #cookieName: string;
  readonly #simulator: Simulator;
  readonly #liveramp: PartnerLiveRamp;
  readonly #sessions = new Map<string, Session>();
  readonly #accounts = new Map<string, PartnerAccount>();
  /** Goes on after a reset: no id is used twice. */
  #activated = 0;

  constructor(simulator: Simulator, origin: string, proxyPath: string, overrides: Partial<ProxyOptions> = {}) {
    this.#simulator = simulator;
    this.#liveramp = new PartnerLiveRamp(simulator.liveramp);
    this.#cookieName = `partner_session_${new URL(origin).port}`;
    this.#seed();

    const { v1BaseUrl, v2BaseUrl, tokenUrl } = simulator.liveramp;
    // A new one after a reset: it remembers connections of the world before.
    const v2 = liverampV2({
      baseUrl: v2BaseUrl,
      tokenUrl,
      credentials: (tenant) => {
        const { serviceAccount, orgId } = this.#tenant(tenant);
        return { ...serviceAccount, orgId };
      },
      resolve: (_session, accountId) => {
        const { upstreamId, destinationId, integrationId } = this.#account(accountId);
        return upstreamId === undefined ? { destinationId, integrationId } : { integrationConnectionId: upstreamId };
      },
      onAuthorized: async (_session, accountId, { oAuthConnectionID }) => {
        const account = this.#account(accountId);
        const destination = this.#destination(account.destinationId);
        account.upstreamId ??= await this.#liveramp.createIntegrationConnection(
          this.#tenant(account.tenant),
          destination,
          accountId,
          oAuthConnectionID,
        );
      },
    });
    const v11 = this.#byOwnId(
      liverampV11({ baseUrl: v1BaseUrl, credentials: (tenant) => ({ apiKey: this.#tenant(tenant).apiKey }) }),
    );
    const common = {
      publicUrl: origin + proxyPath,
      authenticate: (request: Request) => this.sessionOf(request.headers.get('cookie')) ?? null,
      canAccess: (session: Session, accountId: string) => this.find(session, accountId) !== undefined,
      embedOrigins: [origin],
      authorizationHosts: simulator.platforms.map(({ host }) => host),
      // Both versions share these, so that a flow outlives the switch.
      secret: randomBytes(32),
      store: memoryStore(),
    };
    this.#proxies = {
      v2: createProxy({ ...common, upstream: v2, ...overrides }),
      'v1.1': createProxy({ ...common, upstream: v11, ...overrides }),
    };
  }

  /** The handler of the version that is chosen. */
  readonly proxy = (request: Request): Promise<Response> => this.#proxies[this.version](request);

  /** Who a cookie header belongs to. */
  sessionOf(cookies: string | null | undefined): Session | undefined {
    const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
    const pair = pairs.find((candidate) => candidate.startsWith(`${this.#cookieName}=`));
    return pair === undefined ? undefined : this.#sessions.get(pair.slice(this.#cookieName.length + 1));
  }

  /** Signs somebody in; returns the `Set-Cookie` header, or `undefined` for a user who does not exist. */
  signIn(user: string = people[0].user): { session: Session; cookie: string } | undefined {
    const session = people.find((person) => person.user === user);
    if (!session) return undefined;
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size >= MAX_SESSIONS && !oldest.done) this.#sessions.delete(oldest.value);
    const id = randomBytes(24).toString('base64url');
    this.#sessions.set(id, session);
    return { session, cookie: `${this.#cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax` };
  }

  /** An account of the session's tenant. */
  find(session: Session, accountId: string): PartnerAccount | undefined {
    const account = this.#accounts.get(accountId);
    return account?.tenant === session.tenant ? account : undefined;
  }

  /** The tenant's accounts. v1.1 creates before it authorizes: it knows no account that is being set up. */
  list(session: Session): PartnerAccount[] {
    return [...this.#accounts.values()].filter(
      ({ tenant, upstreamId }) => tenant === session.tenant && (this.version === 'v2' || upstreamId !== undefined),
    );
  }

  /** Activates a destination account at a platform. Throws `Error` where LiveRamp does not do it. */
  async activate(
    session: Session,
    platform: string,
  ): Promise<{ account_id: string; oauth_status?: string } | undefined> {
    const destination = this.#simulator.destinations.find(({ integration }) => integration.platform?.id === platform);
    if (!destination) return undefined;
    this.#activated += 1;
    const name = `${destination.name} ${this.#activated}`;
    const { tenant } = session;
    if (this.version === 'v2') {
      const accountId = `new_${platform}_${this.#activated}`;
      this.#add({ accountId, tenant, name, destination });
      return { account_id: accountId };
    }
    const created = await this.#liveramp.activateAccount(this.#tenant(tenant), destination, name);
    this.#add({ accountId: created.id, tenant, name, destination, upstreamId: created.id });
    return { account_id: created.id, oauth_status: created.oauthStatus };
  }

  /** Takes the account's grant back at the platform. */
  revoke(account: PartnerAccount): Promise<boolean> {
    return account.upstreamId === undefined ? Promise.resolve(false) : this.#simulator.revoke(account.upstreamId);
  }

  /** Everything as at the start; people stay signed in. */
  async reset(): Promise<void> {
    await this.#simulator.reset();
    this.version = 'v2';
    this.#seed();
  }

  #seed(): void {
    this.#accounts.clear();
    for (const { id, orgId, name, destination } of this.#simulator.model.accounts.values()) {
      const tenant = this.#simulator.tenants.find((known) => known.orgId === orgId);
      if (tenant) this.#add({ accountId: id, tenant: tenant.id, name, destination, upstreamId: id });
    }
    const [first] = this.#simulator.destinations;
    if (!first) throw new Error('The simulated LiveRamp has no destination.');
    this.#add({
      accountId: MISSING_ACCOUNT_ID,
      tenant: 'acme',
      name: 'Deleted at LiveRamp',
      destination: first,
      upstreamId: MISSING_ACCOUNT_ID,
    });
  }

  #add({
    destination,
    ...rest
  }: Pick<PartnerAccount, 'accountId' | 'tenant' | 'name' | 'upstreamId'> & { destination: Destination }): void {
    const { platform } = destination.integration;
    this.#accounts.set(rest.accountId, {
      ...rest,
      destinationName: destination.name,
      destinationId: destination.id,
      integrationId: destination.integration.id,
      ...(platform ? { platform: platform.id } : {}),
    });
  }

  /** v1.1 knows an account that was set up in v2 by LiveRamp's id only. */
  #byOwnId(upstream: Upstream): Upstream {
    const idOf = (accountId: string): string => this.#accounts.get(accountId)?.upstreamId ?? accountId;
    return {
      account: (context, accountId) => upstream.account(context, idOf(accountId)),
      begin: (context, accountId, request) => upstream.begin(context, idOf(accountId), request),
    };
  }

  #tenant(id: string): Tenant {
    const tenant = this.#simulator.tenants.find((known) => known.id === id);
    if (!tenant) throw new Error('No such tenant.');
    return tenant;
  }

  #account(id: string): PartnerAccount {
    const account = this.#accounts.get(id);
    if (!account) throw new Error('No such account.');
    return account;
  }

  #destination(id: string): Destination {
    const destination = this.#simulator.destinations.find((known) => known.id === id);
    if (!destination) throw new Error('No such destination.');
    return destination;
  }
}
