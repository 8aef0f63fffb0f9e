/** Faults of the page, its messages, its clock, and of the servers. */
import assert from 'node:assert/strict';
import { type Tab, until } from './browsers.ts';
import { type Fault, type Trial, ACCOUNT, OTHER_ACCOUNT } from './fault-trial.ts';
import { answer, signIn } from './world.ts';

const WRONG = ['failed', 'error', 'blocked', 'incomplete'] as const;
const SEVERED = ['broadcast-channel', 'poll'] as const;
const INTACT = ['post-message', 'broadcast-channel'] as const;
/** Where the page has lost the window or missed its messages. */
const RESUMED = ['broadcast-channel', 'poll', 'resume'] as const;

export const PAGES: readonly Fault[] = [
  {
    name: 'reloaded in mid-flow',
    async act(trial) {
      const popup = await trial.begin();
      await trial.page.tab.goto(await trial.page.tab.url());
      await trial.page.untilView('unconfirmed');
      await trial.consent(popup);
    },
    from: 'unauthorized',
    to: 'authorized',
    channels: RESUMED,
    never: WRONG,
    differs: true,
  },
  {
    name: 'reloaded after the consent',
    async act(trial) {
      const popup = await trial.begin();
      const url = await trial.page.tab.url();
      await trial.page.tab.goto(new URL('/elsewhere', trial.world.origin).href);
      await trial.consent(popup);
      await trial.returned();
      trial.mark();
      await trial.page.tab.goto(url);
    },
    to: 'authorized',
    statuses: 'last',
    channels: RESUMED,
    never: WRONG,
  },
  {
    name: 'navigated away and back in mid-flow',
    async act(trial) {
      const popup = await trial.begin();
      const { tab } = trial.page;
      await tab.goto(new URL('/elsewhere', trial.world.origin).href);
      await trial.consent(popup);
      await trial.returned();
      trial.mark();
      // In its own task: the page goes before it could answer.
      await tab.evaluate('void setTimeout(() => history.back())');
      await until(async () => (await tab.evaluate('Boolean(window.element)')) === true, 'the page to come back');
    },
    to: 'authorized',
    statuses: 'last',
    channels: RESUMED,
    never: WRONG,
    differs: true,
  },
  {
    name: 'closed in mid-flow and opened again',
    async act(trial) {
      const popup = await trial.begin();
      await trial.page.tab.close();
      await trial.consent(popup);
      await trial.returned();
      trial.mark();
      await trial.open();
    },
    to: 'authorized',
    // The first read says it; the flow was another window's.
    statuses: ['authorized'],
    never: WRONG,
    differs: true,
  },
  {
    name: 'element moved in the document in mid-flow',
    async act(trial) {
      const popup = await trial.begin();
      await trial.evaluate(`void document.body.appendChild(document.createElement('main')).append(window.element)`);
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
  },
  {
    name: 'element removed in mid-flow and put back after the consent',
    async act(trial) {
      const popup = await trial.begin();
      await trial.evaluate('window.element.remove()');
      await trial.consent(popup);
      await trial.returned();
      await trial.page.untilPopupGone(popup);
      assert.equal((await trial.page.events('oauth-authorized')).length, 0);
      trial.mark();
      await trial.evaluate('void document.body.append(window.element)');
    },
    to: 'authorized',
    channels: ['poll', 'resume'],
    never: WRONG,
  },
  {
    name: 'element removed in mid-flow and put back before the consent',
    async act(trial) {
      const popup = await trial.begin();
      await trial.evaluate('(window.element.remove(), new Promise((resolve) => setTimeout(resolve, 100)))');
      await trial.evaluate('void document.body.append(window.element)');
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: INTACT,
    never: WRONG,
  },
  {
    name: 'account-id changed in mid-flow: the old flow does not count for the new account',
    async act(trial) {
      const popup = await trial.begin();
      await trial.evaluate(`void (window.element.accountId = ${JSON.stringify(OTHER_ACCOUNT)})`);
      trial.mark();
      await trial.untilEvent('oauth-status-change', { accountId: OTHER_ACCOUNT });
      await trial.consent(popup);
      await trial.returned();
      await trial.page.untilPopupGone(popup);
    },
    to: 'unauthorized',
    statuses: ['unauthorized', 'unauthorized'],
    never: [...WRONG, 'authorized'],
    async then({ page }) {
      await page.tab.evaluate(`void (window.element.accountId = ${JSON.stringify(ACCOUNT)})`);
      await page.untilView('authorized');
      assert.equal((await page.events('oauth-authorized')).length, 0);
    },
  },
  {
    name: 'proxy-url changed in mid-flow',
    async act(trial) {
      const popup = await trial.begin();
      await trial.evaluate(`void (window.element.proxyUrl = '/api/elsewhere')`);
      await until(async () => (await trial.page.view()) === 'unauthorized', 'the account by the other proxy');
      await trial.consent(popup);
      await trial.returned();
      await trial.page.untilPopupGone(popup);
      trial.mark();
      await until(async () => {
        await trial.evaluate('window.element.refresh()');
        return (await trial.page.view()) === 'authorized';
      }, 'the other proxy to tell of it');
    },
    to: 'authorized',
    statuses: ['unauthorized', 'unauthorized', 'authorized'],
    never: WRONG,
  },
];

export const MANY: readonly Fault[] = [
  {
    name: 'two elements for one account',
    elements: 2,
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
    async then({ page }) {
      await until(async () => (await page.tab.evaluate('window.elements[1].view')) === 'authorized', 'the other one');
      const others = (await page.events()).filter(({ index }) => index === 1);
      assert.deepEqual(
        others.filter(({ type }) => type !== 'oauth-view-change').map(({ oauthStatus }) => oauthStatus),
        ['unauthorized', 'authorized'],
      );
    },
  },
  {
    name: 'two accounts, finished in reverse order',
    elements: 2,
    async act(trial) {
      await trial.evaluate(`void (window.elements[1].accountId = ${JSON.stringify(OTHER_ACCOUNT)})`);
      await trial.untilEvent('oauth-status-change', { accountId: OTHER_ACCOUNT });
      const first = await trial.begin();
      const second = await trial.beginIn(1);
      await trial.consent(second);
      await trial.untilEvent('oauth-authorized', { accountId: OTHER_ACCOUNT });
      assert.equal(await trial.page.view(), 'awaiting');
      await trial.consent(first);
    },
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
    async then({ page }) {
      const all = (await page.events('oauth-authorized')).map(({ accountId }) => accountId);
      assert.deepEqual(all, [OTHER_ACCOUNT, ACCOUNT]);
    },
    differs: true,
  },
  {
    name: 'two tabs: the other one hears of it',
    async act(trial) {
      const first = trial.page;
      const second = await trial.open();
      await second.untilView('unauthorized');
      const popup = await first.authorize();
      await trial.consent(popup);
      await first.untilView('authorized');
    },
    to: 'authorized',
    // The flow was the other tab's.
    channels: [],
    never: WRONG,
    differs: true,
  },
];

export const MESSAGES: readonly Fault[] = [
  ...(['none', 'same-origin'] as const).map((coop): Fault => ({
    name: coop === 'none' ? 'messages lost' : 'messages lost, platform with COOP same-origin',
    world: { coop },
    sabotage: ['messages-lost'],
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
  })),
  {
    name: 'messages come twice',
    sabotage: ['messages-doubled'],
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
  },
  {
    name: 'messages come when all is over',
    sabotage: ['messages-held'],
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
    async then({ page, world }) {
      const before = (await page.events()).length;
      const { flows } = world.asked;
      await page.tab.evaluate('(window.release(), new Promise((resolve) => setTimeout(resolve)))');
      assert.equal(await page.view(), 'authorized');
      assert.equal((await page.events()).length, before);
      assert.equal(world.asked.flows, flows);
    },
  },
  {
    name: 'no BroadcastChannel',
    sabotage: ['no-broadcast-channel'],
    to: 'authorized',
    channels: ['post-message'],
    never: [...WRONG, 'unconfirmed'],
  },
  {
    name: 'no BroadcastChannel, platform with COOP same-origin',
    sabotage: ['no-broadcast-channel'],
    world: { coop: 'same-origin' },
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
  },
  {
    name: 'storage throws',
    sabotage: ['no-storage'],
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
  },
  {
    name: 'storage throws, platform with COOP same-origin',
    sabotage: ['no-storage'],
    world: { coop: 'same-origin' },
    to: 'authorized',
    channels: SEVERED,
    never: WRONG,
  },
];

export const CLOCKS: readonly Fault[] = [
  ...(['ahead', 'behind'] as const).map((direction): Fault => ({
    name: `clock ten minutes ${direction}, only polling works`,
    world: { coop: 'same-origin' },
    sabotage: [`clock-${direction}`, 'messages-lost'],
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
  })),
  ...([10, -10] as const).map((minutes): Fault => ({
    name: `clock put ${minutes > 0 ? 'ahead' : 'back'} ten minutes in mid-flow, only polling works`,
    world: { coop: 'same-origin' },
    sabotage: ['messages-lost'],
    async act(trial) {
      const popup = await trial.begin();
      await trial.page.untilView('unconfirmed');
      await trial.evaluate(`window.setClock(${minutes * 60_000})`);
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: ['poll'],
    never: WRONG,
  })),
  {
    name: 'clock put back ten minutes and page reloaded in mid-flow',
    async act(trial) {
      const popup = await trial.begin();
      await trial.page.tab.goto(trial.world.pageUrl({ ...trial.setup, sabotage: ['clock-behind'] }));
      await trial.page.untilView('unconfirmed');
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: RESUMED,
    never: WRONG,
  },
];

/** Once the element has heard of its flow, the proxy forgets it; the customer consents all the same. */
async function restart(trial: Trial): Promise<Tab> {
  const popup = await trial.begin();
  await until(async () => trial.world.asked.flows > 0, 'a poll');
  trial.world.restart();
  await trial.consent(popup);
  await trial.returned();
  return popup;
}

export const SERVERS: readonly Fault[] = [
  {
    name: 'offline in mid-flow, online after the return',
    async act(trial) {
      const popup = await trial.begin();
      trial.world.proxy = 'unreachable';
      await trial.consent(popup);
      await trial.returned();
      await trial.untilEvent('oauth-error', { code: 'unreachable' });
      trial.world.proxy = 'up';
      trial.mark();
      await trial.evaluate(`void dispatchEvent(new Event('online'))`);
    },
    to: 'authorized',
    channels: INTACT,
    errors: ['unreachable'],
    never: WRONG,
  },
  {
    name: 'offline in mid-flow, online before the return',
    async act(trial) {
      const popup = await trial.begin();
      trial.world.proxy = 'unreachable';
      await trial.untilEvent('oauth-error', { code: 'unreachable' });
      trial.world.proxy = 'up';
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: [...INTACT, 'poll'],
    errors: ['unreachable'],
    never: WRONG,
  },
  ...(['v2', 'v1.1'] as const).map((version): Fault => ({
    name: `proxy answers 500 in HTML from mid-flow until after the return (API ${version})`,
    version,
    async act(trial) {
      const popup = await trial.begin();
      trial.world.proxy = 'broken';
      await trial.consent(popup);
      await trial.returned();
      await trial.untilEvent('oauth-error', { code: 'unavailable' });
      trial.world.proxy = 'up';
      trial.mark();
    },
    to: 'authorized',
    within: 20_000,
    channels: INTACT,
    errors: ['unavailable'],
    never: WRONG,
  })),
  {
    name: 'proxy takes seconds for every answer',
    async act(trial) {
      const popup = await trial.begin();
      trial.world.proxy = 'slow';
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: INTACT,
    never: [...WRONG, 'unconfirmed'],
  },
  {
    name: 'proxy restarted in mid-flow, store lost (API v1.1)',
    version: 'v1.1',
    async act(trial) {
      await restart(trial);
    },
    to: 'authorized',
    within: 20_000,
    channels: ['poll'],
    never: WRONG,
  },
  {
    name: 'proxy restarted in mid-flow, store lost (API v2, reauthorization)',
    account: 'da_quillo_main',
    from: 'reauthorize',
    async act(trial) {
      await restart(trial);
    },
    to: 'authorized',
    within: 20_000,
    channels: ['poll'],
    never: WRONG,
  },
  {
    // The grant waits at LiveRamp to be linked with the account, and the proxy no longer knows to which: a proxy that
    // restarts wants a store that does not.
    name: 'proxy restarted in mid-flow, store lost (API v2, first authorization)',
    async act(trial) {
      const popup = await restart(trial);
      trial.mark();
      await popup.close();
    },
    to: 'unconfirmed',
    never: [...WRONG, 'authorized'],
  },
  {
    name: 'LiveRamp down during the return: its redirect says so, its status confirms it',
    async act(trial) {
      const popup = await trial.begin();
      await signIn(popup, 'ada');
      trial.world.simulator.scenario.liveramp = '503';
      await answer(popup, 'allow');
      await trial.returned();
      await trial.untilEvent('oauth-error', { code: 'unavailable' });
      trial.world.simulator.scenario.liveramp = 'up';
      trial.mark();
    },
    to: 'failed',
    within: 20_000,
    errors: ['unavailable', 'authorization_failed'],
    never: ['authorized', 'error', 'blocked', 'incomplete'],
  },
  {
    name: 'LiveRamp down after the return',
    async act(trial) {
      trial.world.onReturned = () => {
        trial.world.simulator.scenario.liveramp = '503';
      };
      await trial.consent(await trial.begin());
      await trial.untilEvent('oauth-error', { code: 'unavailable' });
      trial.world.simulator.scenario.liveramp = 'up';
      trial.mark();
    },
    to: 'authorized',
    within: 20_000,
    channels: INTACT,
    errors: ['unavailable'],
    never: WRONG,
  },
  {
    name: 'attempt expired at the proxy',
    async act(trial) {
      await trial.begin();
      trial.world.passAtProxy(16 * 60_000);
      trial.mark();
    },
    to: 'unauthorized',
    never: [...WRONG, 'authorized'],
  },
  {
    name: 'consent after a cancel',
    world: { coop: 'same-origin' },
    async act(trial) {
      const popup = await trial.begin();
      await trial.page.untilView('unconfirmed');
      await trial.evaluate('window.element.cancel()');
      await trial.page.untilView('unauthorized');
      await trial.consent(popup);
    },
    to: 'authorized',
    channels: SEVERED,
    never: WRONG,
    differs: true,
  },
];
