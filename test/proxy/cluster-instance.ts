/** One proxy process of several that share a Redis; tells its parent the port that it listens on. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createClient } from 'redis';
import { createProxy, liverampV2, redisStore } from '../../src/proxy/index.ts';
import { BASE, ORIGIN, SECRET } from './helpers.ts';

const { REDIS_URL = '', LIVERAMP_URL = '' } = process.env;

// Without a queue a command fails at once while the server cannot be reached; the client connects again by itself.
const client = createClient({ url: REDIS_URL, disableOfflineQueue: true });
client.on('error', () => undefined);
await client.connect();

const proxy = createProxy({
  publicUrl: BASE,
  upstream: liverampV2({
    credentials: (tenant) => ({ accountId: `account-${tenant}`, secretKey: 'key', orgId: 'org' }),
    baseUrl: `${LIVERAMP_URL}/activation`,
    tokenUrl: `${LIVERAMP_URL}/token`,
  }),
  authenticate: (request) => {
    const [user, tenant] = (request.headers.get('x-test-session') ?? '').split('@');
    return user && tenant ? { user, tenant } : null;
  },
  canAccess: () => true,
  embedOrigins: [ORIGIN],
  authorizationHosts: ['www.linkedin.com'],
  secret: SECRET,
  store: redisStore(client),
  timeouts: { backoffMs: 20 },
});

const server = createServer(getRequestListener(proxy, { overrideGlobalObjects: false }));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit());
