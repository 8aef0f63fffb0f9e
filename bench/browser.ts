/** Chromium, driven so that measuring disturbs little: a fresh profile for each page, and no evaluation while one waits. */
import { type Browser, type BrowserContext, type CDPSession, type Page, launch } from 'puppeteer-core';
import {
  CHROMIUM_ARGS,
  CHROMIUM_IGNORED_DEFAULTS,
  browserPath,
  ensureBrowsers,
  findBrowser,
} from '../scripts/browsers.ts';

/** How long anything may take before the run is given up, in milliseconds. */
const PATIENCE = 30_000;

export async function launchChromium(): Promise<Browser> {
  if (!findBrowser('chromium')) ensureBrowsers(['chromium']);
  return launch({
    executablePath: browserPath('chromium'),
    args: [...CHROMIUM_ARGS],
    ignoreDefaultArgs: CHROMIUM_IGNORED_DEFAULTS,
    protocolTimeout: 180_000,
  });
}

/** Seconds of the page's main thread since the page was opened, as Chromium's own metrics count them. */
export interface Work {
  /** Everything: scripts, style, layout, timers. */
  task: number;
  script: number;
  compile: number;
  layout: number;
  style: number;
}

/** Bytes that are in use after everything has been collected that can be. */
export interface Heap {
  /** JavaScript's. */
  js: number;
  /** The DOM's. */
  dom: number;
}

/** One page in a profile of its own. */
export class Tab {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #session: CDPSession;

  private constructor(page: Page, context: BrowserContext, session: CDPSession) {
    this.page = page;
    this.#context = context;
    this.#session = session;
  }

  static async open(browser: Browser): Promise<Tab> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const session = await page.createCDPSession();
    await session.send('Performance.enable');
    return new Tab(page, context, session);
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  /** Evaluates an expression without the user activation that Puppeteer's own `evaluate` would grant. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: false,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  /** Waits for an expression to become true, by looking at every frame. */
  async until(condition: string, what: string): Promise<void> {
    const found = await this.evaluate(`new Promise((resolve) => {
      const late = performance.now() + ${PATIENCE};
      const look = () => (${condition}) ? resolve(true) : performance.now() > late ? resolve(false) : requestAnimationFrame(look);
      look();
    })`);
    if (found !== true) throw new Error(`Waited in vain for ${what} at ${new URL(this.page.url()).pathname}.`);
  }

  async work(): Promise<Work> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return {
      task: of('TaskDuration'),
      script: of('ScriptDuration'),
      compile: of('V8CompileDuration'),
      layout: of('LayoutDuration'),
      style: of('RecalcStyleDuration'),
    };
  }

  async heap(): Promise<Heap> {
    // What has a finalizer goes at the second collection.
    for (let turn = 0; turn < 2; turn += 1) await this.#session.send('HeapProfiler.collectGarbage');
    const usage: { usedSize: number; embedderHeapUsedSize?: number } = await this.#session.send('Runtime.getHeapUsage');
    return { js: usage.usedSize, dom: usage.embedderHeapUsedSize ?? 0 };
  }

  /** The window that an action opens. */
  async popupOf(action: () => Promise<void>): Promise<Page> {
    const opened = new Promise<Page>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('No popup opened.')), PATIENCE);
      this.page.once('popup', (popup) => {
        clearTimeout(late);
        if (popup) resolve(popup);
      });
    });
    await Promise.all([opened, action()]);
    return opened;
  }

  async #middleOf(expression: string): Promise<[x: number, y: number]> {
    return (await this.evaluate(
      `(({ left, top, width, height }) => [left + width / 2, top + height / 2])((${expression}).getBoundingClientRect())`,
    )) as [number, number];
  }

  /** Moves the mouse over what the expression finds, and waits until that shows. */
  async reach(expression: string): Promise<void> {
    await this.page.mouse.move(...(await this.#middleOf(expression)));
    await this.rest();
  }

  /** Waits until all is painted and nothing is left to be done, as it is when somebody has found the button. */
  async rest(): Promise<void> {
    await this.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(resolve)))');
  }

  /** Presses the mouse in the middle of what the expression finds. */
  async click(expression: string): Promise<void> {
    await this.page.mouse.click(...(await this.#middleOf(expression)));
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

/** Presses a button of the platform's page once it is there, by script: those pages are not what is measured. */
export async function press(popup: Page, selector: string): Promise<void> {
  await popup.waitForSelector(selector, { timeout: PATIENCE });
  await popup.evaluate((which) => {
    // After the evaluation has been answered: the page goes away with it.
    setTimeout(() => document.querySelector<HTMLButtonElement>(which)?.click());
  }, selector);
}
