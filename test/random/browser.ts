/**
 * What a browser has around a page, under the test's hand: the way to the proxy, windows, channels, cookies, storage, and a
 * count of everything that a page may forget to give back.
 */
import type { VirtualTime } from './virtual-time.ts';

export type Net = 'up' | 'offline' | 'html' | 'problem' | 'slow' | 'lost' | 'hang';

type Handler = (request: Request) => Promise<Response>;

/** A page's `Response` hides `Set-Cookie`, as the standard wants; the proxy runs on servers, where it does not. */
class ServerResponse extends Response {
  constructor(body?: BodyInit | null, init?: ResponseInit) {
    super(body, init);
    if (init?.headers) Object.defineProperty(this, 'headers', { value: new Headers(init.headers) });
  }
}

const channels = new Map<string, Set<Channel>>();

/** A BroadcastChannel that delivers in the order of microtasks, to the contexts that a test plays. */
export class Channel {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly name: string;
  /** Of another window than the page. */
  readonly elsewhere: boolean;

  constructor(name: string, elsewhere = false) {
    this.name = name;
    this.elsewhere = elsewhere;
    channels.set(name, (channels.get(name) ?? new Set()).add(this));
  }

  postMessage(data: unknown): void {
    for (const other of channels.get(this.name) ?? [])
      if (other !== this)
        queueMicrotask(() => {
          if (channels.get(this.name)?.has(other))
            other.onmessage?.(new MessageEvent('message', { origin: location.origin, data }));
        });
  }

  close(): void {
    channels.get(this.name)?.delete(this);
    if (!channels.get(this.name)?.size) channels.delete(this.name);
  }
}

const SPIED = ['message', 'focus', 'pageshow', 'online', 'visibilitychange'];

export class Browser {
  readonly time: VirtualTime;
  readonly #undo: (() => void)[] = [];
  readonly #listeners = new Map<string, Set<unknown>>();
  readonly #requests = new Set<string>();
  readonly #cookies = new Map<string, string>();
  readonly #base: string;
  handler: Handler;
  /** Counts the proxy's lives: what an earlier one was doing is lost. */
  life = 0;
  net: Net = 'up';
  /** How long a slow answer takes. */
  delay = 1_000;
  hidden = false;
  channelsWork = true;
  storageWorks = true;
  /** `window.open`, as the test plays it. */
  open: (url: string) => Window | null = () => null;
  rejections: unknown[] = [];

  constructor(time: VirtualTime, base: string, handler: Handler) {
    this.time = time;
    this.#base = base;
    this.handler = handler;
    sessionStorage.clear();
    const storage = sessionStorage;
    const fetchOutside = window.fetch.bind(window);
    this.#replace(window, 'Response', { value: ServerResponse });
    this.#replace(window, 'fetch', {
      value: (input: string | URL, init: RequestInit = {}) =>
        String(input).startsWith(base) ? this.#fetch(String(input), init) : fetchOutside(input, init),
    });
    this.#replace(window, 'open', { value: (url: string) => this.open(url) });
    this.#replace(window, 'BroadcastChannel', { get: () => (this.channelsWork ? Channel : undefined) });
    this.#replace(window, 'sessionStorage', {
      get: () => {
        if (this.storageWorks) return storage;
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
    this.#replace(document, 'hidden', { get: () => this.hidden });
    this.#replace(document, 'visibilityState', { get: () => (this.hidden ? 'hidden' : 'visible') });
    for (const target of [window, document]) this.#count(target);
    const reject = (event: PromiseRejectionEvent): void => void this.rejections.push(event.reason);
    window.addEventListener('unhandledrejection', reject);
    this.#undo.push(() => window.removeEventListener('unhandledrejection', reject));
  }

  #replace(owner: object, name: string, descriptor: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { ...descriptor, configurable: true });
    this.#undo.push(() => (before ? Object.defineProperty(owner, name, before) : Reflect.deleteProperty(owner, name)));
  }

  #count(target: Window | Document): void {
    const add = target.addEventListener.bind(target) as (...args: unknown[]) => void;
    const remove = target.removeEventListener.bind(target) as (...args: unknown[]) => void;
    const listenersOf = (type: string): Set<unknown> => {
      const key = `${target === window ? 'window' : 'document'} ${type}`;
      const all = this.#listeners.get(key) ?? new Set();
      this.#listeners.set(key, all);
      return all;
    };
    this.#replace(target, 'addEventListener', {
      value: (type: string, listener: unknown, ...rest: unknown[]) => {
        if (SPIED.includes(type)) listenersOf(type).add(listener);
        add(type, listener, ...rest);
      },
    });
    this.#replace(target, 'removeEventListener', {
      value: (type: string, listener: unknown, ...rest: unknown[]) => {
        listenersOf(type).delete(listener);
        remove(type, listener, ...rest);
      },
    });
  }

  /** What is held of the page and the network, in words; empty when all has been given back. */
  get held(): string[] {
    const listeners = [...this.#listeners].flatMap(([key, all]) => (all.size ? [`${all.size} × listener ${key}`] : []));
    const own = [...channels.values()].flatMap((all) => [...all]).filter(({ elsewhere }) => !elsewhere);
    return [...listeners, ...own.map(({ name }) => `channel ${name}`), ...this.#requests];
  }

  /** What only an attempt may hold. */
  get heldByAttempts(): string[] {
    return this.held.filter((each) => /window message|channel destination-oauth:|\/flows\//.test(each));
  }

  fire(type: 'focus' | 'online' | 'visibilitychange'): void {
    (type === 'visibilitychange' ? document : window).dispatchEvent(new Event(type));
  }

  /** A message to the page, from a window that it may know. */
  message(data: unknown, source: unknown, origin = location.origin): void {
    const event = new MessageEvent('message', { data: structuredClone(data), origin });
    // The constructor takes real windows only.
    Object.defineProperty(event, 'source', { value: source });
    window.dispatchEvent(event);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { signal } = init;
    const entry = `request ${url.slice(this.#base.length)} #${this.#requests.size}`;
    this.#requests.add(entry);
    const aborted = new Promise<never>((_, reject) => {
      const abort = (): void => reject(new DOMException('The request was aborted.', 'AbortError'));
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([this.#travel(url, { origin: location.origin }), aborted]);
    } finally {
      this.#requests.delete(entry);
    }
  }

  /** A window's navigation: with cookies, without following redirects. Rejects where the browser shows its own error. */
  navigate(url: string): Promise<Response> {
    return this.#travel(url, { 'sec-fetch-dest': 'document' });
  }

  async #travel(url: string, headers: Record<string, string>): Promise<Response> {
    const { net, life, handler } = this;
    const broken = (): Error => new TypeError('Failed to fetch');
    if (net === 'offline') throw broken();
    if (net === 'hang') return new Promise(() => undefined);
    if (net === 'html') return new Response('<h1>502 Bad Gateway</h1>', { status: 502 });
    if (net === 'problem')
      return Response.json(
        { type: 'about:blank', title: 'x', status: 500, code: 'internal_error', request_id: 'r' },
        { status: 500 },
      );
    const request = new Request(url);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // A page's Request hides these headers too.
    Object.defineProperty(request, 'headers', { value: new Headers({ ...headers, ...(cookie && { cookie }) }) });
    const response = await handler(request);
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (/max-age=0(;|$)/i.test(each)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    if (net === 'slow') await new Promise<void>((resolve) => this.time.after(this.delay, resolve));
    if (net === 'lost' || life !== this.life) throw broken();
    return response;
  }

  end(): void {
    for (const undo of this.#undo.reverse()) undo();
    channels.clear();
    sessionStorage.clear();
  }
}
