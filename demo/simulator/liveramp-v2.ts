import { Hono, type Context } from 'hono';
import { ApiError, invalid, notFound, optionalText, readJson, readRedirectUrl, requiredText } from './api-error.ts';
import { endpointId } from './catalog.ts';
import type { Account, Attempt, Connection, Destination, Model, Property, Tenant } from './model.ts';
import type { OAuthClient } from './oauth-client.ts';
import { page } from './pagination.ts';
import type { Scenario } from './scenario.ts';
import type { ServiceAccounts } from './service-accounts.ts';

interface Deps {
  readonly origin: string;
  readonly model: Model;
  readonly catalog: readonly Destination[];
  readonly client: OAuthClient;
  readonly accounts: ServiceAccounts;
  readonly scenario: Scenario;
}

const DEVICE_TYPES = ['PII', 'WEB', 'IOS', 'ANDROID', 'CUSTOM_ID', 'MIXED', 'OTHER', 'RAMP_ID'];

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** LiveRamp's Activation API 2.9.0, as far as destination accounts need it; paths, bodies and errors as its OpenAPI has them. */
export function liverampV2Api({ origin, model, catalog, client, accounts, scenario }: Deps) {
  const app = new Hono<{ Variables: { tenant: Tenant } }>();
  const orgOf = (c: Context<{ Variables: { tenant: Tenant } }>): string => c.get('tenant').orgId;

  app.use('/v2/*', async (c, next) => {
    if (scenario.liveramp === '503') throw new ApiError(503, 'SERVICE_UNAVAILABLE', 'Service temporarily unavailable');
    const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined)
      throw new ApiError(401, 'UNAUTHENTICATED', 'Authorization header with a bearer token is required');
    const tenant = accounts.tenantOf(token);
    if (!tenant) throw new ApiError(403, 'FORBIDDEN', 'The access token is invalid or has expired');
    const org = c.req.header('lr-org-id');
    if (org === undefined) throw invalid('LR-Org-ID header is required');
    if (org !== tenant.orgId)
      throw new ApiError(403, 'FORBIDDEN', 'The service account may not act for this organization');
    c.set('tenant', tenant);
    model.settle();
    await next();
  });

  const showDestination = ({ id, name }: Destination) => ({ id, name, logoUrl: `${origin}/logos/${id}.svg` });

  const showIntegration = ({ integration }: Destination) => ({
    id: integration.id,
    name: integration.name,
    description: `Delivers segments to ${integration.name}`,
    type: 'ONBOARDING',
    deviceTypes: integration.deviceTypes,
    requiredProperties: integration.requiredProperties,
    ...(integration.platform ? { oAuthEndpointID: endpointId(integration.platform) } : {}),
  });

  const showAccount = async (account: Account) => ({
    id: account.id,
    integrationID: [account.destination.id, account.destination.integration.id],
    ...(account.connectionId === undefined ? {} : { oAuthConnectionID: account.connectionId }),
    properties: account.properties,
    deviceTypes: account.deviceTypes,
    createdAt: iso(account.createdAt),
    updatedAt: iso(account.updatedAt),
    ...(scenario.oauthStatus === 'omitted' ? {} : { oauthStatus: await oauthStatus(account) }),
  });

  const oauthStatus = async (account: Account): Promise<string> => {
    if (account.oddStatus) return account.oddStatus.v2;
    if (!account.destination.integration.platform) return 'NotApplicable';
    const connection = model.connection(account.orgId, account.connectionId);
    return connection?.permitted && (await client.isActive(connection)) ? 'Authorized' : 'Unauthorized';
  };

  const showConnection = ({ id, name, platform, createdAt, updatedAt }: Connection) => ({
    id,
    name,
    oAuthEndpointID: endpointId(platform),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  });

  const showAttempt = (attempt: Attempt) => ({
    id: attempt.id,
    authorizationUrl: attempt.authorizationUrl,
    status: attempt.status,
    statusDetail: attempt.statusDetail,
    redirectUrl: attempt.redirectUrl,
    state: attempt.state,
    oAuthEndpointID: endpointId(attempt.platform),
    oAuthConnectionID: attempt.result ?? attempt.connectionId,
  });

  const findDestination = (id: string): Destination => {
    const destination = catalog.find((known) => known.id === id);
    if (!destination) throw notFound('v2/Destination');
    return destination;
  };

  const findAccount = (c: Context<{ Variables: { tenant: Tenant } }>): Account => {
    const account = model.account(orgOf(c), c.req.param('id') ?? '');
    if (!account) throw notFound('v2/IntegrationConnection');
    return account;
  };

  /** The connection that the body names, checked against the integration; required where the integration wants OAuth. */
  const readConnection = (
    orgId: string,
    destination: Destination,
    body: Record<string, unknown>,
  ): string | undefined => {
    const id = optionalText(body, 'oAuthConnectionID');
    const { platform } = destination.integration;
    if (!platform) {
      if (id !== undefined) throw invalid('oAuthConnectionID must be absent: the Integration has no oAuthEndpointID');
      return undefined;
    }
    if (id === undefined) throw invalid('oAuthConnectionID is required: the Integration has an oAuthEndpointID');
    const connection = model.connection(orgId, id);
    if (connection?.platform !== platform)
      throw invalid("oAuthConnectionID is no OAuthConnection of the Integration's oAuthEndpointID");
    return id;
  };

  const readSettings = ({ integration }: Destination, body: Record<string, unknown>) => {
    const { properties, deviceTypes } = body;
    if (!Array.isArray(properties)) throw invalid('properties is required and must be an array');
    const list = properties.map((entry: unknown, index): Property => {
      const record = typeof entry === 'object' && entry !== null ? { ...entry } : {};
      const { propertyKey, propertyValue } = record as Record<string, unknown>;
      if (typeof propertyKey === 'string' && typeof propertyValue === 'string') return { propertyKey, propertyValue };
      throw invalid(`properties[${index}] must have propertyKey and propertyValue`);
    });
    for (const { name } of integration.requiredProperties) {
      if (!list.some(({ propertyKey }) => propertyKey === name))
        throw invalid(`properties must have a value for ${name}`);
    }
    if (!Array.isArray(deviceTypes)) throw invalid('deviceTypes is required and must be an array');
    const types = deviceTypes.map((entry: unknown, index): string => {
      if (typeof entry === 'string' && DEVICE_TYPES.includes(entry)) return entry;
      throw invalid(`deviceTypes[${index}] must be one of ${DEVICE_TYPES.join(', ')}`);
    });
    return { properties: list, deviceTypes: types };
  };

  app.get('/v2/destinations', (c) => {
    const { items, pagination } = page(catalog, c);
    return c.json({ 'v2/Destinations': items.map(showDestination), _pagination: pagination });
  });
  app.get('/v2/destinations/:id', (c) => c.json(showDestination(findDestination(c.req.param('id')))));
  app.get('/v2/destinations/:id/integrations', (c) => {
    const { items, pagination } = page([findDestination(c.req.param('id'))], c);
    return c.json({ integrations: items.map(showIntegration), _pagination: pagination });
  });
  app.get('/v2/destinations/:id/integrations/:integration', (c) => {
    const destination = findDestination(c.req.param('id'));
    if (destination.integration.id !== c.req.param('integration')) throw notFound('Integration');
    return c.json(showIntegration(destination));
  });

  app.get('/v2/integration-connections', async (c) => {
    const own = [...model.accounts.values()].filter(({ orgId }) => orgId === orgOf(c));
    const { items, pagination } = page(own, c);
    return c.json({ 'v2/IntegrationConnections': await Promise.all(items.map(showAccount)), _pagination: pagination });
  });
  app.post('/v2/integration-connections', async (c) => {
    const body = await readJson(c);
    const ids: unknown = body['integrationID'];
    if (!Array.isArray(ids) || ids.length !== 2)
      throw invalid('integrationID is required: [destinationId, integrationId]');
    const destination = catalog.find(({ id, integration }) => id === ids[0] && integration.id === ids[1]);
    if (!destination) throw invalid('integrationID names no Integration');
    const connectionId = readConnection(orgOf(c), destination, body);
    const account = model.addAccount({
      id: model.nextId(`ic_${destination.id}`),
      orgId: orgOf(c),
      name: destination.integration.name,
      destination,
      ...readSettings(destination, body),
      ...(connectionId === undefined ? {} : { connectionId }),
    });
    return c.json({ id: account.id }, 201);
  });
  app.get('/v2/integration-connections/:id', async (c) => c.json(await showAccount(findAccount(c))));
  app.put('/v2/integration-connections/:id', async (c) => {
    const account = findAccount(c);
    const body = await readJson(c);
    const connectionId = readConnection(orgOf(c), account.destination, body);
    Object.assign(account, readSettings(account.destination, body), { updatedAt: model.now() });
    if (connectionId !== undefined) account.connectionId = connectionId;
    return c.body(null, 200);
  });
  app.delete('/v2/integration-connections/:id', (c) => {
    model.accounts.delete(findAccount(c).id);
    return c.body(null, 200);
  });

  app.get('/v2/oauth-connections', (c) => {
    const endpoint = c.req.query('oAuthEndpointID');
    const own = [...model.connections.values()].filter(
      ({ orgId, platform }) => orgId === orgOf(c) && (endpoint === undefined || endpointId(platform) === endpoint),
    );
    const { items, pagination } = page(own, c);
    return c.json({ 'v2/OauthConnections': items.map(showConnection), _pagination: pagination });
  });
  app.get('/v2/oauth-connections/:id', (c) => {
    const connection = model.connection(orgOf(c), c.req.param('id'));
    if (!connection) throw notFound('v2/OauthConnection');
    return c.json(showConnection(connection));
  });

  app.post('/v2/oauth-connection-attempts', async (c) => {
    const body = await readJson(c);
    const endpoint = requiredText(body, 'oAuthEndpointID');
    const platform = catalog
      .map(({ integration }) => integration.platform)
      .find((known) => known && endpointId(known) === endpoint);
    if (!platform) throw invalid('oAuthEndpointID names no OAuth endpoint');
    const redirectUrl = optionalText(body, 'redirectUrl');
    const state = optionalText(body, 'state');
    const connectionId = optionalText(body, 'oAuthConnectionID');
    if (connectionId !== undefined && model.connection(orgOf(c), connectionId)?.platform !== platform) {
      throw invalid('oAuthConnectionID is no OAuthConnection of this oAuthEndpointID');
    }
    const attempt = await client.begin({
      orgId: orgOf(c),
      platform,
      ...(redirectUrl === undefined ? {} : { redirectUrl: readRedirectUrl(redirectUrl, 'redirectUrl') }),
      ...(state === undefined ? {} : { state }),
      ...(connectionId === undefined ? {} : { connectionId }),
    });
    return c.json({ id: attempt.id }, 201);
  });
  app.get('/v2/oauth-connection-attempts/:id', (c) => {
    const attempt = model.attempt(orgOf(c), c.req.param('id'));
    if (!attempt) throw notFound('v2/OauthConnectionAttempt');
    return c.json(showAttempt(attempt));
  });

  return app;
}
