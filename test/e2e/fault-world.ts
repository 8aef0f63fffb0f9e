/**
 * The servers of the fault matrix: a partner's page and proxy that can be made to fail, a second origin for pages around
 * the partner's and for a redirect page, and the simulated LiveRamp with its platforms.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { build, type Rolldown } from 'vite';
import { listenLocally } from '../../demo/local-server.ts';
import { Partner } from '../../demo/partner.ts';
import { startSimulator, type Coop, type Simulator } from '../../demo/simulator/index.ts';
import { memoryStore, type FlowStore, type ProxyOptions } from '../../src/proxy/index.ts';
import type { PageSetup } from './fault-page.ts';
import type { Recorded } from './page.ts';

/** Milliseconds since 1970, the same in this process and in pages that have their clock put off. */
export const now = (): number => performance.timeOrigin + performance.now();

const PROXY_PATH = '/api/destination-oauth';
/** A second proxy of the same partner, whose redirect page is on the other origin. */
const ELSEWHERE_PATH = '/api/elsewhere';
/** What the frames send instead of a session cookie. */
export const AUTHORIZATION = 'Bearer dana';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One script with everything in it: a page from the source takes a hundred requests. */
async function bundle(input: string, format: 'es' | 'iife'): Promise<string> {
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input, output: { format, codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
  const [output] = [result].flat();
  if (!output?.output[0].code) throw new Error(`The bundle of ${input} is empty.`);
  return output.output[0].code;
}

export interface Scripts {
  readonly page: string;
  readonly redirect: string;
}

/** What the pages run, built once for all engines. */
export const bundles = async (): Promise<Scripts> => ({
  page: await bundle('test/e2e/fault-page.ts', 'es'),
  redirect: await bundle('src/redirect-auto.ts', 'iife'),
});

const html = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>A partner’s page</title>
  <link rel="icon" href="data:,"><style>body { font: 16px/1.5 sans-serif; margin: 1rem }</style><body>${body}</body></html>`;

/** A page around a frame; `inFrame(expression)` evaluates in the frame. */
const PORTAL_SCRIPT = `
const frame = document.querySelector('iframe');
const waiting = new Map();
addEventListener('message', ({ source, data }) => {
  if (source !== frame.contentWindow || !data || !waiting.has(data.answer)) return;
  const { resolve, reject } = waiting.get(data.answer);
  waiting.delete(data.answer);
  if ('error' in data) reject(new Error(data.error));
  else resolve(data.json === undefined ? undefined : JSON.parse(data.json));
});
let asked = 0;
window.inFrame = (expression) => new Promise((resolve, reject) => {
  waiting.set(++asked, { resolve, reject });
  frame.contentWindow.postMessage({ evaluate: asked, expression }, '*');
  setTimeout(() => reject(new Error('The frame does not answer.')), 2000);
});`;

/** LiveRamp is busy with an attempt until the redirect page has been shown, or its message has come. */
const PROCESSING_MS = 60_000;
/** Should no message come. */
const ANNOUNCED_MS = 5_000;

/** How the proxy answers the page's requests; the popup's go through. */
export type ProxyState = 'up' | 'unreachable' | 'broken' | 'slow';
const SLOW_MS = 2_500;

/** A frame on the other origin's page. */
export interface Framing {
  /** Where the page around the frame is. */
  site: 'same-site' | 'cross-site';
  sandbox?: string;
}

export class FaultWorld {
  readonly #scripts: Scripts;
  readonly #closers: (() => Promise<void>)[] = [];
  #store: FlowStore = memoryStore();
  #clockOff = 0;
  #liverampAhead = 0;
  #handlers = new Map<string, (request: IncomingMessage, response: ServerResponse) => unknown>();
  declare simulator: Simulator;
  declare partner: Partner;
  /** `http://localhost:{port}`: the partner's page and proxy. */
  declare origin: string;
  /** Another port: another origin, on the same site as `localhost` and on another as `127.0.0.1`. */
  declare otherPort: number;

  proxy: ProxyState = 'up';
  /** `Cross-Origin-Opener-Policy` on the redirect page. */
  doneCoop: Coop = 'none';
  /** LiveRamp's redirect does not get through. */
  callbackLost = false;
  /** LiveRamp decides when the page has heard the message: then no poll can be faster than it. */
  announced = false;
  /** When the browser came to the callback last; `undefined` before. */
  returnedAt: number | undefined;
  /** Called when a callback has been answered. */
  onReturned: (() => void) | undefined;
  /** What a page told of itself. */
  recorded: Recorded[] = [];
  /** How many requests of the page have been answered, by kind. */
  asked = { accounts: 0, flows: 0 };

  private constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  static async start(scripts: Scripts): Promise<FaultWorld> {
    const world = new FaultWorld(scripts);
    try {
      const own = await listenLocally(0, (request, response) => void world.#serve(request, response));
      world.#closers.push(() => own.close());
      const other = await listenLocally(0, (request, response) => world.#serveOther(request, response));
      world.#closers.push(() => other.close());
      world.origin = `http://localhost:${own.port}`;
      world.otherPort = other.port;
      world.simulator = await startSimulator({ clock: () => Date.now() + world.#liverampAhead });
      world.#closers.push(() => world.simulator.close());
      await world.reset();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).reverse()) await closer();
  }

  get redirectOrigin(): string {
    return `http://localhost:${this.otherPort}`;
  }

  /** Everything as at the start, and nothing remembered. */
  async reset(): Promise<void> {
    this.proxy = 'up';
    this.callbackLost = false;
    this.announced = false;
    this.doneCoop = 'none';
    this.returnedAt = this.onReturned = undefined;
    this.recorded = [];
    this.asked = { accounts: 0, flows: 0 };
    this.#clockOff = 0;
    this.#store = memoryStore();
    await this.simulator.reset();
    this.simulator.scenario.processingMs = PROCESSING_MS;
    const options: Partial<ProxyOptions> = {
      store: {
        add: (...entry) => this.#store.add(...entry),
        get: (key) => this.#store.get(key),
        set: (...entry) => this.#store.set(...entry),
        take: (key) => this.#store.take(key),
      },
      authenticate: ({ headers }) =>
        headers.get('authorization') === AUTHORIZATION
          ? { user: 'dana', tenant: 'acme' }
          : (this.partner.sessionOf(headers.get('cookie')) ?? null),
      clock: () => Date.now() + this.#clockOff,
      limits: { beginsPerUser: 1_000, beginsPerAccount: 1_000, readsPerUser: 10_000 },
      timeouts: { backoffMs: 50 },
    };
    this.partner = new Partner(this.simulator, this.origin, PROXY_PATH, options);
    const elsewhere = new Partner(this.simulator, this.origin, ELSEWHERE_PATH, {
      ...options,
      embedOrigins: [this.origin, this.redirectOrigin],
      redirectUrl: `${this.redirectOrigin}/redirect`,
    });
    const plain = { overrideGlobalObjects: false };
    this.#handlers = new Map([
      [PROXY_PATH, getRequestListener(this.partner.proxy, plain)],
      [ELSEWHERE_PATH, getRequestListener(elsewhere.proxy, plain)],
    ]);
  }

  /** The proxy's process ends and another one begins, with a store in memory. */
  restart(): void {
    this.#store = memoryStore();
    // The redirect page will have nothing to announce, so nobody will see it.
    this.#processed();
    this.simulator.scenario.processingMs = 0;
  }

  #shown(): void {
    if (this.announced) setTimeout(() => this.#processed(), ANNOUNCED_MS).unref();
    else this.#processed();
  }

  /** LiveRamp has made up its mind about what it is processing. */
  #processed(): void {
    this.#liverampAhead += PROCESSING_MS;
  }

  /** Time passes at the proxy. */
  passAtProxy(ms: number): void {
    this.#clockOff += ms;
  }

  /** The partner's page. */
  pageUrl(setup: PageSetup, coop: Coop = 'none'): string {
    const url = new URL('/page', this.origin);
    url.search = new URLSearchParams({ setup: JSON.stringify(setup), coop }).toString();
    return url.href;
  }

  /** A page with the partner's page in a frame. */
  portalUrl(page: string, { site, sandbox }: Framing, coop: Coop = 'none'): string {
    const url = new URL(`http://${site === 'same-site' ? 'localhost' : '127.0.0.1'}:${this.otherPort}/portal`);
    url.search = new URLSearchParams({ page, coop, ...(sandbox === undefined ? {} : { sandbox }) }).toString();
    return url.href;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const base = [...this.#handlers.keys()].find((each) => url.pathname.startsWith(`${each}/`));
    if (base !== undefined) return this.#serveProxy(url.pathname.slice(base.length), base, request, response);
    if (url.pathname === '/recorded') {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      this.recorded.push(JSON.parse(body) as Recorded);
      response.writeHead(204).end();
    } else if (url.pathname === '/announced') {
      response.writeHead(204).end();
      this.#processed();
    } else if (url.pathname === '/page.js') {
      // For modules of a frame with an opaque origin.
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(this.#scripts.page);
    } else {
      const signedIn = this.partner.sessionOf(request.headers.cookie) ? undefined : this.partner.signIn();
      if (signedIn) response.setHeader('Set-Cookie', signedIn.cookie);
      const isPage = url.pathname === '/page';
      this.#show(response, url, isPage ? '<script type="module" src="/page.js"></script>' : 'Another page');
    }
  }

  async #serveProxy(path: string, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isPopup = /\/(authorize|callback|done)$/.test(path);
    if (!isPopup && request.method === 'GET') {
      response.on('finish', () => (this.asked[path.startsWith('/flows') ? 'flows' : 'accounts'] += 1));
      switch (this.proxy) {
        case 'unreachable':
          return void request.socket.destroy();
        case 'broken':
          return void response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Internal Server Error</h1>');
        case 'slow':
          await delay(SLOW_MS);
      }
    }
    if (path === '/done' && this.doneCoop !== 'none') response.setHeader('Cross-Origin-Opener-Policy', this.doneCoop);
    if (path === '/callback' && request.method !== 'OPTIONS') {
      this.returnedAt = now();
      if (this.callbackLost) {
        this.#processed();
        return void request.socket.destroy();
      }
      response.on('finish', () => this.onReturned?.());
    }
    if (path === '/done' || (path === '/callback' && request.method === 'POST'))
      response.on('finish', () => this.#shown());
    await this.#handlers.get(base)?.(request, response);
  }

  #serveOther(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.redirectOrigin);
    if (url.pathname === '/portal') {
      const frame = `<iframe width="700" height="400"></iframe><script>${PORTAL_SCRIPT}
        const { searchParams } = new URL(location.href);
        if (searchParams.has('sandbox')) frame.setAttribute('sandbox', searchParams.get('sandbox'));
        frame.src = searchParams.get('page');</script>`;
      this.#show(response, url, frame);
    } else if (url.pathname === '/redirect.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(this.#scripts.redirect);
    } else if (url.pathname === '/redirect') {
      if (this.doneCoop !== 'none') response.setHeader('Cross-Origin-Opener-Policy', this.doneCoop);
      this.#show(
        response,
        url,
        `<script src="/redirect.js" data-proxy-url="${this.origin}${ELSEWHERE_PATH}"></script>`,
      );
    } else response.writeHead(404).end();
  }

  #show(response: ServerResponse, url: URL, body: string): void {
    const coop = url.searchParams.get('coop') ?? 'none';
    if (coop !== 'none') response.setHeader('Cross-Origin-Opener-Policy', coop);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html(body));
  }
}
