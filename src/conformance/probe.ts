/** How the rules of the conformance check ask a proxy, and what they look for in an answer. */
import { PROBLEM_CODES, readAccount, readProblemCode, type Account } from '../contract.ts';

export interface CheckOptions {
  /** The proxy's base. */
  url: string;
  /** An account that the session may see, best one that can be authorized. */
  account: string;
  /** An embedding origin. Default the proxy's own. */
  origin?: string;
  /** What signs the requests in: a cookie, a bearer token. */
  headers?: Readonly<Record<string, string>>;
  /** Whether to begin one authorization, which is not finished. Default true. */
  begin?: boolean;
  /** Default the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/** What a rule throws that does not apply here. */
export class Skipped extends Error {}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Leaves out what signs the request in. */
  anonymous?: boolean;
  /** In place of the embedding origin; null sends none. */
  origin?: string | null;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const randomId = (): string => crypto.randomUUID().replaceAll('-', '');

export class Probe {
  readonly base: string;
  readonly account: string;
  readonly origin: string;
  readonly begins: boolean;
  readonly signedIn: boolean;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: (request: Request) => Promise<Response>;
  #read: Promise<Account> | undefined;
  #begun: Promise<{ flow: string; url: string; answer: Answer; cookie: string }> | undefined;

  constructor({ url, account, origin, headers = {}, begin = true, fetch: send }: CheckOptions) {
    this.base = url.replace(/\/+$/, '');
    this.account = account;
    this.origin = origin ?? new URL(url).origin;
    this.begins = begin;
    this.signedIn = Object.keys(headers).length > 0;
    this.#headers = headers;
    this.#fetch = send ?? ((request) => fetch(request));
  }

  /** A path below the base, or an absolute URL. */
  async ask(path: string, { method = 'GET', headers = {}, body, anonymous, origin }: Question = {}): Promise<Answer> {
    const sent = new Headers(anonymous ? {} : this.#headers);
    const from = origin === undefined ? this.origin : origin;
    if (from !== null) sent.set('origin', from);
    for (const [name, value] of Object.entries(headers))
      sent.set(name, name === 'cookie' && sent.has(name) ? `${sent.get(name) ?? ''}; ${value}` : value);
    const request = new Request(path.startsWith('/') ? this.base + path : path, {
      method,
      headers: sent,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const response = await this.#fetch(request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  }

  /** The account, read once. */
  known(): Promise<Account> {
    this.#read ??= this.ask(`/accounts/${this.account}`).then((answer) => {
      const account = readAccount(answer.json);
      if (!account) throw new Skipped('the account cannot be read');
      return account;
    });
    return this.#read;
  }

  /** The account's `authorize_url`, where this proxy serves it. */
  async authorizeUrl(): Promise<string> {
    const { authorize_url: url } = await this.known();
    if (url === null) throw new Skipped('this account cannot be authorized');
    if (!url.startsWith(`${this.base}/`)) throw new Skipped('authorize_url leads elsewhere');
    return url;
  }

  /** One authorization, begun as the popup does. */
  begun(): Promise<{ flow: string; url: string; answer: Answer; cookie: string }> {
    if (!this.begins) throw new Skipped('nothing is to be begun');
    this.#begun ??= (async () => {
      const flow = randomId();
      const url = withQuery(await this.authorizeUrl(), `flow=${flow}`);
      const answer = await this.ask(url, { origin: null });
      return { flow, url, answer, cookie: answer.headers.getSetCookie().join('\n') };
    })();
    return this.#begun;
  }
}

export const withQuery = (url: string, query: string): string => url + (url.includes('?') ? '&' : '?') + query;

/** Joins what is wrong; `undefined` where nothing is. */
export const wrong = (...findings: (string | false | undefined)[]): string | undefined =>
  findings.filter((finding) => typeof finding === 'string').join('; ') || undefined;

const header = ({ headers }: Answer, name: string): string => headers.get(name) ?? '';
export const missing = (answer: Answer, name: string, wanted: RegExp): string | false =>
  !wanted.test(header(answer, name)) && `${name} is ${JSON.stringify(answer.headers.get(name))}`;

export const status = (answer: Answer, ...wanted: number[]): string | false =>
  !wanted.includes(answer.status) && `status ${answer.status}, not ${wanted.join(' or ')}`;

/** A problem document (RFC 9457) with this code. */
export const problem = (answer: Answer, code: keyof typeof PROBLEM_CODES): string | undefined => {
  const document = (answer.json ?? {}) as Record<string, unknown>;
  return wrong(
    status(answer, PROBLEM_CODES[code]),
    missing(answer, 'content-type', /^application\/problem\+json\b/),
    readProblemCode(document) !== code && `code ${JSON.stringify(document['code'])}, not "${code}"`,
    document['status'] !== answer.status && 'the document has another status',
    !(typeof document['request_id'] === 'string' && document['request_id']) && 'request_id is missing',
    /\n\s+at |Traceback|node_modules/.test(answer.text) && 'it holds a stack trace',
  );
};

/** The headers of a page that is shown in the popup. */
export const pageHeaders = (answer: Answer): string | undefined =>
  wrong(
    missing(answer, 'content-type', /^text\/html\b/),
    missing(answer, 'content-security-policy', /default-src 'none'/),
    missing(answer, 'content-security-policy', /frame-ancestors 'none'/),
    /unsafe-(inline|eval)/.test(header(answer, 'content-security-policy')) && 'content-security-policy is unsafe',
    missing(answer, 'referrer-policy', /^no-referrer$/),
    missing(answer, 'cache-control', /no-store/),
    missing(answer, 'x-content-type-options', /^nosniff$/),
    answer.headers.has('cross-origin-opener-policy') && 'cross-origin-opener-policy is set',
  );

export interface Rule {
  readonly rule: string;
  readonly title: string;
  /** What is wrong, or `undefined`. */
  readonly check: (probe: Probe) => Promise<string | undefined>;
}

/** Neither answered nor allowed to the origin that asks. */
export const refused = async (probe: Probe, path: string, question: Question): Promise<string | undefined> => {
  const answer = await probe.ask(path, question);
  const allowed = answer.headers.get('access-control-allow-origin');
  return wrong(
    answer.status < 400 && `status ${answer.status}`,
    (allowed === '*' || allowed === question.origin) && `access-control-allow-origin is ${allowed}`,
  );
};

/** An origin that no partner lists. */
export const FOREIGN = 'https://foreign.invalid';
export const accountPath = (probe: Probe): string => `/accounts/${probe.account}`;
