import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { endpointId, startSimulator, type Simulator } from '../../demo/simulator/index.ts';
import { fetchToken, readAnswer, tenantOf, v11, v2, type Answer } from './api.ts';

let simulator: Simulator;
let now = Date.now();

before(async () => {
  simulator = await startSimulator({ clock: () => now });
});
after(() => simulator.close());
beforeEach(async () => {
  // Away from the token endpoint's calls of the test before.
  now += 2000;
  await simulator.reset();
});

const isError = ({ status, body }: Answer, expected: number, message: RegExp): void => {
  assert.equal(status, expected);
  assert.deepEqual(Object.keys(body).sort(), ['errorCode', 'httpStatus', 'message']);
  assert.equal(body['httpStatus'], expected);
  assert.match(String(body['message']), message);
};

describe('the token endpoint', () => {
  test('gives a token of 600 seconds, after which the API answers 403', async () => {
    const tenant = tenantOf(simulator);
    const answer = await readAnswer(await fetchToken(simulator, tenant));
    assert.equal(answer.status, 200);
    assert.equal(answer.body['token_type'], 'Bearer');
    assert.equal(answer.body['expires_in'], 600);
    const read = async () =>
      readAnswer(
        await fetch(`${simulator.liveramp.v2BaseUrl}/v2/destinations`, {
          headers: { authorization: `Bearer ${String(answer.body['access_token'])}`, 'lr-org-id': tenant.orgId },
        }),
      );
    assert.equal((await read()).status, 200);
    now += 599_999;
    assert.equal((await read()).status, 200);
    now += 1;
    isError(await read(), 403, /expired/);
  });

  test('allows four requests per second', async () => {
    const tenant = tenantOf(simulator);
    const ask = async () => (await fetchToken(simulator, tenant)).status;
    assert.deepEqual([await ask(), await ask(), await ask(), await ask(), await ask()], [200, 200, 200, 200, 429]);
    now += 999;
    assert.equal(await ask(), 429);
    now += 1;
    assert.equal(await ask(), 200);
  });

  for (const name of ['grant_type', 'scope', 'client_id', 'response_type', 'username', 'password']) {
    test(`refuses a form with another ${name}`, async () => {
      const tenant = tenantOf(simulator);
      for (const value of ['wrong', undefined]) {
        const { status, body } = await readAnswer(await fetchToken(simulator, tenant, { [name]: value }));
        assert.equal(status, 400);
        assert.match(String(body['error']), /^invalid_/);
      }
    });
  }

  test('refuses JSON', async () => {
    const response = await fetch(simulator.liveramp.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"password"}',
    });
    assert.equal(response.status, 400);
  });
});

describe('v2', () => {
  test('wants both headers, of one tenant', async () => {
    const [acme, birch] = [tenantOf(simulator), tenantOf(simulator, 'birch')];
    const authorization = `Bearer ${simulator.serviceAccounts.issue(acme)}`;
    const read = async (headers: Record<string, string>) =>
      readAnswer(await fetch(`${simulator.liveramp.v2BaseUrl}/v2/integration-connections`, { headers }));
    isError(await read({ 'lr-org-id': acme.orgId }), 401, /Authorization/);
    isError(await read({ authorization }), 422, /LR-Org-ID/);
    isError(await read({ authorization: 'Bearer nonsense', 'lr-org-id': acme.orgId }), 403, /token/);
    isError(await read({ authorization, 'lr-org-id': birch.orgId }), 403, /organization/);
    assert.equal((await read({ authorization, 'lr-org-id': acme.orgId })).status, 200);
  });

  test('pages through lists', async () => {
    const call = v2(simulator);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { body }: Answer = await call(
        'GET',
        `/integration-connections?limit=3${after === null ? '' : `&after=${after}`}`,
      );
      const list = body['v2/IntegrationConnections'] as { id: string }[];
      const pagination = body['_pagination'] as { after: string | null; total: number };
      assert.equal(pagination.total, 7);
      assert.ok(list.length <= 3);
      seen.push(...list.map(({ id }) => id));
      after = pagination.after;
    } while (after !== null);
    assert.equal(seen.length, 7);
    assert.equal(new Set(seen).size, 7);
    for (const limit of ['0', '101', '-1', '1.5', 'x', '']) {
      isError(await call('GET', `/integration-connections?limit=${limit}`), 422, /limit/);
    }
    isError(await call('GET', '/oauth-connections?after=nonsense'), 422, /after/);
    const full = await call('GET', '/integration-connections?limit=100');
    assert.equal((full.body['_pagination'] as { after: unknown }).after, null);
  });

  test('describes connections, integrations and destinations as published', async () => {
    const call = v2(simulator);
    const { body } = await call('GET', '/integration-connections/da_brightfjord_us');
    const { oAuthConnectionID, ...rest } = body;
    assert.match(String(oAuthConnectionID), /^oc_/);
    assert.match(String(rest['createdAt']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(rest, {
      id: 'da_brightfjord_us',
      integrationID: ['501', '5011'],
      properties: [{ propertyKey: 'advertiserId', propertyValue: 'advertiserId-da_brightfjord_us' }],
      deviceTypes: ['WEB', 'IOS', 'ANDROID'],
      createdAt: rest['createdAt'],
      updatedAt: rest['createdAt'],
      oauthStatus: 'Authorized',
    });
    const integration = await call('GET', '/destinations/501/integrations/5011');
    assert.equal(integration.body['oAuthEndpointID'], 'oauth_endpoint_brightfjord');
    const plain = await call('GET', '/destinations/504/integrations/5041');
    assert.ok(!('oAuthEndpointID' in plain.body));
    assert.equal((await call('GET', '/destinations/501')).body['name'], 'Brightfjord Ads');
    assert.equal(((await call('GET', '/destinations')).body['v2/Destinations'] as unknown[]).length, 4);
    assert.equal(((await call('GET', '/destinations/501/integrations')).body['integrations'] as unknown[]).length, 1);
  });

  test('answers 404 for what is absent or belongs to another tenant', async () => {
    const call = v2(simulator);
    const paths = [
      '/integration-connections/da_missing',
      '/integration-connections/db_quillo_main',
      '/destinations/999',
      '/destinations/501/integrations/5021',
      '/oauth-connections/none',
      '/oauth-connection-attempts/none',
      '/nothing',
    ];
    for (const path of paths) isError(await call('GET', path), 404, /not found/);
    isError(await call('PUT', '/integration-connections/db_quillo_main', {}), 404, /not found/);
    isError(await call('DELETE', '/integration-connections/db_quillo_main'), 404, /not found/);
  });

  test('creates, changes and deletes an integration connection, and says which field is wrong', async () => {
    const call = v2(simulator);
    const list = await call('GET', '/oauth-connections?oAuthEndpointID=oauth_endpoint_brightfjord');
    const [connection] = list.body['v2/OauthConnections'] as { id: string; oAuthEndpointID: string }[];
    assert.ok(connection);
    assert.equal(connection.oAuthEndpointID, 'oauth_endpoint_brightfjord');
    assert.equal((await call('GET', `/oauth-connections/${connection.id}`)).body['id'], connection.id);
    const other = (await call('GET', '/oauth-connections?oAuthEndpointID=oauth_endpoint_quillo')).body[
      'v2/OauthConnections'
    ] as { id: string }[];
    const foreign = (await v2(simulator, tenantOf(simulator, 'birch'))('GET', '/oauth-connections')).body[
      'v2/OauthConnections'
    ] as { id: string }[];

    const good = {
      integrationID: ['501', '5011'],
      oAuthConnectionID: connection.id,
      properties: [{ propertyKey: 'advertiserId', propertyValue: '1' }],
      deviceTypes: ['WEB'],
    };
    const bad: [object, RegExp][] = [
      [{ integrationID: ['501'] }, /integrationID/],
      [{ integrationID: ['501', '5021'] }, /integrationID/],
      [{ oAuthConnectionID: undefined }, /oAuthConnectionID is required/],
      [{ oAuthConnectionID: 'none' }, /oAuthConnectionID/],
      [{ oAuthConnectionID: other[0]?.id }, /oAuthConnectionID/],
      [{ oAuthConnectionID: foreign[0]?.id }, /oAuthConnectionID/],
      [{ properties: undefined }, /properties is required/],
      [{ properties: [] }, /advertiserId/],
      [{ properties: ['x'] }, /properties\[0\]/],
      [{ deviceTypes: ['FRIDGE'] }, /deviceTypes\[0\]/],
      [{ deviceTypes: undefined }, /deviceTypes is required/],
    ];
    for (const [change, message] of bad) {
      isError(await call('POST', '/integration-connections', { ...good, ...change }), 422, message);
    }
    isError(await call('POST', '/integration-connections'), 422, /JSON/);
    const made = await call('POST', '/integration-connections', good);
    assert.equal(made.status, 201);
    const path = `/integration-connections/${String(made.body['id'])}`;
    assert.equal((await call('GET', path)).body['oauthStatus'], 'Authorized');
    isError(
      await call('PUT', path, { properties: good.properties, deviceTypes: good.deviceTypes }),
      422,
      /oAuthConnectionID is required/,
    );
    assert.equal((await call('PUT', path, { ...good, deviceTypes: ['IOS'] })).status, 200);
    assert.deepEqual((await call('GET', path)).body['deviceTypes'], ['IOS']);
    assert.equal((await call('DELETE', path)).status, 200);
    assert.equal((await call('GET', path)).status, 404);
  });

  test('an attempt names what is wrong with it', async () => {
    const call = v2(simulator);
    const oAuthEndpointID = 'oauth_endpoint_quillo';
    const bad: [object, RegExp][] = [
      [{}, /oAuthEndpointID is required/],
      [{ oAuthEndpointID: 'none' }, /oAuthEndpointID/],
      [{ oAuthEndpointID, redirectUrl: 'javascript:alert(1)' }, /redirectUrl/],
      [{ oAuthEndpointID, redirectUrl: '/relative' }, /redirectUrl/],
      [{ oAuthEndpointID, state: 7 }, /state/],
      [{ oAuthEndpointID, oAuthConnectionID: 'none' }, /oAuthConnectionID/],
    ];
    for (const [body, message] of bad) isError(await call('POST', '/oauth-connection-attempts', body), 422, message);
  });

  test('an attempt is seen by its own tenant only', async () => {
    const platform = simulator.platforms[0];
    assert.ok(platform);
    const made = await v2(simulator)('POST', '/oauth-connection-attempts', { oAuthEndpointID: endpointId(platform) });
    const path = `/oauth-connection-attempts/${String(made.body['id'])}`;
    assert.equal((await v2(simulator)('GET', path)).status, 200);
    assert.equal((await v2(simulator, tenantOf(simulator, 'birch'))('GET', path)).status, 404);
  });

  test('shows every kind of status', async () => {
    const call = v2(simulator);
    const status = async (id: string) => (await call('GET', `/integration-connections/${id}`)).body['oauthStatus'];
    assert.equal(await status('da_brightfjord_us'), 'Authorized');
    assert.equal(await status('da_brightfjord_eu'), 'Unauthorized');
    assert.equal(await status('da_quillo_main'), 'Unauthorized');
    assert.equal(await status('da_harborlane_files'), 'NotApplicable');
    assert.equal(await status('da_tamarack_beta'), 'PendingReview');
  });
});

describe('v1.1', () => {
  test('wants the tenant’s API key', async () => {
    const read = async (headers: Record<string, string>) =>
      readAnswer(await fetch(`${simulator.liveramp.v1BaseUrl}/accounts`, { headers }));
    isError(await read({}), 401, /x-api-key/);
    isError(await read({ 'x-api-key': 'wrong' }), 403, /key/);
    const { body } = await read({ 'x-api-key': tenantOf(simulator, 'birch').apiKey });
    assert.equal((body['accounts'] as unknown[]).length, 4);
  });

  test('Account Detail in its wrapper, with every kind of status', async () => {
    const call = v11(simulator);
    const account = async (id: string) =>
      (await call('GET', `/accounts/${id}`)).body['account'] as Record<string, unknown>;
    assert.deepEqual(Object.keys(await account('da_brightfjord_us')).sort(), [
      'destination_id',
      'device_types',
      'id',
      'name',
      'oauth_status',
      'properties',
    ]);
    const statuses = [
      'da_brightfjord_us',
      'da_brightfjord_eu',
      'da_quillo_main',
      'da_harborlane_files',
      'da_tamarack_beta',
    ];
    assert.deepEqual(await Promise.all(statuses.map(async (id) => (await account(id))['oauth_status'])), [
      'oauth_authorized',
      'oauth_unauthorized',
      'oauth_unauthorized',
      'oauth_not_applicable',
      'oauth_pending_review',
    ]);
    isError(await call('GET', '/accounts/da_missing'), 404, /not found/);
    isError(await call('GET', '/accounts/db_quillo_main'), 404, /not found/);
  });

  test('Activate New Destination Account: a template, then an account, and errors that name the field', async () => {
    const call = v11(simulator);
    const template = (await call('GET', '/accounts/new?destination_id=501')).body['account'] as Record<string, unknown>;
    assert.equal(template['destination_id'], 501);
    assert.equal((template['properties'] as { name: string }[])[0]?.name, 'advertiserId');
    isError(await call('GET', '/accounts/new?destination_id=9'), 422, /destination_id/);
    isError(await call('POST', '/accounts', {}), 422, /account is required/);
    isError(await call('POST', '/accounts', { account: { destination_id: 501, name: 'x' } }), 422, /advertiserId/);
    const plain = { destination_id: 504, name: 'Files', properties: [{ name: 'bucket', value: 'b' }] };
    const made = await call('POST', '/accounts', { account: plain });
    assert.equal(made.status, 201);
    const account = made.body['account'] as Record<string, unknown>;
    assert.equal(account['oauth_status'], 'oauth_not_applicable');
    isError(
      await call('POST', `/accounts/${String(account['id'])}/oauth`, { redirect_url: 'http://localhost/' }),
      422,
      /no OAuth/,
    );
  });

  test('Perform OAuth Authorization wants an absolute redirect_url', async () => {
    const call = v11(simulator);
    isError(await call('POST', '/accounts/da_brightfjord_eu/oauth', {}), 422, /redirect_url is required/);
    isError(await call('POST', '/accounts/da_brightfjord_eu/oauth', { redirect_url: 'data:,x' }), 422, /redirect_url/);
    isError(await call('POST', '/accounts/da_missing/oauth', {}), 404, /not found/);
  });
});

test('seeded grants are real: as many as there are authorized and stale accounts, the stale ones revoked', async () => {
  const grants = await simulator.grants();
  assert.equal(grants.filter(({ active }) => active).length, 3);
  assert.equal(grants.filter(({ active }) => !active).length, 2);
});
