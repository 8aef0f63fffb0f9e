import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { VERSIONS } from '../../demo/partner.ts';
import { startDemo, type Demo } from '../../demo/server.ts';
import { PartnerPage } from './partner-page.ts';

let demo: Demo;
let page: PartnerPage;

before(async () => {
  demo = await startDemo({
    port: 0,
    staticDir: 'demo',
    simulator: { scenario: { processingMs: 200 } },
    proxy: { limits: { beginsPerUser: 1000, beginsPerAccount: 1000 }, timeouts: { backoffMs: 10 } },
  });
});
after(() => demo.close());
beforeEach(async () => {
  await demo.partner.reset();
  page = await PartnerPage.open(demo);
});

for (const version of VERSIONS) {
  describe(`through the proxy, ${version}`, () => {
    beforeEach(() => page.control('PATCH', 'state', { version }));
    const isV2 = version === 'v2';

    test('statuses of all accounts, in one batch', async () => {
      const ids = [
        'da_brightfjord_eu',
        'da_brightfjord_us',
        'da_quillo_main',
        'da_tamarack_beta',
        'da_harborlane_files',
        'da_missing',
        'db_quillo_main',
      ];
      const response = await page.proxy(`/accounts?${ids.map((id) => `id=${id}`).join('&')}`);
      const { accounts } = (await response.json()) as { accounts: Record<string, unknown>[] };
      assert.deepEqual(
        accounts.map((item) => item['oauth_status'] ?? (item['error'] as { code: string }).code),
        [
          'unauthorized',
          'authorized',
          'unauthorized',
          'unknown',
          'not_applicable',
          'account_not_found',
          'account_not_found',
        ],
      );
      assert.deepEqual(
        accounts.map((item) => item['account_id']),
        ids,
      );
      assert.equal(accounts[2]?.['reauthorization'], isV2);
      assert.equal(accounts[4]?.['authorize_url'], null);
    });

    test('first authorization', async () => {
      const { flow, page: done } = await page.popup('da_brightfjord_eu');
      assert.equal(done.url, `${demo.proxyUrl}/done`);
      assert.equal(done.status, 200);
      assert.equal((await page.flow(flow)).hint, 'ok');
      assert.equal((await page.until(flow, 'completed')).account?.oauth_status, 'authorized');
      assert.equal((await page.account('da_brightfjord_eu')).oauth_status, 'authorized');
    });

    test('PROCESSING shows as processing', async () => {
      demo.simulator.scenario.processingMs = 60_000;
      const { flow } = await page.popup('da_brightfjord_eu');
      assert.equal((await page.flow(flow)).state, 'processing');
      assert.equal((await page.account('da_brightfjord_eu')).oauth_status, 'unauthorized');
    });

    for (const decision of ['deny', 'cancel'] as const) {
      test(decision, async () => {
        const { flow } = await page.popup('da_brightfjord_eu', { decision });
        const report = await page.until(flow, 'failed');
        assert.equal(report.hint, 'unprocessable_entity');
        assert.equal((await page.account('da_brightfjord_eu')).oauth_status, 'unauthorized');
      });
    }

    test('no permission at the platform: ok, and never authorized', async () => {
      const { flow } = await page.popup('da_brightfjord_eu', { user: 'Vic Viewer' });
      const report = await page.until(flow, isV2 ? 'completed' : 'processing');
      assert.equal(report.hint, 'ok');
      assert.equal((await page.account('da_brightfjord_eu')).oauth_status, 'unauthorized');
    });

    test('revoked at the platform, then authorized again with the same connection', async () => {
      const id = 'da_quillo_shop';
      assert.equal((await page.account(id)).oauth_status, 'authorized');
      const connectionId = demo.simulator.model.accounts.get(id)?.connectionId;
      await page.control('POST', `accounts/${id}/revoke`);
      const stale = await page.account(id);
      assert.equal(stale.oauth_status, 'unauthorized');
      assert.equal(stale.reauthorization, isV2);
      const { flow } = await page.popup(id);
      assert.equal((await page.until(flow, 'completed')).account?.oauth_status, 'authorized');
      assert.equal(demo.simulator.model.accounts.get(id)?.connectionId, connectionId);
    });

    test('a new account', async () => {
      const made = await page.control('POST', 'accounts', { platform: 'tamarack' });
      const id = String(made['account_id']);
      assert.equal(made['oauth_status'], isV2 ? undefined : 'oauth_unauthorized');
      assert.equal((await page.account(id)).oauth_status, 'unauthorized');
      const before = demo.simulator.model.accounts.size;
      const { flow } = await page.popup(id);
      await page.until(flow, 'completed');
      assert.equal((await page.account(id)).oauth_status, 'authorized');
      assert.equal(demo.simulator.model.accounts.size - before, isV2 ? 1 : 0);
      // The other version sees the same world.
      await page.control('PATCH', 'state', { version: isV2 ? 'v1.1' : 'v2' });
      assert.equal((await page.account(id)).oauth_status, 'authorized');
    });

    test('the version is switched in mid-flow', async () => {
      const { flow } = await page.popup('da_brightfjord_eu');
      await page.control('PATCH', 'state', { version: isV2 ? 'v1.1' : 'v2' });
      // Judged by the account's status there: v2's connection is linked by who follows the attempt, v1.1's by LiveRamp.
      await page.until(flow, isV2 ? 'processing' : 'completed');
      await page.control('PATCH', 'state', { version });
      await page.until(flow, 'completed');
    });

    test('LiveRamp down', async () => {
      await page.control('PATCH', 'state', { scenario: { liveramp: '503' } });
      const response = await page.proxy('/accounts/da_quillo_shop');
      assert.equal(response.status, 503);
      const activation = await page.fetch('/demo/accounts', { method: 'POST', body: '{"platform":"quillo"}' });
      // v2 creates nothing at LiveRamp until it is authorized.
      assert.equal(activation.status, isV2 ? 201 : 502);
      await page.control('PATCH', 'state', { scenario: { liveramp: 'up' } });
      assert.equal((await page.account('da_quillo_shop')).oauth_status, 'authorized');
    });
  });
}

test('v2 without oauthStatus, as in the published schema: derived from the connection', async () => {
  demo.simulator.scenario.oauthStatus = 'omitted';
  const status = async (id: string) => (await page.account(id)).oauth_status;
  assert.equal(await status('da_brightfjord_us'), 'authorized');
  assert.equal(await status('da_brightfjord_eu'), 'unauthorized');
  assert.equal(await status('da_harborlane_files'), 'not_applicable');
});

test('another company sees and begins nothing of this one', async () => {
  const other = await PartnerPage.open(demo, 'robin');
  assert.equal((await other.proxy('/accounts/da_quillo_shop')).status, 404);
  assert.equal((await other.account('db_brightfjord_main')).oauth_status, 'authorized');
  const { url, flow } = await page.beginUrl('da_brightfjord_eu');
  assert.equal((await other.browser.open(url)).status, 403);
  assert.equal((await other.proxy(`/flows/${flow}`)).status, 404);
  const state = await other.control('GET', 'state');
  assert.doesNotMatch(JSON.stringify(state['accounts']), /"da_/);
  assert.equal((await other.fetch('/demo/accounts/da_quillo_shop/revoke', { method: 'POST' })).status, 404);
});

test('the control API: bad input is told what is wrong, other origins are refused', async () => {
  const bad: [unknown, RegExp][] = [
    [{ version: 'v3' }, /version must be one of v2, v1\.1/],
    [{ scenario: { coop: 'x' } }, /scenario\.coop must be one of/],
    [{ scenario: { slow: 'yes' } }, /scenario\.slow/],
    [{ scenario: { speed: 1 } }, /"speed"/],
    [[], /JSON object/],
  ];
  for (const [body, detail] of bad) {
    const response = await page.fetch('/demo/state', { method: 'PATCH', body: JSON.stringify(body) });
    assert.equal(response.status, 400);
    assert.match(((await response.json()) as { detail: string }).detail, detail);
  }
  assert.equal((await page.fetch('/demo/accounts', { method: 'POST', body: '{"platform":"nowhere"}' })).status, 400);
  assert.equal((await page.fetch('/demo/accounts/da_missing/revoke', { method: 'POST' })).status, 404);
  assert.equal((await page.fetch('/demo/login?user=nobody')).status, 404);
  const foreign = await fetch(`${demo.url}/demo/reset`, { method: 'POST', headers: { origin: 'http://127.0.0.1:9' } });
  assert.equal(foreign.status, 403);
});

test('the page is served and signs its visitor in; a second demo stands beside the first', async () => {
  const second = await startDemo({ port: 0, simulator: {} });
  try {
    const response = await fetch(`${second.url}/`, { headers: { accept: 'text/html' } });
    assert.equal(response.status, 200);
    assert.match(response.headers.getSetCookie().join(), /HttpOnly; SameSite=Lax/);
    assert.match(await response.text(), /<html/);
    const source = await fetch(`${second.url}/src/index.ts`);
    assert.match(await source.text(), /DestinationOAuth/);
    await assert.rejects(startDemo({ port: Number(new URL(second.url).port) }), { name: 'PortTakenError' });
  } finally {
    await second.close();
  }
});
