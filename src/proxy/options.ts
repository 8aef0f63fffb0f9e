import type { ProxyEvent } from './events.ts';
import type { FlowStore } from './store.ts';
import type { Session, Upstream, UpstreamTimeouts } from './upstream.ts';

type MaybePromise<T> = T | Promise<T>;

/** A key for tickets: at least 32 bytes. A string counts by its UTF-8 bytes. */
export type Secret = string | Uint8Array;

/** How much one user or account may ask for in any minute. */
export interface Limits {
  /** Authorizations begun by one user. Default 30. */
  readonly beginsPerUser: number;
  /** Authorizations begun for one account. Default 10. */
  readonly beginsPerAccount: number;
  /** Reads by one user; a batch counts once. Default 600. */
  readonly readsPerUser: number;
}

export interface ProxyOptions {
  /** The proxy's base as browsers see it: absolute, without query and fragment. */
  publicUrl: string;
  upstream: Upstream;
  /** Who asks, or null. Gets the request as it came; a thrown error answers 500. */
  authenticate: (request: Request) => MaybePromise<Session | null>;
  /** Whether this session may see and authorize this account. Asked on every request. */
  canAccess: (session: Session, accountId: string) => MaybePromise<boolean>;
  /** Exact origins of the pages that carry the element, `https://app.example`. */
  embedOrigins: readonly string[];
  /**
   * Hosts that an authorization URL may have. `login.example.com` means that host on the scheme's own port (on any
   * port where it is loopback), `login.example.com:8443` that port, `*.example.com` every host below it.
   */
  authorizationHosts: readonly string[];
  /** Where LiveRamp sends the browser. Default `publicUrl + "/callback"`. */
  redirectUrl?: string;
  /** Default `memoryStore()`. */
  store?: FlowStore;
  /** Key for tickets, or `[new, old]` while keys are rotated. */
  secret: Secret | readonly Secret[];
  limits?: Partial<Limits>;
  timeouts?: Partial<UpstreamTimeouts>;
  /** Audit and metrics. What it throws is swallowed. */
  onEvent?: (event: ProxyEvent) => unknown;
  /** Default the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds since 1970. Default `Date.now`. */
  clock?: () => number;
}

/** The options, checked and completed. */
export interface ProxyConfig {
  /** `publicUrl` without a trailing slash. */
  readonly base: string;
  readonly basePath: string;
  readonly publicOrigin: string;
  readonly secure: boolean;
  readonly upstream: Upstream;
  readonly authenticate: ProxyOptions['authenticate'];
  readonly canAccess: ProxyOptions['canAccess'];
  readonly embedOrigins: ReadonlySet<string>;
  readonly authorizationHosts: readonly string[];
  readonly redirectUrl: string;
  readonly redirectOrigin: string;
  readonly store: FlowStore | undefined;
  readonly secrets: readonly Uint8Array[];
  readonly limits: Limits;
  readonly timeouts: UpstreamTimeouts;
  readonly onEvent: ((event: ProxyEvent) => unknown) | undefined;
  readonly fetch: typeof fetch;
  readonly clock: () => number;
}

/** A setting that cannot work. The message names the option and the remedy. */
export class ProxyConfigError extends TypeError {
  readonly code = 'invalid_option';
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`createProxy: ${option} ${problem}`);
    this.name = 'ProxyConfigError';
    this.option = option;
  }
}

const parseUrl = (option: string, value: unknown): URL => {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw new ProxyConfigError(option, 'must be an absolute URL, such as "https://partner.example/api"');
  }
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ProxyConfigError(option, 'must be http or https');
  if (url.username || url.password) throw new ProxyConfigError(option, 'must not carry a user name or password');
  if (url.hash || value.includes('#')) throw new ProxyConfigError(option, 'must not have a fragment');
  return url;
};

const readOrigin = (entry: unknown): string => {
  const url = typeof entry === 'string' && URL.canParse(entry) ? new URL(entry) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== entry || entry.includes('*')) {
    throw new ProxyConfigError(
      'embedOrigins',
      `holds ${JSON.stringify(entry)}: give exact origins such as "https://app.example" (no path, no slash at the end, no "*")`,
    );
  }
  return url.origin;
};

const readHost = (entry: unknown): string => {
  const name = typeof entry === 'string' ? entry.toLowerCase() : '';
  const bare = name.startsWith('*.') ? name.slice(2) : name;
  const url = URL.canParse(`https://${bare}/`) ? new URL(`https://${bare}/`) : undefined;
  const canonical = url && (url.host === bare || `${url.host}:443` === bare);
  if (!canonical || bare.includes('*') || (name !== bare && !bare.includes('.'))) {
    throw new ProxyConfigError(
      'authorizationHosts',
      `holds ${JSON.stringify(entry)}: give hosts such as "www.linkedin.com", "login.example:8443" or "*.example.com"`,
    );
  }
  return name;
};

const list = (option: string, value: unknown): readonly unknown[] => {
  if (!Array.isArray(value) || value.length === 0)
    throw new ProxyConfigError(option, 'must be a list with at least one entry');
  return value as unknown[];
};

const MIN_SECRET_BYTES = 32;

const readSecret = (value: unknown): Uint8Array => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array) || bytes.length < MIN_SECRET_BYTES) {
    throw new ProxyConfigError(
      'secret',
      `must be a string or Uint8Array of at least ${MIN_SECRET_BYTES} bytes, or a list of them`,
    );
  }
  return bytes.slice();
};

const needObject = (option: string, value: unknown): void => {
  if (typeof value !== 'object' || value === null) throw new ProxyConfigError(option, 'must be an object');
};

const numbers = <K extends string>(
  option: string,
  defaults: Record<K, number>,
  given: Partial<Record<K, number>> | undefined,
): Record<K, number> => {
  const result = { ...defaults };
  if (given === undefined) return result;
  needObject(option, given);
  for (const key of Object.keys(defaults) as K[]) {
    const value: unknown = given[key];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value > 0)) {
      throw new ProxyConfigError(`${option}.${key}`, 'must be a positive number');
    }
    result[key] = value;
  }
  return result;
};

const needFunction = (option: string, value: unknown): void => {
  if (typeof value !== 'function') throw new ProxyConfigError(option, 'must be a function');
};

/** Checks the options. Throws `ProxyConfigError`. */
export function readOptions(options: ProxyOptions): ProxyConfig {
  needObject('options', options);
  const publicUrl = parseUrl('publicUrl', options.publicUrl);
  if (publicUrl.search || options.publicUrl.includes('?'))
    throw new ProxyConfigError('publicUrl', 'must not have a query');
  const basePath = publicUrl.pathname.replace(/\/+$/, '');
  const base = publicUrl.origin + basePath;
  const redirectUrl = options.redirectUrl ?? `${base}/callback`;
  const redirect = parseUrl('redirectUrl', redirectUrl);

  for (const method of ['account', 'begin'] as const) {
    needFunction(`upstream.${method}`, (options.upstream as Partial<Upstream> | undefined)?.[method]);
  }
  needFunction('authenticate', options.authenticate);
  needFunction('canAccess', options.canAccess);
  for (const name of ['onEvent', 'fetch', 'clock'] as const) {
    if (options[name] !== undefined) needFunction(name, options[name]);
  }
  if (options.store !== undefined) {
    needObject('store', options.store);
    for (const method of ['add', 'get', 'set', 'take'] as const) {
      needFunction(`store.${method}`, (options.store as Partial<FlowStore>)[method]);
    }
  }
  const secrets: readonly unknown[] = Array.isArray(options.secret) ? list('secret', options.secret) : [options.secret];

  return {
    base,
    basePath,
    publicOrigin: publicUrl.origin,
    secure: publicUrl.protocol === 'https:',
    upstream: options.upstream,
    authenticate: options.authenticate,
    canAccess: options.canAccess,
    embedOrigins: new Set(list('embedOrigins', options.embedOrigins).map(readOrigin)),
    authorizationHosts: list('authorizationHosts', options.authorizationHosts).map(readHost),
    redirectUrl,
    redirectOrigin: redirect.origin,
    store: options.store,
    secrets: secrets.map(readSecret),
    limits: numbers('limits', { beginsPerUser: 30, beginsPerAccount: 10, readsPerUser: 600 }, options.limits),
    timeouts: numbers('timeouts', { callMs: 10_000, requestMs: 25_000, backoffMs: 1_000 }, options.timeouts),
    onEvent: options.onEvent,
    // Called as a plain function: some runtimes refuse `fetch` with another `this`.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: options.clock ?? Date.now,
  };
}
