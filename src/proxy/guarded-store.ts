import { ProblemError } from './problems.ts';
import type { FlowStore } from './store.ts';

/** A Redis client that has lost its server keeps commands waiting for the next connection. */
const WAIT_MS = 3_000;

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), WAIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    // The cause is not kept: a client's error may quote the command.
    throw new ProblemError('store_unavailable');
  } finally {
    clearTimeout(timer);
  }
}

/** A store whose every failure is `store_unavailable`, soon. */
export const guardedStore = (store: FlowStore): FlowStore => ({
  add: (key, value, ttlMs) => within((async () => store.add(key, value, ttlMs))()),
  get: (key) => within((async () => store.get(key))()),
  set: (key, value, ttlMs) => within((async () => store.set(key, value, ttlMs))()),
  take: (key) => within((async () => store.take(key))()),
});

/** The same store under other keys. */
export const prefixedStore = (store: FlowStore, prefix: string): FlowStore => ({
  add: (key, value, ttlMs) => store.add(prefix + key, value, ttlMs),
  get: (key) => store.get(prefix + key),
  set: (key, value, ttlMs) => store.set(prefix + key, value, ttlMs),
  take: (key) => store.take(prefix + key),
});
