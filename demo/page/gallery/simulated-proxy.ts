/**
 * The network and the windows of the gallery's elements: what goes to `https://gallery.invalid` (a host that cannot exist,
 * RFC 2606) is answered in this page. Everything else passes through untouched. The elements themselves are as they are.
 */
import { SimulatedAccount, type Answer, type Described } from './simulated-account.ts';

const ORIGIN = 'https://gallery.invalid';

/** The proxy's base of one element; each has its own, so that no answer waits for another. */
export const proxyUrlOf = (id: string): string => `${ORIGIN}/${id}`;

/** Milliseconds. */
const SLOW = 2_000;

const accounts = new Map<string, SimulatedAccount>();
let slow = false;

export function setSlow(on: boolean): void {
  slow = on;
}

/** Puts an account there, in place of the one of the same id. */
export function simulate(described: Described): void {
  accounts.set(described.id, new SimulatedAccount(described, `${proxyUrlOf(described.id)}/authorize`));
}

export const retire = (id: string): boolean => accounts.delete(id);

/** Path: `/{base}/accounts/{account}` or `/{base}/flows/{flow}`; the base names the account. */
function answerTo(url: URL): Answer {
  const [, id = '', resource, flow = ''] = url.pathname.split('/');
  const account = accounts.get(decodeURIComponent(id));
  if (account && resource === 'accounts') return account.read();
  if (account && resource === 'flows') return account.readFlow(flow);
  return { status: 404, body: { code: 'not_found' } };
}

/** Resolves when the answer shall come; rejects as `fetch` does when the request is given up. */
const wait = (milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : undefined;
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('The request was given up.', 'AbortError'));
    });
  });

async function respond(url: URL, signal: AbortSignal | null | undefined): Promise<Response> {
  const answer = answerTo(url);
  await wait(answer ? (slow ? SLOW : 0) : Infinity, signal);
  return answer ? Response.json(answer.body, { status: answer.status }) : Response.error();
}

/** The address of a request or a window, if it is of the gallery. */
function addressed(target: unknown): URL | undefined {
  const href = target instanceof Request ? target.url : target instanceof URL ? target.href : target;
  return typeof href === 'string' && href.startsWith(`${ORIGIN}/`) ? new URL(href) : undefined;
}

/** Takes the page's `fetch` and `window.open` over for the gallery's addresses. */
export function installSimulatedProxy(): void {
  const fetch = window.fetch.bind(window);
  const open = window.open.bind(window);
  window.fetch = (input, init) => {
    const url = addressed(input);
    return url ? respond(url, init?.signal) : fetch(input, init);
  };
  Object.defineProperty(window, 'open', {
    configurable: true,
    writable: true,
    value: (...args: Parameters<typeof open>): unknown => {
      const url = addressed(args[0]);
      if (!url) return open(...args);
      const account = accounts.get(decodeURIComponent(url.pathname.split('/')[1] ?? ''));
      return account?.open(url.searchParams.get('flow') ?? '') ?? null;
    },
  });
}
