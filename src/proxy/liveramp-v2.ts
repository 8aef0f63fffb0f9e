import { z } from 'zod';
import { LiverampV2Client, type LiverampV2Credentials } from './liveramp-v2-client.ts';
import { LiverampV2Catalogue, type CatalogueEntry } from './liveramp-v2-catalogue.ts';
import { LiverampV2Reads, type KnownConnection } from './liveramp-v2-reads.ts';
import * as wire from './liveramp-v2-wire.ts';
import { asError, UpstreamError } from './problems.ts';
import { once } from './store.ts';
import type { Attempt, AttemptState, Session, Upstream, UpstreamAccount, UpstreamContext } from './upstream.ts';
import { readBaseUrl, segment } from './upstream-http.ts';

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

const DAY = 24 * 60 * 60 * 1000;
/** Longer than a request may last, and the partner's own work with it. */
const LEASE_MS = 5 * 60 * 1000;

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
  readonly #reads: LiverampV2Reads;
  readonly #catalogue: LiverampV2Catalogue;
  readonly #resolve: NonNullable<LiverampV2Options['resolve']>;
  readonly #onAuthorized: LiverampV2Options['onAuthorized'];

  constructor({ credentials, baseUrl, tokenUrl, resolve, onAuthorized }: LiverampV2Options) {
    this.#client = new LiverampV2Client({
      credentials,
      baseUrl: readBaseUrl('liverampV2: baseUrl', baseUrl ?? 'https://api.liveramp.com/activation'),
      tokenUrl: readBaseUrl(
        'liverampV2: tokenUrl',
        tokenUrl ?? 'https://serviceaccounts.liveramp.com/authn/v1/oauth2/token',
      ),
    });
    this.#reads = new LiverampV2Reads(this.#client);
    this.#catalogue = new LiverampV2Catalogue(this.#client);
    this.#resolve = resolve ?? ((_, accountId) => ({ integrationConnectionId: accountId }));
    this.#onAuthorized = onAuthorized;
  }

  async account(context: UpstreamContext, accountId: string): Promise<UpstreamAccount> {
    const target = await this.#target(context, accountId);
    if (!('integrationConnectionId' in target)) return this.#accountBeingSetUp(context, accountId, target);
    const connection = await this.#reads.connection(context, target.integrationConnectionId);
    return await this.#describe(connection, () => this.#catalogue.entry(context, connection.integrationID));
  }

  async #target({ session }: UpstreamContext, accountId: string): Promise<LiverampV2Account> {
    const { success, data } = targetSchema.safeParse(await this.#resolve(session, accountId));
    if (success) return data;
    throw new TypeError('liverampV2: resolve must give the ids of LiverampV2Account, as non-empty strings');
  }

  forgetStatuses(tenant: string): void {
    this.#reads.forgetStatuses(tenant);
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
          return { accountId, target: await this.#target(context, accountId) };
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
    const { found, takeCallForNames } = await this.#reads.connections(context, [...new Set(wanted.values())]);
    const integrations = [...found.values()].flatMap((each) => (each instanceof Error ? [] : [each.integrationID]));
    const namesOf = await this.#catalogue.names(context, integrations, takeCallForNames);
    await Promise.all([
      ...settingUp,
      ...[...wanted].map(([accountId, id]) =>
        settle(accountId, async () => {
          const connection = found.get(id) ?? new UpstreamError('account_not_found');
          if (connection instanceof Error) throw connection;
          const { integrationID, oauthStatus } = connection;
          return this.#describe(connection, async () =>
            // Where LiveRamp does not state the status, its catalogue must be asked whatever that costs.
            oauthStatus === undefined
              ? { ...(await this.#catalogue.integration(context, integrationID)), ...(await namesOf(integrationID)) }
              : namesOf(integrationID),
          );
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
    const target = await this.#target(context, accountId);
    const connectionId = 'integrationConnectionId' in target ? target.integrationConnectionId : undefined;
    const known: KnownConnection =
      'integrationConnectionId' in target
        ? await this.#reads.known(context, target.integrationConnectionId)
        : { ...target, oAuthConnectionID: undefined, notApplicable: false };
    const { oAuthEndpointID } = await this.#catalogue.integration(context, [known.destinationId, known.integrationId]);
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
    const connection = await this.#reads.connection(context, connectionId);
    if (connection.oAuthConnectionID !== oAuthConnectionID) {
      await this.#client.call(context, {
        method: 'PUT',
        path: `/v2/integration-connections/${segment(connectionId)}`,
        schema: z.unknown(),
        body: { oAuthConnectionID, properties: connection.properties, deviceTypes: connection.deviceTypes },
        notFound: 'account_not_found',
      });
    }
    this.#reads.forget(context, connectionId);
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
      this.#catalogue.entry(context, [destinationId, integrationId]),
      context.store.get(setUpKey(context, accountId)),
    ]);
    const needed = entry.oAuthEndpointID !== undefined;
    return {
      name: entry.name,
      destinationName: entry.destinationName,
      oauthStatus: !needed ? 'not_applicable' : connection !== undefined ? 'authorized' : 'unauthorized',
      reauthorization: false,
    };
  }

  async #describe(
    { oAuthConnectionID, oauthStatus: raw }: wire.ListedConnection,
    lookUp: () => Promise<Partial<CatalogueEntry>>,
  ): Promise<UpstreamAccount> {
    const stated = raw === undefined ? undefined : (wire.STATUSES.get(raw) ?? 'unknown');
    // The names can be missed where LiveRamp states the status itself.
    const entry = await (stated === undefined ? lookUp() : lookUp().catch(() => undefined));
    const derived =
      entry?.oAuthEndpointID === undefined ? 'not_applicable' : oAuthConnectionID ? 'authorized' : 'unauthorized';
    const oauthStatus = stated ?? derived;
    return {
      name: entry?.name,
      destinationName: entry?.destinationName,
      upstreamStatus: raw,
      oauthStatus,
      reauthorization: oauthStatus === 'unauthorized' && oAuthConnectionID !== undefined,
    };
  }

  #readAttempt(context: UpstreamContext, id: string): Promise<z.infer<typeof wire.attempt>> {
    return this.#client.call(context, {
      method: 'GET',
      path: `/v2/oauth-connection-attempts/${segment(id)}`,
      schema: wire.attempt,
      notFound: 'account_not_found',
    });
  }
}

/** Written by the partner: an id that is missing or empty would be the path of another resource. */
const id = z.string().min(1);
const targetSchema = z.union([
  z.object({ integrationConnectionId: id }),
  z.object({ destinationId: id, integrationId: id }),
]) satisfies z.ZodType<LiverampV2Account>;

const setUpKey = ({ session }: UpstreamContext, accountId: string): string =>
  `set-up:${JSON.stringify([session.tenant, accountId])}`;
