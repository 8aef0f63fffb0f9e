/**
 * Time that stands still, but for `pass`. What the platform does in real time (cryptography, reading a body) takes none of
 * it: time goes on when all of that has come to rest.
 */
import { restore, useFakeTimers, type SinonFakeTimers } from 'sinon';

const START = Date.parse('2026-03-01T12:00:00Z');

/** Lets every microtask, and the tasks of real APIs that are ready, run. */
const turn = (channel: MessageChannel): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });

type Method = (...args: unknown[]) => unknown;

/** Operations that only the platform ends, by their owner. */
const OPERATIONS: readonly (readonly [object, readonly string[]])[] = [
  [SubtleCrypto.prototype, ['digest', 'importKey', 'deriveKey', 'encrypt', 'decrypt']],
  [Response.prototype, ['text', 'json']],
  [ReadableStreamDefaultReader.prototype, ['read']],
];

export class VirtualTime {
  readonly #clock: SinonFakeTimers;
  readonly #channel = new MessageChannel();
  readonly #undo: (() => void)[] = [];
  readonly #setTimeout: (work: () => void, ms: number) => number;
  readonly #clearTimeout: (id: number | undefined) => void;
  #running = 0;
  /** How far the page's clock has been moved by hand. */
  #moved = 0;
  #throttle = 1;
  /** Timers that were set while throttled, and not fired yet: the work, when it was meant for, and its present timer. */
  readonly #late = new Map<number, { work: () => void; due: number; timer: number }>();

  constructor() {
    for (const [owner, names] of OPERATIONS) for (const name of names) this.#watch(owner, name);
    this.#clock = useFakeTimers({
      now: START,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    const fake = window.setTimeout.bind(window);
    const clear = window.clearTimeout.bind(window);
    this.#setTimeout = fake;
    this.#clearTimeout = clear;
    window.setTimeout = ((work: () => void, ms = 0) => {
      if (this.#throttle === 1) return fake(work, ms);
      const due = this.elapsed + Math.max(0, ms);
      const late = (): void => {
        this.#late.delete(id);
        work();
      };
      const id = fake(late, this.#slowed(due));
      this.#late.set(id, { work: late, due, timer: id });
      return id;
    }) as typeof window.setTimeout;
    window.clearTimeout = (id) => {
      clear(this.#late.get(Number(id))?.timer ?? id);
      this.#late.delete(Number(id));
    };
  }

  /** How long until a timer that is due then may fire. */
  #slowed(due: number): number {
    return Math.max(0, Math.ceil(due / this.#throttle) * this.#throttle - this.elapsed);
  }

  get throttle(): number {
    return this.#throttle;
  }

  /** Timers fire on multiples of this, as in a tab in the background; those that wait are timed anew. */
  set throttle(ms: number) {
    this.#throttle = ms;
    for (const late of this.#late.values()) {
      this.#clearTimeout(late.timer);
      late.timer = this.#setTimeout(late.work, this.#slowed(late.due));
    }
  }

  #watch(owner: object, name: string): void {
    const original = Reflect.get(owner, name) as Method;
    const done = (): void => {
      this.#running--;
    };
    const counted = (self: unknown, args: unknown[]): unknown => {
      const result = Reflect.apply(original, self, args);
      this.#running++;
      Promise.resolve(result).then(done, done);
      return result;
    };
    Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
      return counted(this, args);
    });
    this.#undo.push(() => Reflect.set(owner, name, original));
  }

  /** Milliseconds since the beginning, whatever the clocks say. */
  get elapsed(): number {
    return Date.now() - START - this.#moved;
  }

  get timers(): number {
    return this.#clock.countTimers();
  }

  /** Sets the page's clock forward or back. Timers that are set keep their time. */
  move(ms: number): void {
    this.#moved += ms;
    this.#clock.setSystemTime(Date.now() + ms);
  }

  /** Calls `work` after so many milliseconds, throttled or not. */
  after(ms: number, work: () => void): void {
    this.#setTimeout(work, ms);
  }

  /** Waits, in no time, until everything that can go on without time has done so. */
  async settle(): Promise<void> {
    // In WebKitGTK, what an operation has brought about may begin a turn or two later.
    for (let quiet = 0; quiet < 4;) {
      await turn(this.#channel);
      quiet = this.#running > 0 ? 0 : quiet + 1;
    }
  }

  async pass(ms: number): Promise<void> {
    const end = { reached: false };
    await this.settle();
    this.#setTimeout(() => (end.reached = true), ms);
    while (!end.reached) {
      this.#clock.next();
      await this.settle();
    }
  }

  end(): void {
    this.#channel.port1.close();
    this.#clock.restore();
    restore();
    for (const undo of this.#undo) undo();
  }
}
