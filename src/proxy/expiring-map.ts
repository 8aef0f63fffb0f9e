/** A bounded map whose entries are forgotten after a while: those that are over go first, then the oldest. */
export class ExpiringMap<V> {
  readonly #maxEntries: number;
  readonly #lifetimeMs: number;
  readonly #entries = new Map<string, { value: V; expires: number }>();

  constructor(maxEntries: number, lifetimeMs: number) {
    this.#maxEntries = maxEntries;
    this.#lifetimeMs = lifetimeMs;
  }

  get(key: string, now: number): V | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expires > now ? entry.value : undefined;
  }

  set(key: string, value: V, now: number, lifetimeMs = this.#lifetimeMs): void {
    this.#entries.delete(key);
    for (const [oldest, { expires }] of this.#entries) {
      if (expires > now && this.#entries.size < this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, expires: now + lifetimeMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
