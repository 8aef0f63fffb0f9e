/** A browser without a window: cookies, redirects and forms by `fetch`, to walk through sign-in and consent in tests. */

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly expires: number;
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Every URL of this navigation, redirects included, the last one too. */
  readonly visited: readonly string[];
}

export interface Navigation {
  /** Stops before this URL is requested; the page is then empty with status 0. */
  readonly stopAt?: (url: string) => boolean;
}

const MAX_REDIRECTS = 20;
const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : unescape(found);
};

export class Browser {
  #cookies: Cookie[] = [];
  #page: Page | undefined;

  /** The page that shows. */
  get page(): Page {
    if (!this.#page) throw new Error('No page is open.');
    return this.#page;
  }

  cookieHeader(url: URL): string {
    const now = Date.now();
    return this.#cookies
      .filter(({ host, path, expires }) => host === url.hostname && expires > now && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** Top-level navigation to `url`. Cookies are by host and path, and as in a browser know no port. */
  async open(url: string, init: RequestInit = {}, { stopAt }: Navigation = {}): Promise<Page> {
    const visited: string[] = [];
    let next = new URL(url);
    let request = init;
    for (;;) {
      visited.push(next.href);
      if (visited.length > MAX_REDIRECTS) throw new Error('Too many redirects.');
      if (stopAt?.(next.href)) {
        return (this.#page = { url: next.href, status: 0, headers: new Headers(), text: '', visited });
      }
      const headers = new Headers(request.headers);
      const cookie = this.cookieHeader(next);
      if (cookie) headers.set('cookie', cookie);
      const response = await fetch(next, { ...request, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) this.#store(line, next);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) {
        const text = await response.text();
        return (this.#page = { url: next.href, status: response.status, headers: response.headers, text, visited });
      }
      await response.body?.cancel();
      next = new URL(location, next);
      // 302 and 303 turn a form's POST into a GET (Fetch, HTTP-redirect fetch).
      request = {};
    }
  }

  /** Presses the button with this text in a form of the page that shows. */
  async press(text: string, navigation: Navigation = {}): Promise<Page> {
    const { text: html, url } = this.page;
    for (const [, formTag = '', content = ''] of html.matchAll(/(<form[^>]*)>(.*?)<\/form>/gs)) {
      for (const [, buttonTag = '', label = ''] of content.matchAll(/(<button[^>]*)>(.*?)<\/button>/gs)) {
        if (!unescape(label.replace(/<[^>]*>/g, ' ')).includes(text)) continue;
        const body = new URLSearchParams({ [attribute(buttonTag, 'name') ?? '']: attribute(buttonTag, 'value') ?? '' });
        return this.open(new URL(attribute(formTag, 'action') ?? '', url).href, { method: 'POST', body }, navigation);
      }
    }
    throw new Error(`No button "${text}" on ${new URL(url).pathname}.`);
  }

  #store(line: string, url: URL): void {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    const name = pair.slice(0, split);
    const of = (key: string): string | undefined =>
      rest.find((part) => part.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = of('path') ?? '/';
    const maxAge = of('max-age');
    const until = of('expires');
    const expires =
      maxAge !== undefined ? Date.now() + Number(maxAge) * 1000 : until !== undefined ? Date.parse(until) : Infinity;
    this.#cookies = this.#cookies.filter((c) => !(c.name === name && c.host === url.hostname && c.path === path));
    this.#cookies.push({ name, value: pair.slice(split + 1), host: url.hostname, path, expires });
  }
}

export type Decision = 'allow' | 'deny' | 'cancel';

/** What a customer does at the platform: signs in as a user, then allows or denies; or cancels at the sign-in. */
export async function decide(
  browser: Browser,
  authorizationUrl: string,
  { user = 'Ada Admin', decision = 'allow' }: { user?: string; decision?: Decision } = {},
  navigation: Navigation = {},
): Promise<Page> {
  await browser.open(authorizationUrl);
  if (decision === 'cancel') return browser.press('Cancel and go back', navigation);
  await browser.press(`Sign in as ${user}`);
  return browser.press(decision === 'allow' ? 'Allow' : 'Deny', navigation);
}
