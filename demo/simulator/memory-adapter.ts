import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  expiresAt: number;
}

/**
 * oidc-provider's storage, in memory. Its own quick-start adapter is one for the whole process; platforms that share a
 * process need one each.
 */
export function memoryAdapter(): { readonly factory: AdapterFactory; clear(): void } {
  const entries = new Map<string, Entry>();

  const read = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > Date.now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };

  const findBy = (prefix: string, field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
    for (const key of entries.keys()) {
      if (!key.startsWith(prefix)) continue;
      const payload = read(key);
      if (payload?.[field] === value) return payload;
    }
    return undefined;
  };

  const sweep = (): void => {
    const now = Date.now();
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(key);
  };

  const factory = (name: string): Adapter => {
    const prefix = `${name}:`;
    // Promises, as with a real database, without having anything to wait for.
    const done = Promise.resolve();
    return {
      upsert(id, payload, expiresIn) {
        if (entries.size % 500 === 499) sweep();
        entries.set(prefix + id, {
          payload,
          expiresAt: expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000,
        });
        return done;
      },
      find: (id) => Promise.resolve(read(prefix + id)),
      findByUid: (uid) => Promise.resolve(findBy(prefix, 'uid', uid)),
      findByUserCode: (userCode) => Promise.resolve(findBy(prefix, 'userCode', userCode)),
      consume(id) {
        const payload = read(prefix + id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
        return done;
      },
      destroy(id) {
        entries.delete(prefix + id);
        return done;
      },
      revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) {
          if (key.startsWith(prefix) && payload.grantId === grantId) entries.delete(key);
        }
        return done;
      },
    };
  };
  return { factory, clear: () => entries.clear() };
}
