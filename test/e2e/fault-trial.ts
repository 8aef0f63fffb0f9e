/** One run of a fault in one engine: the page, and what a user and the world do to it. */
import type { Coop, Scenario } from '../../demo/simulator/scenario.ts';
import type { Version } from '../../demo/partner.ts';
import { type Browser, type Engine, type Tab, popupFrom, until } from './browsers.ts';
import type { PageSetup, Sabotage } from './fault-page.ts';
import { AUTHORIZATION, type FaultWorld, type Framing, now } from './fault-world.ts';
import { Page, answer, signIn } from './world.ts';

/** Needs an authorization, and its platform is Brightfjord. */
export const ACCOUNT = 'da_brightfjord_eu';
/** The same at another platform. */
export const OTHER_ACCOUNT = 'da_tamarack_long';

export interface Fault {
  name: string;
  version?: Version;
  /** The account of the element; {@link ACCOUNT} unless it says otherwise. */
  account?: string;
  world?: Partial<Scenario>;
  /** `Cross-Origin-Opener-Policy` of the page: of the one around the frame where there is a frame. */
  pageCoop?: Coop;
  /** `Cross-Origin-Opener-Policy` of the redirect page. */
  redirectCoop?: Coop;
  /** The redirect page is on another origin than the proxy. */
  elsewhere?: boolean;
  frame?: Framing;
  sabotage?: readonly Sabotage[];
  /** `authorize()` is called without a gesture. */
  atOnce?: boolean;
  /** How many elements for the account. */
  elements?: number;
  /** The view to begin in; `unauthorized` unless it says otherwise. */
  from?: string;
  /** What happens from then on: unless it says otherwise, the user authorizes and consents. */
  act?(trial: Trial): Promise<void>;
  /** The view at the end. */
  to: string;
  /** Milliseconds from the return, or what the trial marked instead, to the view at the end: 12 s, as polls are 10 s apart. */
  within?: number;
  /**
   * Every status that the element told, in order; by default `unauthorized`, and what `to` says. `last`: only that the
   * last one is what `to` says, since the ones before depend on who is faster.
   */
  statuses?: readonly string[] | 'last';
  /** The ways in which the return may be learnt; empty where there must be no `oauth-authorized`. */
  channels?: readonly string[];
  /** The code of every `oauth-error`, in order. */
  errors?: readonly string[];
  /** Views that must not appear between the click and the end. */
  never?: readonly string[];
  /** Looks on when the end is reached. */
  then?(trial: Trial): Promise<void>;
  /** Engines differ in it: it runs in all of them even when only Chromium runs everything. */
  differs?: boolean;
  /** Engines that cannot do this, and why. */
  cannot?: Partial<Record<Engine, string>>;
}

/** The partner's page where it is in a frame. */
class FramedTab implements Tab {
  readonly #outer: Tab;

  constructor(outer: Tab) {
    this.#outer = outer;
  }

  goto = (url: string): Promise<void> => this.#outer.goto(url);
  url = (): Promise<string> => this.#outer.url();
  screenshot = (file: string): Promise<void> => this.#outer.screenshot(file);
  close = (): Promise<void> => this.#outer.close();

  evaluate(expression: string): Promise<unknown> {
    return this.#outer.evaluate(`window.inFrame(${JSON.stringify(expression)})`);
  }

  async clickAt(x: number, y: number): Promise<void> {
    const offset = await this.#outer.evaluate(
      `(({ left, top }) => [left, top])(document.querySelector('iframe').getBoundingClientRect())`,
    );
    const [left, top] = offset as [number, number];
    // The frame has a border of two pixels.
    await this.#outer.clickAt(Math.round(left) + 2 + x, Math.round(top) + 2 + y);
  }
}

export class Trial {
  readonly engine: Engine;
  readonly browser: Browser;
  readonly world: FaultWorld;
  readonly #fault: Fault;
  #page: Page | undefined;
  #since: number | undefined;

  constructor(engine: Engine, browser: Browser, world: FaultWorld, fault: Fault) {
    this.engine = engine;
    this.browser = browser;
    this.world = world;
    this.#fault = fault;
  }

  /** The page that is looked at. */
  get page(): Page {
    if (!this.#page) throw new Error('No page is open.');
    return this.#page;
  }

  /** What the time to the final view is counted from. */
  get since(): number | undefined {
    return this.#since ?? this.world.returnedAt;
  }

  mark(): void {
    this.#since = now();
  }

  get setup(): PageSetup {
    const { account = ACCOUNT, elsewhere, elements = 1, sabotage, atOnce, frame } = this.#fault;
    const attributes = {
      'account-id': account,
      ...(elsewhere
        ? { 'proxy-url': '/api/elsewhere', 'redirect-origin': this.world.redirectOrigin }
        : { 'proxy-url': '/api/destination-oauth' }),
    };
    return {
      elements: Array.from({ length: elements }, () => attributes),
      ...(sabotage && { sabotage }),
      ...(atOnce && { authorizeAtOnce: true }),
      ...(frame && { authorization: AUTHORIZATION }),
    };
  }

  /** Opens the page in a window of its own; it is the page that is looked at from here on. */
  async open(setup = this.setup): Promise<Page> {
    const { frame, pageCoop } = this.#fault;
    let tab: Tab;
    if (frame) {
      // A session of the partner's site, for the popup.
      tab = await this.browser.open(new URL('/login', this.world.origin).href);
      await tab.goto(this.world.portalUrl(this.world.pageUrl(setup), frame, pageCoop));
      tab = new FramedTab(tab);
    } else tab = await this.browser.open(this.world.pageUrl(setup, pageCoop));
    return (this.#page = new Page(this.browser, tab));
  }

  evaluate(expression: string): Promise<unknown> {
    return this.page.tab.evaluate(expression);
  }

  /** Clicks the main action and gives the window that opens, once it shows the platform's sign-in. */
  begin(): Promise<Tab> {
    return this.page.authorize();
  }

  /** The same for another element of the page than the first. */
  async beginIn(index: number): Promise<Tab> {
    const popup = await popupFrom(this.browser, async () => {
      const point = await until(
        () =>
          this.evaluate(`(() => {
            const button = window.elements[${index}].shadowRoot.querySelector('[part="button"]');
            if (button.disabled || button.getAttribute('aria-disabled') === 'true') return null;
            const { left, top, width, height } = button.getBoundingClientRect();
            return [Math.round(left + width / 2), Math.round(top + height / 2)];
          })()`),
        'a button to click',
      );
      await this.page.tab.clickAt(...(point as [number, number]));
    });
    await until(() => popup.evaluate(`document.querySelector('button[name="user"]') !== null`), 'the sign-in page');
    return popup;
  }

  async consent(popup: Tab): Promise<void> {
    await signIn(popup, 'ada');
    await answer(popup, 'allow');
  }

  /** Waits until the browser has come to the callback. */
  async returned(): Promise<void> {
    await until(async () => this.world.returnedAt !== undefined, 'the return');
  }

  async untilEvent(type: string, fields: Record<string, unknown> = {}): Promise<void> {
    await until(
      async () =>
        (await this.page.events(type)).some((event) =>
          Object.entries(fields).every(([name, value]) => event[name] === value),
        ),
      `${type} ${JSON.stringify(fields)}`,
    );
  }
}
