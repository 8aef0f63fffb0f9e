import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { endpointId, startSimulator, type Simulator } from '../../demo/simulator/index.ts';
import { v11, v2, type Api } from './api.ts';
import { Browser, decide, type Decision } from './browserless.ts';

const REDIRECT_URL = 'http://localhost:9/callback?kept=1';
const atPartner = (url: string): boolean => url.startsWith('http://localhost:9/');

let simulator: Simulator;
let now = Date.now();
let call: Api;

before(async () => {
  simulator = await startSimulator({ clock: () => now, scenario: { processingMs: 1000 } });
});
after(() => simulator.close());
beforeEach(async () => {
  await simulator.reset();
  call = v2(simulator);
});

const platformOf = (index: number) => {
  const platform = simulator.platforms[index];
  assert.ok(platform);
  return platform;
};

async function begin(platform: number, oAuthConnectionID?: unknown): Promise<{ id: string; authorizationUrl: string }> {
  const oAuthEndpointID = endpointId(platformOf(platform));
  const made = await call('POST', '/oauth-connection-attempts', {
    oAuthEndpointID,
    redirectUrl: REDIRECT_URL,
    state: 's&1',
    oAuthConnectionID,
  });
  assert.equal(made.status, 201);
  assert.deepEqual(Object.keys(made.body), ['id']);
  const read = await call('GET', `/oauth-connection-attempts/${String(made.body['id'])}`);
  assert.equal(read.body['status'], 'PENDING');
  assert.equal(read.body['state'], 's&1');
  return { id: String(made.body['id']), authorizationUrl: String(read.body['authorizationUrl']) };
}

async function dance(url: string, choice: { user?: string; decision?: Decision } = {}): Promise<URLSearchParams> {
  const page = await decide(new Browser(), url, choice, { stopAt: atPartner });
  assert.ok(atPartner(page.url), page.url);
  return new URL(page.url).searchParams;
}

const attempt = async (id: string) => (await call('GET', `/oauth-connection-attempts/${id}`)).body;
const account = async (id: string) => (await call('GET', `/integration-connections/${id}`)).body;

/** Links the connection as a client of v2 must after a first authorization. */
async function link(id: string, oAuthConnectionID: unknown): Promise<void> {
  const { properties, deviceTypes } = await account(id);
  const answer = await call('PUT', `/integration-connections/${id}`, { properties, deviceTypes, oAuthConnectionID });
  assert.equal(answer.status, 200);
}

describe('v2', () => {
  test('consent: PENDING, PROCESSING, AUTHORIZED, then linked', async () => {
    const { id, authorizationUrl } = await begin(0);
    assert.equal(new URL(authorizationUrl).host, platformOf(0).host);
    const parameters = new URL(authorizationUrl).searchParams;
    assert.equal(parameters.get('code_challenge_method'), 'S256');
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((parameters.get(name)?.length ?? 0) >= 43, name);

    const query = await dance(authorizationUrl);
    assert.deepEqual(Object.fromEntries(query), { kept: '1', status: 'ok', state: 's&1' });
    assert.equal((await attempt(id))['status'], 'PROCESSING');
    assert.equal((await attempt(id))['oAuthConnectionID'], undefined);
    now += 1000;
    const done = await attempt(id);
    assert.equal(done['status'], 'AUTHORIZED');
    assert.equal((await account('da_brightfjord_eu'))['oauthStatus'], 'Unauthorized');
    await link('da_brightfjord_eu', done['oAuthConnectionID']);
    assert.equal((await account('da_brightfjord_eu'))['oauthStatus'], 'Authorized');
  });

  for (const decision of ['deny', 'cancel'] as const) {
    test(`${decision}: unprocessable_entity, FAILED`, async () => {
      const { id, authorizationUrl } = await begin(1);
      assert.equal((await dance(authorizationUrl, { decision })).get('status'), 'unprocessable_entity');
      now += 1000;
      const done = await attempt(id);
      assert.equal(done['status'], 'FAILED');
      assert.match(String(done['statusDetail']), /access_denied/);
      assert.equal(done['oAuthConnectionID'], undefined);
    });
  }

  test('no permission at the platform: ok, AUTHORIZED, and yet the account is unauthorized', async () => {
    const { id, authorizationUrl } = await begin(2);
    assert.equal((await dance(authorizationUrl, { user: 'Vic Viewer' })).get('status'), 'ok');
    now += 1000;
    const done = await attempt(id);
    assert.equal(done['status'], 'AUTHORIZED');
    await link('da_tamarack_long', done['oAuthConnectionID']);
    assert.equal((await account('da_tamarack_long'))['oauthStatus'], 'Unauthorized');
  });

  test('revoked at the platform: the tokens are dead, the connection id stays, and authorizing again revives it', async () => {
    const before = await account('da_brightfjord_us');
    assert.equal(before['oauthStatus'], 'Authorized');
    assert.equal(await simulator.revoke('da_brightfjord_us'), true);
    assert.equal(await simulator.revoke('da_brightfjord_us'), false);
    const stale = await account('da_brightfjord_us');
    assert.equal(stale['oauthStatus'], 'Unauthorized');
    assert.equal(stale['oAuthConnectionID'], before['oAuthConnectionID']);
    assert.equal((await account('da_quillo_shop'))['oauthStatus'], 'Authorized');

    const connection = simulator.model.connections.get(String(stale['oAuthConnectionID']));
    assert.ok(connection);
    const { issuer, client } = platformOf(0);
    const refreshed = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: connection.tokens.refreshToken }),
    });
    assert.equal(refreshed.status, 400);
    const me = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${connection.tokens.accessToken}` } });
    assert.equal(me.status, 401);

    const { authorizationUrl } = await begin(0, stale['oAuthConnectionID']);
    assert.equal((await dance(authorizationUrl)).get('status'), 'ok');
    now += 1000;
    assert.equal((await account('da_brightfjord_us'))['oauthStatus'], 'Authorized');
  });

  test('the platform gives out no tokens: internal_server_error', async () => {
    const { id, authorizationUrl } = await begin(0);
    simulator.scenario.platformTokens = 'broken';
    assert.equal((await dance(authorizationUrl)).get('status'), 'internal_server_error');
    now += 1000;
    assert.equal((await attempt(id))['status'], 'FAILED');
  });

  test('LiveRamp down: 503 at the API, service_unavailable in the redirect', async () => {
    const { id, authorizationUrl } = await begin(0);
    simulator.scenario.liveramp = '503';
    assert.equal((await call('GET', '/integration-connections')).body['httpStatus'], 503);
    assert.equal((await dance(authorizationUrl)).get('status'), 'service_unavailable');
    simulator.scenario.liveramp = 'up';
    now += 1000;
    assert.equal((await attempt(id))['status'], 'FAILED');
  });

  test('the callback counts once', async () => {
    const { authorizationUrl } = await begin(0);
    const browser = new Browser();
    const atLiveRamp = (url: string): boolean => url.startsWith(simulator.liveramp.origin);
    const { url: callback } = await decide(browser, authorizationUrl, {}, { stopAt: atLiveRamp });
    assert.equal((await fetch(callback, { method: 'HEAD', redirect: 'manual' })).status, 405);
    assert.ok(atPartner((await browser.open(callback, {}, { stopAt: atPartner })).url));
    assert.equal((await browser.open(callback, {}, { stopAt: atPartner })).status, 400);
    assert.equal((await browser.open(`${simulator.liveramp.origin}/oauth/callback?state=x&code=y`)).status, 400);
  });

  test('an abandoned attempt fails after an hour', async () => {
    const { id } = await begin(0);
    now += 3_600_000;
    call = v2(simulator);
    assert.equal((await attempt(id))['status'], 'FAILED');
  });

  test('one browser, two windows at one platform, two users, and a change of mind', async () => {
    const [first, second] = [await begin(0), await begin(0)];
    const browser = new Browser();
    const one = await browser.open(first.authorizationUrl);
    const two = await browser.open(second.authorizationUrl);
    assert.notEqual(one.url, two.url);
    await browser.press('Sign in as Vic Viewer');
    const changed = await browser.press('Back: sign in as someone else');
    assert.match(changed.text, /Sign in as Ada Admin/);
    await browser.press('Sign in as Vic Viewer');
    assert.equal(new URL((await browser.press('Allow', { stopAt: atPartner })).url).searchParams.get('status'), 'ok');
    await browser.open(one.url);
    await browser.press('Sign in as Ada Admin');
    assert.equal(new URL((await browser.press('Allow', { stopAt: atPartner })).url).searchParams.get('status'), 'ok');
    now += 1000;
    const grants = await simulator.grants();
    const permitted = async (id: string) => {
      const { oAuthConnectionID } = await attempt(id);
      return grants.find(({ connectionId }) => connectionId === oAuthConnectionID)?.permitted;
    };
    assert.equal(await permitted(first.id), true);
    assert.equal(await permitted(second.id), false);
  });
});

describe('v1.1', () => {
  test('an account is activated, then authorized', async () => {
    const api = v11(simulator);
    const made = await api('POST', '/accounts', {
      account: {
        destination_id: 502,
        name: 'New',
        device_types: ['web'],
        properties: [{ name: 'advertiserId', value: '7' }],
      },
    });
    const created = made.body['account'] as { id: string; oauth_status: string };
    assert.equal(created.oauth_status, 'oauth_unauthorized');
    const begun = await api('POST', `/accounts/${created.id}/oauth`, { redirect_url: REDIRECT_URL, state: 'x' });
    const query = await dance(String(begun.body['authorization_url']));
    assert.deepEqual(Object.fromEntries(query), { kept: '1', status: 'ok', state: 'x' });
    const status = async () =>
      ((await api('GET', `/accounts/${created.id}`)).body['account'] as { oauth_status: string }).oauth_status;
    assert.equal(await status(), 'oauth_unauthorized');
    now += 1000;
    assert.equal(await status(), 'oauth_authorized');
    // The same world through v2.
    assert.equal((await account(created.id))['oauthStatus'], 'Authorized');
    await simulator.revoke(created.id);
    assert.equal(await status(), 'oauth_unauthorized');
  });

  test('no state in, no state out', async () => {
    const begun = await v11(simulator)('POST', '/accounts/da_quillo_main/oauth', { redirect_url: REDIRECT_URL });
    assert.deepEqual(Object.fromEntries(await dance(String(begun.body['authorization_url']))), {
      kept: '1',
      status: 'ok',
    });
  });
});

describe('the pages of a platform', () => {
  test('carry the COOP header of the scenario, and no other header or resource that would get in the way', async () => {
    for (const coop of ['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'] as const) {
      const { authorizationUrl } = await begin(0);
      simulator.scenario.coop = coop;
      const redirect = await fetch(authorizationUrl, { redirect: 'manual' });
      assert.equal(redirect.headers.get('cross-origin-opener-policy'), coop);
      const login = await new Browser().open(authorizationUrl);
      assert.equal(login.headers.get('cross-origin-opener-policy'), coop);
      assert.doesNotMatch(login.text, /https?:\/\/|@import|<script/);
    }
    simulator.scenario.coop = 'none';
    const login = await new Browser().open((await begin(0)).authorizationUrl);
    assert.equal(login.headers.get('cross-origin-opener-policy'), null);
  });

  test('an expired page says so', async () => {
    const page = await new Browser().open(`${platformOf(0).issuer}/interaction/nothing`);
    assert.equal(page.status, 400);
    assert.match(page.text, /expired/);
  });

  test('slow is slow', async () => {
    const { authorizationUrl } = await begin(0);
    Object.assign(simulator.scenario, { slow: true, slowMs: 150 });
    const start = performance.now();
    await new Browser().open(authorizationUrl);
    assert.ok(performance.now() - start > 145);
  });
});
