import { Hono } from 'hono';
import { ApiError, invalid, notFound, optionalText, readJson, readRedirectUrl, requiredText } from './api-error.ts';
import type { Account, Destination, Model, Tenant } from './model.ts';
import type { OAuthClient } from './oauth-client.ts';
import type { Scenario } from './scenario.ts';

interface Deps {
  readonly model: Model;
  readonly catalog: readonly Destination[];
  readonly client: OAuthClient;
  readonly tenants: readonly Tenant[];
  readonly scenario: Scenario;
}

/**
 * LiveRamp's retired v1.1 API. Documented: the base, `x-api-key`, `/destinations`, `/accounts`, `/accounts/new`, the
 * `account` wrapper of requests (v1.0.2 reference) and `oauth_not_applicable`. Assumed: Account Detail at
 * `/accounts/{id}`, Perform OAuth Authorization at `/accounts/{id}/oauth`, the other two status values, error bodies.
 */
export function liverampV11Api({ model, catalog, client, tenants, scenario }: Deps) {
  const app = new Hono<{ Variables: { tenant: Tenant } }>();

  app.use('*', async (c, next) => {
    if (scenario.liveramp === '503') throw new ApiError(503, 'SERVICE_UNAVAILABLE', 'Service temporarily unavailable');
    const key = c.req.header('x-api-key');
    if (key === undefined) throw new ApiError(401, 'UNAUTHENTICATED', 'x-api-key header is required');
    const tenant = tenants.find(({ apiKey }) => apiKey === key);
    if (!tenant) throw new ApiError(403, 'FORBIDDEN', 'The API key is not valid');
    c.set('tenant', tenant);
    model.settle();
    await next();
  });

  const oauthStatus = async (account: Account): Promise<string> => {
    if (account.oddStatus) return account.oddStatus.v11;
    if (!account.destination.integration.platform) return 'oauth_not_applicable';
    const connection = model.connection(account.orgId, account.connectionId);
    return connection?.permitted && (await client.isActive(connection)) ? 'oauth_authorized' : 'oauth_unauthorized';
  };

  const properties = ({ integration }: Destination, values: Account['properties'] = []) =>
    integration.requiredProperties.map(({ name, description }) => ({
      name,
      needed_for_device_types: deviceTypes(integration.deviceTypes),
      description,
      value: values.find(({ propertyKey }) => propertyKey === name)?.propertyValue ?? null,
    }));

  const show = async (account: Account) => ({
    id: account.id,
    name: account.name,
    destination_id: Number(account.destination.id),
    device_types: deviceTypes(account.deviceTypes),
    properties: properties(account.destination, account.properties),
    oauth_status: await oauthStatus(account),
  });

  const find = (tenant: Tenant, id: string): Account => {
    const account = model.account(tenant.orgId, id);
    if (!account) throw notFound('Account');
    return account;
  };

  const findDestination = (id: unknown): Destination => {
    const destination = catalog.find((known) => known.id === String(id));
    if (!destination) throw invalid('destination_id names no destination');
    return destination;
  };

  app.get('/destinations', (c) => c.json({ destinations: catalog.map(({ id, name }) => ({ id: Number(id), name })) }));

  app.get('/accounts', async (c) => {
    const own = [...model.accounts.values()].filter(({ orgId }) => orgId === c.get('tenant').orgId);
    return c.json({ accounts: await Promise.all(own.map(show)) });
  });

  app.get('/accounts/new', (c) => {
    const destination = findDestination(c.req.query('destination_id'));
    return c.json({
      account: {
        destination_id: Number(destination.id),
        name: null,
        device_types: deviceTypes(destination.integration.deviceTypes),
        properties: properties(destination),
      },
    });
  });

  // Activate New Destination Account.
  app.post('/accounts', async (c) => {
    const given = (await readJson(c))['account'];
    if (typeof given !== 'object' || given === null) throw invalid('account is required');
    const body: Record<string, unknown> = { ...given };
    const destination = findDestination(body['destination_id']);
    const listed: unknown[] = Array.isArray(body['properties']) ? body['properties'] : [];
    const values = destination.integration.requiredProperties.map(({ name }) => {
      const entry = listed.find(
        (item): item is { value: string } =>
          typeof item === 'object' &&
          item !== null &&
          'name' in item &&
          item.name === name &&
          'value' in item &&
          typeof item.value === 'string',
      );
      if (!entry) throw invalid(`properties must have a value for ${name}`);
      return { propertyKey: name, propertyValue: entry.value };
    });
    const account = model.addAccount({
      id: model.nextId(`da_${destination.id}`),
      orgId: c.get('tenant').orgId,
      name: requiredText(body, 'name'),
      destination,
      properties: values,
      deviceTypes: [...destination.integration.deviceTypes],
    });
    return c.json({ account: await show(account) }, 201);
  });

  // Account Detail.
  app.get('/accounts/:id', async (c) => c.json({ account: await show(find(c.get('tenant'), c.req.param('id'))) }));

  // Perform OAuth Authorization.
  app.post('/accounts/:id/oauth', async (c) => {
    const account = find(c.get('tenant'), c.req.param('id'));
    const body = await readJson(c);
    const redirectUrl = readRedirectUrl(requiredText(body, 'redirect_url'), 'redirect_url');
    const state = optionalText(body, 'state');
    const { platform } = account.destination.integration;
    if (!platform) throw invalid('This account needs no OAuth authorization');
    const attempt = await client.begin({
      orgId: account.orgId,
      platform,
      accountId: account.id,
      redirectUrl,
      ...(state === undefined ? {} : { state }),
    });
    return c.json({ authorization_url: attempt.authorizationUrl });
  });

  return app;
}

/** v1 writes device types in lower case. */
const deviceTypes = (types: readonly string[]): string[] => types.map((type) => type.toLowerCase());
