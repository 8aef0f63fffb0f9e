import { ExpiringMap } from './expiring-map.ts';
import type { LiverampV2Client } from './liveramp-v2-client.ts';
import * as wire from './liveramp-v2-wire.ts';
import { isTransient } from './problems.ts';
import { segment } from './upstream-http.ts';
import type { UpstreamContext } from './upstream.ts';

const MINUTE = 60_000;
/** Names and endpoint ids belong to LiveRamp's catalogue, which changes seldom. */
const CATALOGUE_MS = 60 * MINUTE;

/** `[destinationId, integrationId]`. */
export type IntegrationID = readonly [string, string];

export interface CatalogueEntry {
  readonly name: string | undefined;
  readonly destinationName: string | undefined;
  readonly oAuthEndpointID: string | undefined;
}

/** What LiveRamp's catalogue says of destinations and integrations: asked once by any number of callers, then remembered. */
export class LiverampV2Catalogue {
  readonly #client: LiverampV2Client;
  readonly #names = new ExpiringMap<Promise<string | undefined>>(50_000, CATALOGUE_MS);
  readonly #integrations = new ExpiringMap<Promise<wire.Integration>>(10_000, CATALOGUE_MS);
  readonly #lists = new ExpiringMap<Promise<void>>(10_000, CATALOGUE_MS);

  constructor(client: LiverampV2Client) {
    this.#client = client;
  }

  async entry(context: UpstreamContext, id: IntegrationID): Promise<CatalogueEntry> {
    // Both are asked for at once; the second never rejects.
    const integration = this.integration(context, id);
    const destinationName = this.#destinationName(context, id[0]);
    const { name, oAuthEndpointID } = await integration;
    return { name, destinationName: await destinationName, oAuthEndpointID };
  }

  integration(context: UpstreamContext, [destinationId, integrationId]: IntegrationID): Promise<wire.Integration> {
    const key = keyOf(context, destinationId, integrationId);
    const known = this.#integrations.get(key, context.clock());
    if (known) return known;
    const reading = this.#client.call(context, {
      method: 'GET',
      path: `/v2/destinations/${segment(destinationId)}/integrations/${segment(integrationId)}`,
      schema: wire.integration,
    });
    this.#integrations.set(key, reading, context.clock());
    reading.catch(() => this.#integrations.delete(key));
    return reading;
  }

  /**
   * Names of many: destinations through their list where that is fewer calls, integrations one by one. Each name that is
   * still to be asked for is asked for only if `takeCall` allows the call; what is not known then is left out.
   */
  async names(
    context: UpstreamContext,
    ids: readonly IntegrationID[],
    takeCall: () => boolean,
  ): Promise<(id: IntegrationID) => Promise<Partial<CatalogueEntry>>> {
    const isUnknown = (destinationId: string): boolean => !this.#knows(context, destinationId);
    const listed = this.#lists.get(keyOf(context), context.clock());
    if (listed) await listed;
    else if (new Set(ids.map(([id]) => id).filter(isUnknown)).size > 1 && takeCall()) await this.#list(context);
    for (const id of ids) {
      if (isUnknown(id[0]) && takeCall()) void this.#destinationName(context, id[0]);
    }
    for (const id of ids) {
      // Whoever waits for it hears of a failure.
      if (!this.#integrations.get(keyOf(context, ...id), context.clock()) && takeCall())
        this.integration(context, id).catch(() => undefined);
    }
    return async (id) => {
      const [destinationName, integration] = await Promise.all([
        this.#names.get(keyOf(context, id[0]), context.clock()),
        this.#integrations.get(keyOf(context, ...id), context.clock())?.catch(() => undefined),
      ]);
      return { destinationName, name: integration?.name, oAuthEndpointID: integration?.oAuthEndpointID };
    };
  }

  #knows(context: UpstreamContext, destinationId: string): boolean {
    return this.#names.get(keyOf(context, destinationId), context.clock()) !== undefined;
  }

  /** Undefined where it could not be read: a name is worth one try only. */
  #destinationName(context: UpstreamContext, destinationId: string): Promise<string | undefined> {
    const key = keyOf(context, destinationId);
    const known = this.#names.get(key, context.clock());
    if (known) return known;
    const path = `/v2/destinations/${segment(destinationId)}`;
    const reading = this.#client.call(context, { method: 'GET', path, schema: wire.destination, optional: true }).then(
      ({ name }) => name,
      (error: unknown) => {
        // A refusal stands for a minute; whoever is down may be up for the next reader.
        if (isTransient(error)) this.#names.delete(key);
        else this.#names.set(key, Promise.resolve(undefined), context.clock(), MINUTE);
        return undefined;
      },
    );
    this.#names.set(key, reading, context.clock());
    return reading;
  }

  /** The first page of the destinations. Those beyond it, and all where it cannot be read, are asked for by themselves. */
  #list(context: UpstreamContext): Promise<void> {
    const reading = (async () => {
      try {
        const path = `/v2/destinations?limit=${wire.MAX_PAGE}`;
        const call = { method: 'GET', path, schema: wire.destinationPage, optional: true } as const;
        for (const { id, name } of await this.#client.call(context, call))
          if (name !== undefined) this.#names.set(keyOf(context, id), Promise.resolve(name), context.clock());
      } catch {
        this.#lists.set(keyOf(context), Promise.resolve(), context.clock(), MINUTE);
      }
    })();
    this.#lists.set(keyOf(context), reading, context.clock());
    return reading;
  }
}

/** Each tenant sees the catalogue as its own service account does. */
const keyOf = ({ session }: UpstreamContext, ...ids: string[]): string => JSON.stringify([session.tenant, ...ids]);
