/** Chromium and Firefox. */
import { writeFile } from 'node:fs/promises';
import { type CDPSession, type Page, launch } from 'puppeteer-core';
import { CHROMIUM_ARGS, CHROMIUM_IGNORED_DEFAULTS, FIREFOX_PREFS, browserPath } from '../../scripts/browsers.ts';
import type { Browser, Tab } from './browsers.ts';

class PuppeteerTab implements Tab {
  readonly #page: Page;
  #session: Promise<CDPSession> | undefined;
  readonly #isChromium: boolean;

  constructor(page: Page, isChromium: boolean) {
    this.#page = page;
    this.#isChromium = isChromium;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url, { waitUntil: 'load' });
  }

  async url(): Promise<string> {
    // Asked in the page: what Puppeteer remembers may be older.
    return String(await this.evaluate('location.href'));
  }

  async evaluate(expression: string): Promise<unknown> {
    // Puppeteer evaluates as if in a user's gesture, which would let popups open without one. Chromium can be asked not
    // to; Firefox cannot through Puppeteer.
    if (!this.#isChromium) return this.#page.evaluate(expression);
    this.#session ??= this.#page.createCDPSession();
    const { result, exceptionDetails } = await (
      await this.#session
    ).send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: false });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  async clickAt(x: number, y: number): Promise<void> {
    await this.#page.bringToFront();
    await this.#page.mouse.click(x, y);
  }

  async screenshot(file: string): Promise<void> {
    await writeFile(file, await this.#page.screenshot());
  }

  async close(): Promise<void> {
    await this.#page.close();
  }
}

export async function launchPuppeteer(engine: 'chromium' | 'firefox'): Promise<Browser> {
  const executablePath = browserPath(engine);
  const isChromium = engine === 'chromium';
  const browser = await launch(
    isChromium
      ? {
          executablePath,
          args: [...CHROMIUM_ARGS],
          ignoreDefaultArgs: CHROMIUM_IGNORED_DEFAULTS,
          defaultViewport: null,
        }
      : { browser: 'firefox', executablePath, extraPrefsFirefox: FIREFOX_PREFS, defaultViewport: null },
  );
  const known = new Map<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const tab = known.get(page) ?? new PuppeteerTab(page, isChromium);
    known.set(page, tab);
    return tab;
  };
  return {
    engine,
    async open(url) {
      const tab = tabOf(await browser.newPage());
      await tab.goto(url);
      return tab;
    },
    tabs: async () => (await browser.pages()).map(tabOf),
    close: () => browser.close(),
  };
}
