/** Faults of windows: opener policies, frames, popups. */
import assert from 'node:assert/strict';
import { click, popupFrom, until } from './browsers.ts';
import type { Fault } from './fault-trial.ts';
import { signIn } from './world.ts';

const WRONG = ['failed', 'error', 'blocked', 'incomplete'] as const;
const NO_LIMBO = [...WRONG, 'unconfirmed'] as const;
/** The link to the opener is cut. */
const SEVERED = ['broadcast-channel', 'poll'] as const;
const INTACT = ['post-message', 'broadcast-channel'] as const;

export const OPENERS: readonly Fault[] = [
  ...(['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'] as const).map((coop): Fault => ({
    name: `platform with COOP ${coop}`,
    world: { coop },
    to: 'authorized',
    // Firefox does not know `noopener-allow-popups`.
    channels: coop === 'noopener-allow-popups' ? INTACT : ['broadcast-channel'],
    never: WRONG,
    differs: true,
  })),
  {
    name: 'page with COOP same-origin',
    pageCoop: 'same-origin',
    to: 'authorized',
    channels: ['broadcast-channel'],
    never: WRONG,
    differs: true,
  },
  {
    name: 'page with COOP same-origin-allow-popups',
    pageCoop: 'same-origin-allow-popups',
    to: 'authorized',
    channels: INTACT,
    never: WRONG,
    differs: true,
  },
  ...(['same-origin', 'same-origin-allow-popups'] as const).map((redirectCoop): Fault => ({
    name: `redirect page with COOP ${redirectCoop}`,
    redirectCoop,
    to: 'authorized',
    channels: SEVERED,
    never: WRONG,
    differs: true,
  })),
  {
    name: 'redirect page on another origin than the proxy',
    elsewhere: true,
    to: 'authorized',
    channels: ['post-message'],
    never: NO_LIMBO,
    differs: true,
  },
  {
    name: 'redirect page on another origin, platform with COOP same-origin',
    elsewhere: true,
    world: { coop: 'same-origin' },
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
    differs: true,
  },
  {
    name: 'redirect page on another origin, with COOP same-origin',
    elsewhere: true,
    redirectCoop: 'same-origin',
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
  },
];

const SANDBOX = 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox';

export const FRAMES: readonly Fault[] = [
  {
    name: 'in a cross-site frame',
    frame: { site: 'cross-site' },
    to: 'authorized',
    channels: ['post-message'],
    never: NO_LIMBO,
    differs: true,
  },
  {
    name: 'in a same-site frame of another origin',
    frame: { site: 'same-site' },
    to: 'authorized',
    channels: INTACT,
    never: NO_LIMBO,
    differs: true,
  },
  {
    name: 'in a cross-site frame, platform with COOP same-origin',
    frame: { site: 'cross-site' },
    world: { coop: 'same-origin' },
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
    differs: true,
  },
  {
    name: 'in a same-site frame, platform with COOP same-origin',
    frame: { site: 'same-site' },
    world: { coop: 'same-origin' },
    to: 'authorized',
    // WebKitGTK keeps channels of frames apart from those of windows.
    channels: SEVERED,
    never: WRONG,
    differs: true,
  },
  {
    name: 'in a sandboxed frame whose popups escape',
    frame: { site: 'cross-site', sandbox: SANDBOX },
    to: 'authorized',
    channels: ['post-message'],
    never: NO_LIMBO,
    differs: true,
  },
  {
    name: 'in a sandboxed frame whose popups inherit the sandbox',
    frame: { site: 'cross-site', sandbox: 'allow-scripts allow-same-origin allow-forms allow-popups' },
    to: 'authorized',
    channels: ['post-message', 'poll'],
    never: WRONG,
    differs: true,
  },
  {
    name: 'in a sandboxed frame without allow-popups',
    frame: { site: 'cross-site', sandbox: 'allow-scripts allow-same-origin' },
    async act(trial) {
      await trial.page.click('button');
      trial.mark();
    },
    to: 'blocked',
    errors: ['popup_blocked'],
    differs: true,
  },
  {
    name: 'in a sandboxed frame without allow-same-origin',
    frame: { site: 'cross-site', sandbox: 'allow-scripts allow-popups allow-popups-to-escape-sandbox' },
    from: 'error',
    act: async () => undefined,
    to: 'error',
    statuses: [],
    errors: ['unreachable'],
    async then({ page }) {
      const findings = await page.tab.evaluate('window.element.diagnose().then(({ findings }) => findings.join())');
      assert.match(String(findings), /add allow-same-origin/);
    },
    differs: true,
  },
  {
    name: 'in a cross-site frame of a page with COOP same-origin: no popup, and an orphan window',
    frame: { site: 'cross-site' },
    pageCoop: 'same-origin',
    async act(trial) {
      await popupFrom(trial.browser, () => trial.page.click('button'));
      trial.mark();
    },
    to: 'blocked',
    errors: ['popup_blocked'],
    differs: true,
  },
];

export const POPUPS: readonly Fault[] = [
  {
    name: 'blocked without a gesture, opened by a click',
    atOnce: true,
    async act(trial) {
      const { world } = trial;
      await until(async () => world.recorded.some(({ view }) => view === 'blocked'), 'the view "blocked"');
      await trial.consent(await trial.begin());
    },
    to: 'authorized',
    channels: INTACT,
    errors: ['popup_blocked'],
    differs: true,
  },
  {
    name: 'closed before the sign-in',
    async act(trial) {
      const popup = await trial.begin();
      trial.mark();
      await popup.close();
    },
    to: 'unconfirmed',
    within: 6_000,
    never: WRONG,
    differs: true,
  },
  {
    name: 'closed at the consent',
    async act(trial) {
      const popup = await trial.begin();
      await signIn(popup, 'ada');
      await until(() => popup.evaluate(`document.querySelector('button[name="allow"]') !== null`), 'the consent page');
      trial.mark();
      await popup.close();
    },
    to: 'unconfirmed',
    within: 6_000,
    never: WRONG,
  },
  ...(['v2', 'v1.1'] as const).map((version): Fault => ({
    name: `closed after the consent, before the return (API ${version})`,
    version,
    async act(trial) {
      trial.world.callbackLost = true;
      const popup = await trial.begin();
      await trial.consent(popup);
      await trial.returned();
      await popup.close();
    },
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
    differs: version === 'v2',
  })),
  {
    name: 'closed by the user and opened again',
    async act(trial) {
      await (await trial.begin()).close();
      await trial.page.untilView('unconfirmed');
      const again = await popupFrom(trial.browser, () =>
        click(trial.page.tab, 'destination-oauth', '[part="secondary-button"]'),
      );
      await until(() => again.evaluate(`document.querySelector('button[name="user"]') !== null`), 'the sign-in page');
      await trial.consent(again);
    },
    to: 'authorized',
    channels: INTACT,
    never: WRONG,
  },
  ...([2, 3] as const).map((clicks): Fault => ({
    name: `${clicks === 2 ? 'double' : 'triple'} click opens one window`,
    async act(trial) {
      const known = await trial.browser.tabs();
      const point = await trial.evaluate(`(({ left, top, width, height }) => [left + width / 2, top + height / 2]
        .map(Math.round))(window.element.shadowRoot.querySelector('[part="button"]').getBoundingClientRect())`);
      const [x, y] = point as [number, number];
      const popup = await popupFrom(trial.browser, async () => {
        for (let i = 0; i < clicks; i++) await trial.page.tab.clickAt(x, y);
      });
      await until(() => popup.evaluate(`document.querySelector('button[name="user"]') !== null`), 'the sign-in page');
      const opened = (await trial.browser.tabs()).filter((tab) => !known.includes(tab));
      assert.equal(opened.length, 1);
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: INTACT,
    never: NO_LIMBO,
    differs: clicks === 3,
  })),
  {
    name: 'severed, opened again by a second click, finished in the first window',
    world: { coop: 'same-origin' },
    async act(trial) {
      const first = await trial.begin();
      await trial.page.untilView('unconfirmed');
      const second = await popupFrom(trial.browser, () =>
        click(trial.page.tab, 'destination-oauth', '[part="secondary-button"]'),
      );
      await until(() => second.evaluate(`document.querySelector('button[name="user"]') !== null`), 'the sign-in page');
      await trial.consent(first);
    },
    to: 'authorized',
    channels: SEVERED,
    never: WRONG,
    differs: true,
  },
];
