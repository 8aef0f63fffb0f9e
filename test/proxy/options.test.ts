import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProxy, liverampV11, liverampV2, ProxyConfigError, type ProxyOptions } from '../../src/proxy/index.ts';
import { BASE, ORIGIN, SECRET } from './helpers.ts';

const good: ProxyOptions = {
  publicUrl: BASE,
  upstream: liverampV11({ credentials: () => ({ apiKey: 'k' }) }),
  authenticate: () => null,
  canAccess: () => true,
  embedOrigins: [ORIGIN],
  authorizationHosts: ['www.linkedin.com'],
  secret: SECRET,
};

test('options that cannot work are refused at construction, by name', () => {
  createProxy(good);
  const cases: [string, Record<string, unknown>][] = [
    ['publicUrl', { publicUrl: '/api' }],
    ['publicUrl', { publicUrl: undefined }],
    ['publicUrl', { publicUrl: 'ftp://partner.example/' }],
    ['publicUrl', { publicUrl: `${BASE}?x=1` }],
    ['publicUrl', { publicUrl: `${BASE}?` }],
    ['publicUrl', { publicUrl: `${BASE}#` }],
    ['publicUrl', { publicUrl: 'https://user:pass@partner.example/' }],
    ['redirectUrl', { redirectUrl: '/back' }],
    ['redirectUrl', { redirectUrl: 'javascript:alert(1)' }],
    ['embedOrigins', { embedOrigins: [] }],
    ['embedOrigins', { embedOrigins: undefined }],
    ['embedOrigins', { embedOrigins: ORIGIN }],
    ['embedOrigins', { embedOrigins: ['*'] }],
    ['embedOrigins', { embedOrigins: ['null'] }],
    ['embedOrigins', { embedOrigins: [`${ORIGIN}/`] }],
    ['embedOrigins', { embedOrigins: ['https://*.partner.example'] }],
    ['embedOrigins', { embedOrigins: ['https://app.partner.example:443'] }],
    ['authorizationHosts', { authorizationHosts: [] }],
    ['authorizationHosts', { authorizationHosts: ['*'] }],
    ['authorizationHosts', { authorizationHosts: ['*.com'] }],
    ['authorizationHosts', { authorizationHosts: ['https://www.linkedin.com'] }],
    ['authorizationHosts', { authorizationHosts: ['www.linkedin.com/path'] }],
    ['authorizationHosts', { authorizationHosts: ['user@www.linkedin.com'] }],
    ['authorizationHosts', { authorizationHosts: ['www.*.com'] }],
    ['authorizationHosts', { authorizationHosts: [''] }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: new Uint8Array(31) }],
    ['secret', { secret: [] }],
    ['secret', { secret: [SECRET, 'short'] }],
    ['secret', { secret: undefined }],
    ['upstream', { upstream: {} }],
    ['upstream', { upstream: undefined }],
    ['authenticate', { authenticate: undefined }],
    ['canAccess', { canAccess: true }],
    ['limits.beginsPerUser', { limits: { beginsPerUser: 0 } }],
    ['limits.readsPerUser', { limits: { readsPerUser: 'many' } }],
    ['timeouts.callMs', { timeouts: { callMs: NaN } }],
    ['limits', { limits: null }],
    ['timeouts', { timeouts: 5 }],
    ['store', { store: {} }],
    ['store', { store: null }],
    ['onEvent', { onEvent: 'log' }],
    ['fetch', { fetch: null }],
    ['clock', { clock: 5 }],
  ];
  for (const [option, change] of cases) {
    assert.throws(
      () => createProxy({ ...good, ...change }),
      (error) =>
        error instanceof ProxyConfigError &&
        error.option.startsWith(option) &&
        error.message.startsWith(`createProxy: ${option}`) &&
        !error.message.includes(SECRET),
      `${option} ${JSON.stringify(change)}`,
    );
  }
  const nothing = undefined as unknown as ProxyOptions;
  assert.throws(() => createProxy(nothing), /^ProxyConfigError: createProxy: options must be an object/);
});

test('what works', () => {
  for (const change of [
    { publicUrl: `${BASE}/` },
    { publicUrl: 'http://localhost:5173' },
    { secret: new Uint8Array(32) },
    { secret: [SECRET, new Uint8Array(32)] },
    { authorizationHosts: ['*.example.com', '127.0.0.1:4000', 'localhost', '[::1]:80', 'a.example:443'] },
    { embedOrigins: ['http://localhost:3000'] },
  ]) {
    createProxy({ ...good, ...change });
  }
});

test('the options of the upstreams are refused by name too', () => {
  const credentials = (): { apiKey: string; accountId: string; secretKey: string; orgId: string } => ({
    apiKey: 'k',
    accountId: 'a',
    secretKey: 's',
    orgId: 'o',
  });
  assert.throws(() => liverampV2({} as Parameters<typeof liverampV2>[0]), /liverampV2: credentials/);
  assert.throws(() => liverampV2({ credentials, baseUrl: 'http://api.example' }), /liverampV2: baseUrl/);
  assert.throws(() => liverampV2({ credentials, tokenUrl: 'token' }), /liverampV2: tokenUrl/);
  assert.throws(() => liverampV11({} as Parameters<typeof liverampV11>[0]), /liverampV11: credentials/);
  assert.throws(() => liverampV11({ credentials, baseUrl: 'file:///etc' }), /liverampV11: baseUrl/);
  assert.throws(() => liverampV11({ credentials, paths: { account: '/accounts' } }), /liverampV11: paths.account/);
  const unset = { authorize: undefined } as unknown as { authorize: string };
  assert.throws(() => liverampV11({ credentials, paths: unset }), /liverampV11: paths.authorize/);
  assert.throws(() => liverampV11(undefined as unknown as Parameters<typeof liverampV11>[0]), /liverampV11: credent/);
  assert.throws(() => liverampV11({ credentials, statuses: { x: 'yes' as 'unknown' } }), /liverampV11: statuses/);
  liverampV2({ credentials, baseUrl: 'http://127.0.0.1:4000/activation/', tokenUrl: 'http://localhost:4000/token' });
});
