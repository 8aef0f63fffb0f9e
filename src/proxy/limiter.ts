import { ProblemError } from './problems.ts';

const WINDOW_MS = 60_000;
const MAX_KEYS = 50_000;

/** Counts what a key (a user, an account) asks for in windows of a minute that start with its first request. */
export class Limiter {
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #windows = new Map<string, { start: number; count: number }>();

  constructor(limit: number, clock: () => number) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Throws `rate_limited` with the seconds to wait once the limit is reached. */
  take(key: string): void {
    const now = this.#clock();
    let window = this.#windows.get(key);
    if (!window || now - window.start >= WINDOW_MS || now < window.start) {
      // Deleted first: the map's order is then that of the windows' age.
      this.#windows.delete(key);
      this.#makeRoom(now);
      window = { start: now, count: 0 };
      this.#windows.set(key, window);
    }
    if (window.count >= this.#limit) {
      const retryAfter = Math.max(1, Math.ceil((window.start + WINDOW_MS - now) / 1000));
      throw new ProblemError('rate_limited', `Try again in ${retryAfter} seconds`, { retryAfter });
    }
    window.count++;
  }

  #makeRoom(now: number): void {
    for (const [key, window] of this.#windows) {
      if (this.#windows.size < MAX_KEYS && now - window.start < WINDOW_MS) return;
      this.#windows.delete(key);
    }
  }
}
