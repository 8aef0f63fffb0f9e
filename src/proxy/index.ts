/**
 * The proxy: a Web-standard handler that holds LiveRamp's credentials, reads accounts, begins authorizations and knows
 * each flow. Runs wherever `Request`, `Response`, `fetch` and `crypto.subtle` do.
 */
export { createProxy } from './proxy.ts';
export { ProxyConfigError, type Limits, type ProxyOptions, type Secret } from './options.ts';
export type { ProxyEvent } from './events.ts';
export { memoryStore, type FlowStore, type MemoryStoreOptions } from './store.ts';
export { redisStore, type RedisClient, type RedisStoreOptions } from './redis-store.ts';
export {
  liverampV2,
  type LiverampV2Account,
  type LiverampV2Credentials,
  type LiverampV2Options,
} from './liveramp-v2.ts';
export { liverampV11, liverampV11Defaults, type LiverampV11Options } from './liveramp-v1.1.ts';
export type {
  Attempt,
  AttemptState,
  Session,
  Upstream,
  UpstreamAccount,
  UpstreamContext,
  UpstreamTimeouts,
} from './upstream.ts';
export { UpstreamError, type UpstreamErrorCode } from './problems.ts';
