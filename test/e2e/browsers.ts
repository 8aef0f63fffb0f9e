/**
 * One small driver for three browser engines, so that every scenario is written once.
 *
 * Chromium and Firefox by puppeteer-core, WebKitGTK by WebDriver; each with its popup blocker and storage partitioning
 * on. The driver clicks with the mouse, at coordinates, as a user does.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, ensureBrowsers, selectedEngines } from '../../scripts/browsers.ts';
import { launchPuppeteer } from './puppeteer-driver.ts';
import { launchWebKit } from './webkit-driver.ts';

export type { Engine };

/** One window: the page under test, or a popup. */
export interface Tab {
  goto(url: string): Promise<void>;
  url(): Promise<string>;
  /** Evaluates a JavaScript expression (a promise is awaited) in the page; its value travels as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Moves the mouse to a point of the viewport, in CSS pixels, and clicks there. */
  clickAt(x: number, y: number): Promise<void>;
  screenshot(file: string): Promise<void>;
  /** Closes the window as its user would. */
  close(): Promise<void>;
}

export interface Browser {
  readonly engine: Engine;
  /** A new window at the URL. */
  open(url: string): Promise<Tab>;
  /** Every open window; a window keeps its Tab. */
  tabs(): Promise<Tab[]>;
  close(): Promise<void>;
}

const LAUNCHERS: Record<Engine, () => Promise<Browser>> = {
  chromium: () => launchPuppeteer('chromium'),
  firefox: () => launchPuppeteer('firefox'),
  webkit: launchWebKit,
};

/** The engines to run in, installed. */
export function engines(): Engine[] {
  const chosen = selectedEngines();
  ensureBrowsers(chosen);
  return chosen;
}

/** Starts a browser with an empty profile. */
export const launch = (engine: Engine): Promise<Browser> => LAUNCHERS[engine]();

/** How long a condition may take; machines that run tests are busy. */
const PATIENCE_MS = 40_000;

/** Waits until `condition` gives something truthy, and gives it back. A page that is navigating counts as "not yet". */
export async function until<T>(
  condition: () => Promise<T>,
  what: string,
  timeout = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeout} ms in vain for ${what}; at the end: ${String(last)}`);
    }
    await delay(50);
  }
}

/** JavaScript that looks an element up: each selector after the first is looked for in the shadow root of the last. */
const lookUp = (path: readonly string[]): string =>
  path
    .reduce((root, selector) => `${root}?.querySelector(${JSON.stringify(selector)})?.shadowRoot`, 'document')
    .slice(0, -'?.shadowRoot'.length);

/**
 * Clicks the middle of an element, as soon as it is there, enabled, at rest and not covered. Each selector of the path
 * after the first is looked for in the shadow root of the element before it.
 */
export async function click(tab: Tab, ...path: string[]): Promise<void> {
  const where = `(async () => {
    const element = ${lookUp(path)};
    if (!element || element.disabled || element.getAttribute('aria-disabled') === 'true') return null;
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    const before = element.getBoundingClientRect();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || box.top !== before.top || box.left !== before.left) return null;
    const x = Math.round(box.left + box.width / 2);
    const y = Math.round(box.top + box.height / 2);
    const hit = element.getRootNode().elementFromPoint(x, y);
    return hit && (element.contains(hit) || hit.contains(element)) ? [x, y] : null;
  })()`;
  const point = await until(() => tab.evaluate(where), `something to click at ${path.join(' » ')}`);
  const [x, y] = point as [number, number];
  await tab.clickAt(x, y);
}

/** The window that an action opens. */
export async function popupFrom(browser: Browser, action: () => Promise<void>): Promise<Tab> {
  const known = await browser.tabs();
  await action();
  return until(async () => (await browser.tabs()).find((tab) => !known.includes(tab)), 'a popup');
}
