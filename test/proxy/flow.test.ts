import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, Browser, ORIGIN, startProxy } from './helpers.ts';

test('a first authorization, from the status to the linked connection', async () => {
  const { handler, liveramp, events } = startProxy();
  liveramp.connections.set('da_1', {
    integrationID: ['7', '71'],
    properties: [{ propertyKey: 'seat', propertyValue: '1' }],
    deviceTypes: ['WEB', 'IOS'],
  });
  const browser = new Browser(handler);
  const before = await browser.account('da_1');
  assert.equal(before.oauth_status, 'unauthorized');
  assert.equal(before.reauthorization, false);
  assert.equal(before.destination_name, 'LinkedIn');
  assert.equal(before.name, 'LinkedIn Matched Audiences');

  liveramp.forget();
  const { flow, response } = await browser.begin('da_1');
  assert.equal(response.status, 302, await response.clone().text());
  assert.equal(response.headers.get('location'), liveramp.authorizationUrl);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(response.headers.get('cross-origin-opener-policy'), null);
  const [cookie] = response.headers.getSetCookie();
  assert.match(cookie ?? '', /^__Host-destination-oauth-[\w-]{16}=/);
  for (const attribute of ['Max-Age=900', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'])
    assert.ok(cookie?.includes(attribute));
  // The status read before the click, then the attempt and its authorization URL.
  assert.deepEqual(
    liveramp.calls.map((call) => call.replace(/attempts\/.+/, 'attempts/…')),
    [
      'GET /v2/integration-connections/da_1',
      'POST /v2/oauth-connection-attempts',
      'GET /v2/oauth-connection-attempts/…',
    ],
  );
  assert.deepEqual(Object.keys(liveramp.lastAttempt.body).sort(), ['oAuthEndpointID', 'redirectUrl', 'state']);
  assert.equal(liveramp.lastAttempt.body.redirectUrl, `${BASE}/callback`);

  assert.deepEqual(await browser.flow(flow), { flow, account_id: 'da_1', state: 'pending' });

  const back = await browser.comeBack(liveramp);
  assert.equal(back.status, 303);
  assert.equal(back.headers.get('location'), `${BASE}/done`);
  const page = await (await browser.send('/done')).text();
  assert.ok(page.includes(flow));
  assert.ok(page.includes(JSON.stringify([ORIGIN])));

  liveramp.lastAttempt.status = 'PROCESSING';
  const processing = await browser.flow(flow);
  assert.equal(processing.state, 'processing');
  assert.equal(processing.hint, 'ok');

  liveramp.lastAttempt.status = 'AUTHORIZED';
  liveramp.lastAttempt.oAuthConnectionID = 'oc_new';
  liveramp.forget();
  const reports = await Promise.all([browser.flow(flow), browser.flow(flow), browser.flow(flow)]);
  for (const report of reports) {
    assert.equal(report.state, 'completed');
    assert.equal(report.account?.oauth_status, 'authorized');
  }
  assert.equal(liveramp.calls.filter((call) => call.startsWith('PUT')).length, 1);
  const put = liveramp.requests.find((request) => request.method === 'PUT');
  assert.deepEqual(JSON.parse(put?.body ?? ''), {
    oAuthConnectionID: 'oc_new',
    properties: [{ propertyKey: 'seat', propertyValue: '1' }],
    deviceTypes: ['WEB', 'IOS'],
  });
  assert.equal((await browser.account('da_1')).oauth_status, 'authorized');
  assert.equal((await browser.flow(flow)).state, 'completed');
  assert.deepEqual(
    events.filter((event) => event.type !== 'request').map((event) => event.type),
    ['flow.begun', 'flow.returned', 'flow.completed'],
  );
});
