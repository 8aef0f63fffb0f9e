/** The page under test in a browser, and the demo's server and simulated LiveRamp around it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import type { Version } from '../../demo/partner.ts';
import { type Demo, startDemo } from '../../demo/server.ts';
import { ROOT } from '../../scripts/test-files.ts';
import { type Browser, type Engine, type Tab, click, launch, popupFrom, until } from './browsers.ts';
import type { Recorded } from './page.ts';

/** page.html as files in a folder: from the source it takes every window a hundred requests. */
export async function buildPage(): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'partner-page-'));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: folder,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(ROOT, 'test/e2e/page.html') },
    },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A browser, and a demo of its own that serves {@link buildPage}'s folder. */
export interface World {
  readonly demo: Demo;
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function startWorld(engine: Engine, staticDir: string): Promise<World> {
  const demo = await startDemo({ port: 0, staticDir });
  const browser = await launch(engine);
  // Some browsers end with their last window.
  await browser.open('about:blank');
  return {
    demo,
    browser,
    async close() {
      await browser.close();
      await demo.close();
    },
  };
}

/** Puts the demo's world back to its start, with a version of LiveRamp's API. */
export async function reset({ partner }: Demo, version: Version): Promise<void> {
  await partner.reset();
  partner.version = version;
}

/** The partner's page with one element. */
export class Page {
  readonly tab: Tab;
  readonly #browser: Browser;

  constructor(browser: Browser, tab: Tab) {
    this.#browser = browser;
    this.tab = tab;
  }

  /** Opens the page, in a session of the demo's default user. */
  static async open(browser: Browser, demo: Demo, attributes: Record<string, string>): Promise<Page> {
    const url = new URL('/test/e2e/page.html', demo.url);
    url.search = new URLSearchParams({ 'proxy-url': '/api/destination-oauth', ...attributes }).toString();
    return new Page(browser, await browser.open(url.href));
  }

  async view(): Promise<string> {
    return String(await this.tab.evaluate('window.element.view'));
  }

  /** Waits for a view; tells which views came instead. */
  async untilView(view: string, timeout?: number): Promise<void> {
    try {
      await until(async () => (await this.view()) === view, `the view "${view}"`, timeout);
    } catch (error) {
      const views = (await this.events('oauth-view-change')).map((event) => event.view).join(' → ');
      throw new Error(`${(error as Error).message}; views: ${views}`, { cause: error });
    }
  }

  async events(type?: string): Promise<Recorded[]> {
    const all = (await this.tab.evaluate('window.recorded')) as Recorded[];
    return type === undefined ? all : all.filter((event) => event.type === type);
  }

  /** What went wrong in the page itself. */
  async failures(): Promise<string[]> {
    return (await this.tab.evaluate('window.failures')) as string[];
  }

  click(part: 'button' | 'secondary-button'): Promise<void> {
    return click(this.tab, 'destination-oauth', `[part="${part}"]`);
  }

  /** Clicks the main action and gives the window that opens, once it shows the platform's sign-in. */
  async authorize(): Promise<Tab> {
    const popup = await popupFrom(this.#browser, () => this.click('button'));
    await until(() => popup.evaluate(`document.querySelector('button[name="user"]') !== null`), 'the sign-in page');
    return popup;
  }

  /** Waits until no window is open that was not there before `authorize`. */
  async untilPopupGone(popup: Tab): Promise<void> {
    await until(async () => !(await this.#browser.tabs()).includes(popup), 'the popup to close itself');
  }
}

/**
 * Presses a button of the platform's page, by script: those pages are not what is tested, and a mouse aimed at a window
 * that is still settling may hit the button beside it. Waits for `awaited`, which tells the page.
 */
async function press(popup: Tab, awaited: string, selector = awaited): Promise<void> {
  const find = (what: string): string => `document.querySelector(${JSON.stringify(what)})`;
  await until(() => popup.evaluate(`${find(awaited)} !== null`), awaited);
  await popup.evaluate(`void setTimeout(() => ${find(selector)}.click(), 50)`);
}

/** At the platform: signs in as a user. */
export const signIn = (popup: Tab, user: 'ada' | 'vic'): Promise<void> =>
  press(popup, `button[name="user"][value="${user}"]`);

/** At the platform: answers the consent page. The sign-in page has a button named "deny" too, which must not be hit. */
export const answer = (popup: Tab, name: 'allow' | 'deny'): Promise<void> =>
  press(popup, `button[name="allow"]`, `button[name="${name}"]`);
