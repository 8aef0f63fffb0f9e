import type { z } from 'zod';
import { ExpiringMap } from './expiring-map.ts';
import { inTurns } from './in-turns.ts';
import type { LiverampV2Client } from './liveramp-v2-client.ts';
import * as wire from './liveramp-v2-wire.ts';
import { asError, UpstreamError } from './problems.ts';
import { segment } from './upstream-http.ts';
import type { UpstreamContext } from './upstream.ts';

const MINUTE = 60_000;
/** Names and endpoint ids belong to LiveRamp's catalogue, which changes seldom. */
const CATALOGUE_MS = 60 * MINUTE;
/** As long as a ticket: what a status read has learnt is used by the begin that its ticket allows. */
const CONNECTION_MS = 10 * MINUTE;

/** What is known of an integration connection without asking again. */
export interface KnownConnection {
  readonly destinationId: string;
  readonly integrationId: string;
  readonly oAuthConnectionID: string | undefined;
  readonly notApplicable: boolean;
}

export interface CatalogueEntry {
  readonly name: string | undefined;
  readonly destinationName: string | undefined;
  readonly oAuthEndpointID: string | undefined;
}

/** Reads connections and the catalogue of the Activation API, and remembers what a begin needs. */
export class LiverampV2Reads {
  readonly #client: LiverampV2Client;
  readonly #known = new ExpiringMap<KnownConnection>(50_000, CONNECTION_MS);
  readonly #catalogue = new ExpiringMap<Promise<CatalogueEntry>>(10_000, CATALOGUE_MS);

  constructor(client: LiverampV2Client) {
    this.#client = client;
  }

  async connection(context: UpstreamContext, id: string): Promise<wire.Connection> {
    const connection = await this.#client.call(context, {
      method: 'GET',
      path: `/v2/integration-connections/${segment(id)}`,
      schema: wire.connection,
      notFound: 'account_not_found',
    });
    this.#remember(context, id, connection);
    return connection;
  }

  #remember(context: UpstreamContext, id: string, connection: wire.Connection): KnownConnection {
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

  /** Through the list where that takes fewer calls than one for each. */
  async connections(context: UpstreamContext, ids: readonly string[]): Promise<Map<string, wire.Connection | Error>> {
    const found = new Map<string, wire.Connection | Error>();
    let missing = [...ids];
    let after: string | undefined;
    const seen = new Set<string>();
    let pagesLeft = 1;
    while (missing.length > pagesLeft) {
      let page: z.infer<typeof wire.connectionPage>;
      try {
        page = await this.#client.call(context, {
          method: 'GET',
          path: `/v2/integration-connections?limit=${wire.MAX_PAGE}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
          schema: wire.connectionPage,
        });
      } catch (error) {
        if (isTransient(error)) {
          for (const id of missing) found.set(id, error);
          return found;
        }
        // A list that cannot be read, or is longer than the cap, must not spoil what can be read one by one.
        break;
      }
      for (const { id, connection } of page.connections) {
        if (!missing.includes(id)) continue;
        if (connection) this.#remember(context, id, connection);
        found.set(
          id,
          connection ?? new UpstreamError('upstream_invalid_response', 'An entry of the list does not fit'),
        );
      }
      missing = missing.filter((id) => !found.has(id));
      after = page.after;
      if (after === undefined || seen.has(after)) {
        for (const id of missing) found.set(id, new UpstreamError('account_not_found'));
        return found;
      }
      seen.add(after);
      pagesLeft = Math.max(1, Math.ceil((page.total ?? 0) / wire.MAX_PAGE) - seen.size);
    }
    await inTurns(missing, async (id) => {
      found.set(id, await this.connection(context, id).catch(asError));
    });
    return found;
  }

  forget(context: UpstreamContext, id: string): void {
    this.#known.delete(connectionKey(context, id));
  }

  /** What the catalogue says of an integration: asked once by any number of callers, then remembered. */
  integration(context: UpstreamContext, destinationId: string, integrationId: string): Promise<CatalogueEntry> {
    const key = JSON.stringify([context.session.tenant, destinationId, integrationId]);
    let entry = this.#catalogue.get(key, context.clock());
    if (!entry) {
      entry = this.#readCatalogue(context, destinationId, integrationId);
      this.#catalogue.set(key, entry, context.clock());
      const reading = entry;
      reading.then(
        // A name that could not be read is asked for again soon.
        ({ destinationName }) => {
          if (destinationName === undefined) this.#catalogue.set(key, reading, context.clock(), MINUTE);
        },
        () => this.#catalogue.delete(key),
      );
    }
    return entry;
  }

  async #readCatalogue(
    context: UpstreamContext,
    destinationId: string,
    integrationId: string,
  ): Promise<CatalogueEntry> {
    const path = `/v2/destinations/${segment(destinationId)}`;
    const get = <T>(suffix: string, schema: z.ZodType<T>, optional: boolean): Promise<T> =>
      this.#client.call(context, { method: 'GET', path: path + suffix, schema, optional });
    const [destination, integration] = await Promise.all([
      // A name is worth one try only.
      get('', wire.destination, true).catch(() => undefined),
      get(`/integrations/${segment(integrationId)}`, wire.integration, false),
    ]);
    return { name: integration.name, destinationName: destination?.name, oAuthEndpointID: integration.oAuthEndpointID };
  }
}

const isTransient = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && (error.code === 'upstream_unavailable' || error.code === 'upstream_timeout');
const connectionKey = ({ session }: UpstreamContext, id: string): string => JSON.stringify([session.tenant, id]);
