/** A window that the element opened: it follows redirects, waits on the platform's page, and speaks like the redirect page. */
import { channelName, readMessage, resultMessage } from '../../src/protocol.ts';
import { FLOW_ID, type Hint } from '../../src/contract.ts';
import { Channel, type Browser } from './browser.ts';

/** What becomes of the redirect page's message. */
export type Delivery = 'once' | 'lost' | 'twice' | 'late';

const CLOSES_AFTER = 1_500;
const LATE = 60_000;

/** The account that an `authorize_url`'s path names. */
export const accountOf = (path: string): string =>
  decodeURIComponent(/\/accounts\/([^/]+)\/authorize$/.exec(path)?.[1] ?? '');

export class Popup {
  readonly #browser: Browser;
  readonly #channels: Channel[] = [];
  /** Unknown as long as the window is blank. */
  flow = '';
  account = '';
  /** Which of the proxy's lives began it. */
  life = 0;
  /** The platform's page that it shows. */
  consent: string | undefined;
  /** The platform's page that it showed first. */
  authorizationUrl: string | undefined;
  delivery: Delivery = 'once';
  severed = false;
  shut = false;
  /** What the element gets: a window as far as it looks at one. */
  readonly window: Window;

  /** `begin` hears where the element leads the window: at once, or when it has been blank for a while. */
  constructor(browser: Browser, url: string, begin: (url: string) => void) {
    this.#browser = browser;
    const lead = (to: string): void => {
      // Counted even where the user was faster: the element has not noticed yet.
      begin(to);
      if (this.shut) return;
      const { pathname, searchParams } = new URL(to);
      this.flow = searchParams.get('flow') ?? '';
      if (!FLOW_ID.test(this.flow)) throw new Error('A window was opened without a flow');
      this.account = accountOf(pathname);
      this.life = browser.life;
      void this.go(to);
    };
    const closed = (): boolean => this.shut || this.severed;
    this.window = {
      get closed() {
        return closed();
      },
      location: { replace: lead },
      focus: () => undefined,
      close: () => this.severed || this.close(),
      postMessage: (data: unknown) => this.#hear(data),
    } as unknown as Window;
    if (url) lead(url);
  }

  /** Closed, by the user or by its own script. */
  close(): void {
    this.shut = true;
    this.consent = undefined;
    for (const channel of this.#channels.splice(0)) channel.close();
  }

  async go(url: string): Promise<void> {
    this.consent = undefined;
    if (!url.startsWith(location.origin)) {
      if (!this.shut) this.consent = url;
      this.authorizationUrl ??= url;
      return;
    }
    let response: Response;
    try {
      response = await this.#browser.navigate(url);
    } catch {
      return;
    }
    const next = response.headers.get('location');
    if (next !== null) {
      // A window that is closed in mid-navigation follows no redirect; what the server did is done.
      if (this.shut) this.authorizationUrl ??= next.startsWith(location.origin) ? undefined : next;
      else await this.go(next);
      return;
    }
    const html = await response.text();
    if (!this.shut) this.#announce(html);
  }

  /** What `announce` of src/redirect.ts does, in a window of its own. */
  #announce(html: string): void {
    const data = /<script type="application\/json"[^>]*>(.*?)<\/script>/.exec(html)?.[1];
    if (data === undefined) return;
    const { announcements, close } = JSON.parse(data) as {
      announcements: { flow: string; hint: Hint; targets: string[] }[];
      close: boolean;
    };
    for (const { flow, hint, targets } of announcements)
      if (targets.includes(location.origin)) this.#deliver(resultMessage(flow, hint));
    if (close) this.#browser.time.after(CLOSES_AFTER, () => this.close());
  }

  #deliver(message: ReturnType<typeof resultMessage>): void {
    const send = (): void => {
      const channel = new Channel(channelName(message.flow), true);
      channel.onmessage = ({ data }) => this.#hear(data);
      channel.postMessage(message);
      if (this.shut) channel.close();
      else this.#channels.push(channel);
      if (!this.severed) this.#browser.message(message, this.window);
    };
    if (this.delivery === 'late') this.#browser.time.after(LATE, send);
    else if (this.delivery !== 'lost') send();
    if (this.delivery === 'twice') send();
  }

  #hear(data: unknown): void {
    if (readMessage(data)?.type === 'ack') this.close();
  }
}
