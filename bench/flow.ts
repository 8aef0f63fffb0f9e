/** One authorization from the click to the end, as a user does it, with any of the subjects. */
import type { Browser, Page } from 'puppeteer-core';
import type { Peer } from './bundles.ts';
import { Tab, press } from './browser.ts';
import type { Hit } from './traffic.ts';
import type { World } from './world.ts';

export type Subject = 'element' | Exclude<Peer, 'nango-frontend'>;
export const SUBJECTS = ['element', 'oidc-client-ts', 'auth0-spa-js', 'msal-browser'] as const;

export interface Told {
  what: string;
  at: number;
  detail?: string;
}

/** What tells that a subject knows the outcome: a view of the element, or a peer's promise. */
const ENDS: readonly string[] = ['authorized', 'failed', 'incomplete', 'blocked', 'result', 'error'];
const isGood = ({ what }: Told): boolean => what === 'authorized' || what === 'result';

interface Clicked {
  clickedAt: number;
  openedAt: number;
}

export interface Flow extends Clicked {
  outcome: Told;
  good: boolean;
  /** The popup's own first request, wherever it goes. */
  popupRequest: Hit;
  /** The platform's first answer. */
  platform: Hit;
  /** The platform's answer that sends the browser back; none if the subject gave up before. */
  back: Hit | undefined;
  /** Requests of the browser, but for the platform's own pages. */
  requests: Hit[];
  /** The proxy's calls of LiveRamp between the click and the platform's first answer. */
  beginCalls: string[];
}

const isPlatformsPage = ({ path }: Hit): boolean => path.startsWith('/interaction/') || path.startsWith('/auth/');

export const BUTTONS = {
  element: `document.querySelector('destination-oauth').shadowRoot.querySelector('[part=button]')`,
  peer: `document.querySelector('#go')`,
};

/** Opens a subject's page, ready for the click. */
export async function openPage(browser: Browser, world: World, subject: Subject, variant?: string): Promise<Tab> {
  const tab = await Tab.open(browser);
  await tab.goto(world.flowUrl(subject, variant));
  await tab.until('window.bench?.ready', 'the page to be ready');
  await tab.rest();
  return tab;
}

/** Opens a subject's page and clicks. */
export async function begin(
  browser: Browser,
  world: World,
  subject: Subject,
  variant?: string,
): Promise<{ tab: Tab; popup: Page; clicked: Clicked }> {
  const tab = await openPage(browser, world, subject, variant);
  const button = BUTTONS[subject === 'element' ? subject : 'peer'];
  await tab.reach(button);
  world.upstreamCalls.length = 0;
  const popup = await tab.popupOf(() => tab.click(button));
  const clicked = (await tab.evaluate('({ clickedAt: bench.clickedAt, openedAt: bench.openedAt })')) as Clicked;
  return { tab, popup, clicked };
}

/** What the page tells of these, whichever comes first; `undefined` if none has after `ms` milliseconds. */
export async function told(tab: Tab, whats: readonly string[], ms: number): Promise<Told | undefined> {
  const list = whats.map((what) => JSON.stringify(what)).join();
  return (await tab.evaluate(
    `Promise.race([bench.until(${list}), new Promise((resolve) => setTimeout(resolve, ${ms}))])`,
  )) as Told | undefined;
}

/** Signs in and consents at the platform; `before` once its page is there. */
async function consent(popup: Page, before: (() => Promise<unknown>) | undefined): Promise<void> {
  await popup.waitForSelector('button[name="user"]');
  await before?.();
  await press(popup, 'button[name="user"][value="ada"]');
  await press(popup, 'button[name="allow"]');
}

interface Manner {
  variant?: string | undefined;
  /** Between the platform's first page and the sign-in. */
  before?: () => Promise<unknown>;
}

export async function runFlow(
  browser: Browser,
  world: World,
  subject: Subject,
  { variant, before }: Manner = {},
): Promise<Flow> {
  const { tab, popup, clicked } = await begin(browser, world, subject, variant);
  try {
    // A subject that gives up closes the popup on the way.
    const consented = consent(popup, before).catch((error: unknown) => error);
    const outcome = await told(tab, ENDS, 30_000);
    if (!outcome) throw new Error(`${subject} has not ended after 30 s: ${String(await consented)}`);
    const hits = world.traffic.since(clicked.clickedAt).filter(({ browser: ofBrowser }) => ofBrowser);
    const atPlatform = (hit: Hit): boolean => hit.host === world.platform.host;
    const popupRequest = hits.find(({ navigation }) => navigation);
    const platform = hits.find((hit) => atPlatform(hit) && hit.navigation);
    if (!popupRequest || !platform) throw new Error(`The popup of ${subject} asked for nothing.`);
    return {
      ...clicked,
      outcome,
      good: isGood(outcome),
      popupRequest,
      platform,
      back: hits.findLast((hit) => atPlatform(hit) && hit.path.startsWith('/auth/')),
      requests: hits.filter((hit) => hit.at < outcome.at && !isPlatformsPage(hit)),
      beginCalls: world.upstreamCalls.filter(({ at }) => at < platform.at).map(({ call }) => call),
    };
  } finally {
    await tab.close();
    world.traffic.clear();
  }
}
