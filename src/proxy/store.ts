/**
 * Where flows live. Four operations on strings, each one round trip; `add` and `take` are atomic among all instances
 * of the proxy. A `ttlMs` is housekeeping: whether a flow has expired is read from its record, by the proxy's clock.
 */
export interface FlowStore {
  /** Writes the value unless the key exists; tells whether it was written. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Reads and removes: of any number of concurrent callers exactly one gets the value. */
  take(key: string): Promise<string | undefined>;
}

export interface MemoryStoreOptions {
  /** Entries kept at most; the oldest go first. A flow takes three to five. Default 200 000. */
  maxEntries?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  clock?: () => number;
}

/** A store for one process: flows are lost when it ends, and other instances do not see them. */
export function memoryStore({ maxEntries = 200_000, clock = Date.now }: MemoryStoreOptions = {}): FlowStore {
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw new TypeError('memoryStore: maxEntries must be a positive integer');
  }
  const entries = new Map<string, { value: string; expires: number }>();
  let writes = 0;

  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.expires > clock()) return entry.value;
    entries.delete(key);
    return undefined;
  };
  const write = (key: string, value: string, ttlMs: number): void => {
    // Sweeping every so many writes keeps the cost of a write constant on average.
    if (++writes >= 10_000) {
      writes = 0;
      const now = clock();
      for (const [name, entry] of entries) if (entry.expires <= now) entries.delete(name);
    }
    if (!entries.has(key) && entries.size >= maxEntries) {
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    }
    entries.set(key, { value, expires: clock() + ttlMs });
  };

  return {
    add(key, value, ttlMs) {
      if (read(key) !== undefined) return Promise.resolve(false);
      write(key, value, ttlMs);
      return Promise.resolve(true);
    },
    get: (key) => Promise.resolve(read(key)),
    set(key, value, ttlMs) {
      write(key, value, ttlMs);
      return Promise.resolve();
    },
    take(key) {
      const value = read(key);
      entries.delete(key);
      return Promise.resolve(value);
    },
  };
}

const DONE = 'done';
const DAY = 24 * 60 * 60 * 1000;

/**
 * Runs `work` once for a key among all instances. Resolves true when it has been done, now or earlier; false while
 * another caller is at it. Work that throws may be tried again; work whose process dies, after `leaseMs`.
 */
export async function once(
  store: FlowStore,
  key: string,
  leaseMs: number,
  work: () => Promise<void>,
): Promise<boolean> {
  if (!(await store.add(key, 'running', leaseMs))) return (await store.get(key)) === DONE;
  try {
    await work();
  } catch (error) {
    await store.take(key);
    throw error;
  }
  await store.set(key, DONE, DAY);
  return true;
}
