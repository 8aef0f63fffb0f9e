import { ExpiringMap } from './expiring-map.ts';
import { inTurns } from './in-turns.ts';
import type { LiverampV2Client } from './liveramp-v2-client.ts';
import { ConnectionListing } from './liveramp-v2-listing.ts';
import * as wire from './liveramp-v2-wire.ts';
import { asError, isTransient } from './problems.ts';
import { segment } from './upstream-http.ts';
import type { UpstreamContext } from './upstream.ts';

const MINUTE = 60_000;
/** As long as a ticket: what a status read has learnt is used by the begin that its ticket allows. */
const CONNECTION_MS = 10 * MINUTE;

/** What is known of an integration connection without asking again. */
export interface KnownConnection {
  readonly destinationId: string;
  readonly integrationId: string;
  readonly oAuthConnectionID: string | undefined;
  readonly notApplicable: boolean;
}

/** Reads integration connections of the Activation API, and remembers what a begin needs. */
export class LiverampV2Reads {
  readonly #client: LiverampV2Client;
  readonly #known = new ExpiringMap<KnownConnection>(50_000, CONNECTION_MS);
  readonly #listings = new ExpiringMap<ConnectionListing>(1_000, MINUTE);
  /** How many pages a tenant's list had. */
  readonly #pages = new ExpiringMap<number>(10_000, 60 * MINUTE);

  constructor(client: LiverampV2Client) {
    this.#client = client;
  }

  /** As it is now. */
  async connection(context: UpstreamContext, id: string): Promise<wire.Connection> {
    // Taken before the call: the listing of after a flow's end must not learn what was asked before.
    const listing = this.#current(context);
    const askedAt = context.clock();
    const connection = await this.#client.call(context, {
      method: 'GET',
      path: `/v2/integration-connections/${segment(id)}`,
      schema: wire.connection,
      notFound: 'account_not_found',
    });
    this.#remember(context, id, connection);
    listing?.put(id, connection, askedAt);
    return connection;
  }

  #remember(context: UpstreamContext, id: string, connection: wire.ListedConnection): KnownConnection {
    const [destinationId, integrationId] = connection.integrationID;
    const { oAuthConnectionID, oauthStatus } = connection;
    const known: KnownConnection = {
      destinationId,
      integrationId,
      oAuthConnectionID,
      notApplicable: oauthStatus !== undefined && wire.STATUSES.get(oauthStatus) === 'not_applicable',
    };
    this.#known.set(connectionKey(context, id), known, context.clock());
    return known;
  }

  /** From the last read, if that is not long ago. */
  async known(context: UpstreamContext, id: string): Promise<KnownConnection> {
    const known = this.#known.get(connectionKey(context, id), context.clock());
    return known ?? this.#remember(context, id, await this.connection(context, id));
  }

  /**
   * As the tenant's list told within the last moment or tells now, where that takes fewer calls than one for each.
   * `takeCallForNames` says whether one more call is within what the names of these connections may cost.
   */
  async connections(
    context: UpstreamContext,
    ids: readonly string[],
  ): Promise<{ found: Map<string, wire.ListedConnection | Error>; takeCallForNames: () => boolean }> {
    const listing = this.#listing(context, ids);
    const found = new Map<string, wire.ListedConnection | Error>();
    const missing = new Set(ids);
    const collect = (): void => {
      for (const id of missing) {
        const connection = listing.get(id);
        if (!connection) continue;
        missing.delete(id);
        found.set(id, connection);
        if (!(connection instanceof Error) && listing === this.#current(context))
          this.#remember(context, id, connection);
      }
    };
    collect();
    // Bounded by the ids as well: a list may go on for ever.
    for (let pages = 0; missing.size > listing.pagesLeft && pages < ids.length; pages++) {
      const isOthers = listing.isFetching;
      try {
        await listing.next((after) => this.#page(context, after));
      } catch (error) {
        // What failed was another request's call, with that request's time: it says nothing of this one's.
        if (isOthers) continue;
        if (!isTransient(error)) break;
        for (const id of missing) found.set(id, error);
        missing.clear();
      }
      collect();
    }
    this.#pages.set(context.session.tenant, listing.pages, context.clock());
    // A list that cannot be read, or is longer than the cap, must not spoil what can be read one by one.
    await inTurns([...missing], async (id) => {
      found.set(id, await this.connection(context, id).catch(asError));
    });
    return { found, takeCallForNames: () => listing.takeCallForNames() };
  }

  #listing(context: UpstreamContext, ids: readonly string[]): ConnectionListing {
    const { clock } = context;
    const { tenant } = context.session;
    const current = this.#current(context);
    if (current?.serves(ids)) return current;
    const listing = new ConnectionListing(clock, this.#pages.get(tenant, clock()) ?? 1);
    this.#listings.set(tenant, listing, clock());
    return listing;
  }

  #current({ session, clock }: UpstreamContext): ConnectionListing | undefined {
    return this.#listings.get(session.tenant, clock());
  }

  #page(context: UpstreamContext, after: string | undefined): Promise<wire.ConnectionPage> {
    const cursor = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/v2/integration-connections?limit=${wire.MAX_PAGE}${cursor}`;
    return this.#client.call(context, { method: 'GET', path, schema: wire.connectionPage });
  }

  /** What the list has told of this tenant's connections must not be told again. */
  forgetStatuses(tenant: string): void {
    this.#listings.delete(tenant);
  }

  /** The connection has been changed. */
  forget(context: UpstreamContext, id: string): void {
    this.#known.delete(connectionKey(context, id));
    this.forgetStatuses(context.session.tenant);
  }
}

const connectionKey = ({ session }: UpstreamContext, id: string): string => JSON.stringify([session.tenant, id]);
