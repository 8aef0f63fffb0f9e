import { z } from 'zod';
import { LiverampV2Client, type LiverampV2Credentials } from './liveramp-v2-client.ts';
import * as wire from './liveramp-v2-wire.ts';
import { UpstreamError } from './problems.ts';
import { once } from './store.ts';
import { ExpiringMap } from './expiring-map.ts';
import { inTurns } from './in-turns.ts';
import type { Attempt, AttemptState, Session, Upstream, UpstreamAccount, UpstreamContext } from './upstream.ts';
import { readBaseUrl } from './upstream-http.ts';

export type { LiverampV2Credentials };

/** What an account id of the partner stands for at LiveRamp. */
export type LiverampV2Account =
  | { readonly integrationConnectionId: string }
  /** An account being set up: the OAuth connection comes before the integration connection. */
  | { readonly destinationId: string; readonly integrationId: string };

export interface LiverampV2Options {
  credentials: (tenant: string) => LiverampV2Credentials | Promise<LiverampV2Credentials>;
  /** Default `https://api.liveramp.com/activation`. */
  baseUrl?: string;
  /** Default `https://serviceaccounts.liveramp.com/authn/v1/oauth2/token`. */
  tokenUrl?: string;
  /** Default: the account id is the integration connection's id. */
  resolve?: (session: Session, accountId: string) => LiverampV2Account | Promise<LiverampV2Account>;
  /**
   * Called when an account being set up has been authorized: create its integration connection with this
   * `oAuthConnectionID`, and let `resolve` answer with it from then on. Called once a flow, and again only if it threw.
   */
  onAuthorized?: (
    session: Session,
    accountId: string,
    result: { readonly oAuthConnectionID: string },
  ) => void | Promise<void>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Names and endpoint ids belong to LiveRamp's catalogue, which changes seldom. */
const CATALOGUE_MS = 60 * MINUTE;
/** As long as a ticket: what a status read has learnt is used by the begin that its ticket allows. */
const CONNECTION_MS = 10 * MINUTE;
/** Longer than a request may last, and the partner's own work with it. */
const LEASE_MS = 5 * MINUTE;

/** What is known of an integration connection without asking again. */
interface Known {
  readonly destinationId: string;
  readonly integrationId: string;
  readonly oAuthConnectionID: string | undefined;
  readonly notApplicable: boolean;
}

interface CatalogueEntry {
  readonly name: string | undefined;
  readonly destinationName: string | undefined;
  readonly oAuthEndpointID: string | undefined;
}

/** The upstream for LiveRamp's Activation API, version 2: an account is an integration connection. */
export function liverampV2(options: LiverampV2Options): Upstream {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const name of ['credentials', 'resolve', 'onAuthorized']) {
    if (typeof given[name] === 'function' || (name !== 'credentials' && given[name] === undefined)) continue;
    throw new TypeError(`liverampV2: ${name} must be a function`);
  }
  return new LiverampV2(options);
}

class LiverampV2 implements Upstream {
  readonly #client: LiverampV2Client;
  readonly #resolve: NonNullable<LiverampV2Options['resolve']>;
  readonly #onAuthorized: LiverampV2Options['onAuthorized'];
  readonly #known = new ExpiringMap<Known>(50_000, CONNECTION_MS);
  readonly #catalogue = new ExpiringMap<Promise<CatalogueEntry>>(10_000, CATALOGUE_MS);

  constructor({ credentials, baseUrl, tokenUrl, resolve, onAuthorized }: LiverampV2Options) {
    this.#client = new LiverampV2Client({
      credentials,
      baseUrl: readBaseUrl('liverampV2: baseUrl', baseUrl ?? 'https://api.liveramp.com/activation'),
      tokenUrl: readBaseUrl(
        'liverampV2: tokenUrl',
        tokenUrl ?? 'https://serviceaccounts.liveramp.com/authn/v1/oauth2/token',
      ),
    });
    this.#resolve = resolve ?? ((_, accountId) => ({ integrationConnectionId: accountId }));
    this.#onAuthorized = onAuthorized;
  }

  async account(context: UpstreamContext, accountId: string): Promise<UpstreamAccount> {
    const target = await this.#resolve(context.session, accountId);
    if (!('integrationConnectionId' in target)) return this.#accountBeingSetUp(context, accountId, target);
    return this.#describe(context, await this.#readConnection(context, target.integrationConnectionId));
  }

  async accounts(
    context: UpstreamContext,
    accountIds: readonly string[],
  ): Promise<Map<string, UpstreamAccount | Error>> {
    const results = new Map<string, UpstreamAccount | Error>();
    const wanted = new Map<string, string>();
    const settle = async (accountId: string, work: () => Promise<UpstreamAccount>): Promise<void> => {
      results.set(accountId, await work().catch(asError));
    };
    const targets = await Promise.all(
      accountIds.map(async (accountId) => {
        try {
          return { accountId, target: await this.#resolve(context.session, accountId) };
        } catch (error) {
          results.set(accountId, asError(error));
          return undefined;
        }
      }),
    );
    const settingUp: Promise<void>[] = [];
    for (const entry of targets) {
      if (!entry) continue;
      const { accountId, target } = entry;
      if ('integrationConnectionId' in target) wanted.set(accountId, target.integrationConnectionId);
      else settingUp.push(settle(accountId, () => this.#accountBeingSetUp(context, accountId, target)));
    }
    const connections = await this.#readConnections(context, [...new Set(wanted.values())]);
    await Promise.all([
      ...settingUp,
      ...[...wanted].map(([accountId, id]) =>
        settle(accountId, async () => {
          const connection = connections.get(id) ?? new UpstreamError('account_not_found');
          if (connection instanceof Error) throw connection;
          return this.#describe(context, connection);
        }),
      ),
    ]);
    return results;
  }

  async begin(
    context: UpstreamContext,
    accountId: string,
    { redirectUrl, state }: { redirectUrl: string; state: string },
  ): Promise<{ authorizationUrl: string; attempt: Attempt }> {
    const target = await this.#resolve(context.session, accountId);
    const connectionId = 'integrationConnectionId' in target ? target.integrationConnectionId : undefined;
    const known: Known =
      'integrationConnectionId' in target
        ? await this.#knownConnection(context, target.integrationConnectionId)
        : { ...target, oAuthConnectionID: undefined, notApplicable: false };
    const { oAuthEndpointID } = await this.#lookUp(context, known.destinationId, known.integrationId);
    if (known.notApplicable || oAuthEndpointID === undefined) throw new UpstreamError('authorization_not_applicable');

    const { id } = await this.#client.call(context, {
      method: 'POST',
      path: '/v2/oauth-connection-attempts',
      schema: wire.created,
      body: {
        oAuthEndpointID,
        redirectUrl,
        state,
        // Reauthorizes the connection that exists instead of making another.
        ...(known.oAuthConnectionID === undefined ? {} : { oAuthConnectionID: known.oAuthConnectionID }),
      },
    });
    const { authorizationUrl } = await this.#readAttempt(context, id);
    if (authorizationUrl === undefined) {
      throw new UpstreamError('upstream_invalid_response', 'The attempt has no authorization URL');
    }
    return {
      authorizationUrl,
      attempt: {
        id,
        ...(connectionId === undefined ? {} : { connectionId }),
        ...(known.oAuthConnectionID === undefined ? {} : { oAuthConnectionID: known.oAuthConnectionID }),
      },
    };
  }

  async follow(context: UpstreamContext, accountId: string, attempt: Attempt): Promise<AttemptState> {
    const { id, connectionId } = attempt;
    if (id === undefined) return 'failed';
    let current: z.infer<typeof wire.attempt>;
    try {
      current = await this.#readAttempt(context, id);
    } catch (error) {
      // LiveRamp has forgotten the attempt: nobody can finish it any more.
      if (error instanceof UpstreamError && error.code === 'account_not_found') return 'failed';
      throw error;
    }
    switch (current.status) {
      case 'AUTHORIZED':
        return (await this.#finish(context, accountId, attempt, connectionId, current.oAuthConnectionID))
          ? 'authorized'
          : 'processing';
      case 'FAILED':
        return 'failed';
      case 'PROCESSING':
        return 'processing';
      default:
        return 'pending';
    }
  }

  /** What LiveRamp leaves to its caller after a success. False while another instance is at it. */
  async #finish(
    context: UpstreamContext,
    accountId: string,
    attempt: Attempt,
    connectionId: string | undefined,
    oAuthConnectionID: string | undefined,
  ): Promise<boolean> {
    const isRenewal = attempt.oAuthConnectionID !== undefined;
    if (oAuthConnectionID === undefined) {
      if (isRenewal) return true;
      throw new UpstreamError('upstream_invalid_response', 'The authorized attempt names no OAuth connection');
    }
    if (isRenewal && attempt.oAuthConnectionID === oAuthConnectionID) return true;
    return once(context.store, `link:${attempt.id}`, LEASE_MS, async () => {
      if (connectionId !== undefined) await this.#link(context, connectionId, oAuthConnectionID);
      else await this.#handOver(context, accountId, oAuthConnectionID);
    });
  }

  async #link(context: UpstreamContext, connectionId: string, oAuthConnectionID: string): Promise<void> {
    // Read right before: the PUT replaces properties and device types by what it is sent.
    const connection = await this.#readConnection(context, connectionId);
    if (connection.oAuthConnectionID !== oAuthConnectionID) {
      await this.#client.call(context, {
        method: 'PUT',
        path: `/v2/integration-connections/${encodeURIComponent(connectionId)}`,
        schema: z.unknown(),
        body: { oAuthConnectionID, properties: connection.properties, deviceTypes: connection.deviceTypes },
        notFound: 'account_not_found',
      });
    }
    this.#known.delete(connectionKey(context, connectionId));
  }

  async #handOver(context: UpstreamContext, accountId: string, oAuthConnectionID: string): Promise<void> {
    await this.#onAuthorized?.(context.session, accountId, { oAuthConnectionID });
    await context.store.set(setUpKey(context, accountId), oAuthConnectionID, DAY);
  }

  /** Until `resolve` knows its integration connection, an account being set up is as authorized as its flow made it. */
  async #accountBeingSetUp(
    context: UpstreamContext,
    accountId: string,
    { destinationId, integrationId }: { destinationId: string; integrationId: string },
  ): Promise<UpstreamAccount> {
    const [entry, connection] = await Promise.all([
      this.#lookUp(context, destinationId, integrationId),
      context.store.get(setUpKey(context, accountId)),
    ]);
    const needed = entry.oAuthEndpointID !== undefined;
    return {
      ...names(entry),
      oauthStatus: !needed ? 'not_applicable' : connection !== undefined ? 'authorized' : 'unauthorized',
      reauthorization: false,
    };
  }

  async #describe(context: UpstreamContext, connection: wire.Connection): Promise<UpstreamAccount> {
    const { oAuthConnectionID, oauthStatus: raw } = connection;
    const [destinationId, integrationId] = connection.integrationID;
    const lookUp = this.#lookUp(context, destinationId, integrationId);
    const stated = raw === undefined ? undefined : (wire.STATUSES.get(raw) ?? 'unknown');
    // The names can be missed where LiveRamp states the status itself.
    const entry = await (stated === undefined ? lookUp : lookUp.catch(() => undefined));
    const derived =
      entry?.oAuthEndpointID === undefined ? 'not_applicable' : oAuthConnectionID ? 'authorized' : 'unauthorized';
    const oauthStatus = stated ?? derived;
    return {
      ...(entry ? names(entry) : {}),
      ...(raw === undefined ? {} : { upstreamStatus: raw }),
      oauthStatus,
      reauthorization: oauthStatus === 'unauthorized' && oAuthConnectionID !== undefined,
    };
  }

  async #readConnection(context: UpstreamContext, id: string): Promise<wire.Connection> {
    const connection = await this.#client.call(context, {
      method: 'GET',
      path: `/v2/integration-connections/${encodeURIComponent(id)}`,
      schema: wire.connection,
      notFound: 'account_not_found',
    });
    this.#remember(context, id, connection);
    return connection;
  }

  #remember(context: UpstreamContext, id: string, connection: wire.Connection): Known {
    const [destinationId, integrationId] = connection.integrationID;
    const { oAuthConnectionID, oauthStatus } = connection;
    const known: Known = {
      destinationId,
      integrationId,
      oAuthConnectionID,
      notApplicable: oauthStatus !== undefined && wire.STATUSES.get(oauthStatus) === 'not_applicable',
    };
    this.#known.set(connectionKey(context, id), known, context.clock());
    return known;
  }

  async #knownConnection(context: UpstreamContext, id: string): Promise<Known> {
    const known = this.#known.get(connectionKey(context, id), context.clock());
    return known ?? this.#remember(context, id, await this.#readConnection(context, id));
  }

  /** Through the list where that takes fewer calls than one for each. */
  async #readConnections(
    context: UpstreamContext,
    ids: readonly string[],
  ): Promise<Map<string, wire.Connection | Error>> {
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
      found.set(id, await this.#readConnection(context, id).catch(asError));
    });
    return found;
  }

  #readAttempt(context: UpstreamContext, id: string): Promise<z.infer<typeof wire.attempt>> {
    return this.#client.call(context, {
      method: 'GET',
      path: `/v2/oauth-connection-attempts/${encodeURIComponent(id)}`,
      schema: wire.attempt,
      notFound: 'account_not_found',
    });
  }

  #lookUp(context: UpstreamContext, destinationId: string, integrationId: string): Promise<CatalogueEntry> {
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
    const path = `/v2/destinations/${encodeURIComponent(destinationId)}`;
    const get = <T>(suffix: string, schema: z.ZodType<T>, optional: boolean): Promise<T> =>
      this.#client.call(context, { method: 'GET', path: path + suffix, schema, optional });
    const [destination, integration] = await Promise.all([
      // A name is worth one try only.
      get('', wire.destination, true).catch(() => undefined),
      get(`/integrations/${encodeURIComponent(integrationId)}`, wire.integration, false),
    ]);
    return { name: integration.name, destinationName: destination?.name, oAuthEndpointID: integration.oAuthEndpointID };
  }
}

const names = ({ name, destinationName }: CatalogueEntry): Pick<UpstreamAccount, 'name' | 'destinationName'> => ({
  ...(name === undefined ? {} : { name }),
  ...(destinationName === undefined ? {} : { destinationName }),
});
const isTransient = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && (error.code === 'upstream_unavailable' || error.code === 'upstream_timeout');
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('unknown'));
const connectionKey = ({ session }: UpstreamContext, id: string): string => JSON.stringify([session.tenant, id]);
const setUpKey = ({ session }: UpstreamContext, accountId: string): string =>
  `set-up:${JSON.stringify([session.tenant, accountId])}`;
