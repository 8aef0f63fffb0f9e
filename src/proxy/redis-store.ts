import type { FlowStore } from './store.ts';

/** The three commands used of a connected node-redis client (the `redis` package, version 5 or newer). */
export interface RedisClient {
  set(
    key: string,
    value: string,
    options: { condition?: 'NX'; expiration: { type: 'PX'; value: number } },
  ): Promise<unknown>;
  get(key: string): Promise<unknown>;
  getDel(key: string): Promise<unknown>;
}

export interface RedisStoreOptions {
  /** Put before every key. Default `destination-oauth:`. */
  prefix?: string;
}

const text = (reply: unknown): string | undefined => (typeof reply === 'string' ? reply : undefined);

/**
 * A store that many instances share. `client` is a connected node-redis client. Redis 6.2 or newer (`GETDEL`).
 * Each operation is one command, so it is one round trip and atomic.
 */
export function redisStore(client: RedisClient, { prefix = 'destination-oauth:' }: RedisStoreOptions = {}): FlowStore {
  for (const command of ['set', 'get', 'getDel'] as const) {
    if (typeof (client as Partial<RedisClient> | undefined)?.[command] === 'function') continue;
    throw new TypeError(`redisStore: client has no ${command}(): give a connected client of the "redis" package`);
  }
  const expiration = (ttlMs: number) => ({ type: 'PX' as const, value: Math.max(1, Math.ceil(ttlMs)) });
  return {
    async add(key, value, ttlMs) {
      return (await client.set(prefix + key, value, { condition: 'NX', expiration: expiration(ttlMs) })) !== null;
    },
    async get(key) {
      return text(await client.get(prefix + key));
    },
    async set(key, value, ttlMs) {
      await client.set(prefix + key, value, { expiration: expiration(ttlMs) });
    },
    async take(key) {
      return text(await client.getDel(prefix + key));
    },
  };
}
