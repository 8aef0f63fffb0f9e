/**
 * The whole way, for real: the element, its popup, the platform's OAuth server on another site, the simulated LiveRamp,
 * the proxy. One table, every engine, both versions of LiveRamp's API.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { VERSIONS } from '../../demo/partner.ts';
import type { Demo } from '../../demo/server.ts';
import type { Scenario as SimulatedWorld } from '../../demo/simulator/scenario.ts';
import { type Engine, type Tab, engines, until } from './browsers.ts';
import { Page, type World, answer, buildPage, reset, signIn, startWorld } from './world.ts';

interface Scenario {
  name: string;
  account: string;
  /** Of the tag, besides `account-id` and `proxy-url`. */
  attributes?: Record<string, string>;
  world?: Partial<SimulatedWorld>;
  /** Before the click: brings the page to the view that the click starts from. */
  prepare?(page: Page, demo: Demo, from: string): Promise<void>;
  /** What the page shows before the click; `v11` where version 1.1 of LiveRamp's API cannot tell as much. */
  from: string;
  v11?: string;
  /** What the user does in the popup. */
  act(popup: Tab, page: Page): Promise<void>;
  /** The popup is gone at the end, without the user's closing it. */
  closes: boolean;
  /** What the page shows at the end. */
  to: string;
  /** Every status the element told, in order. */
  statuses: readonly string[];
  /** How the return may have been learnt, where the account ends up authorized. */
  channels?: readonly string[];
  /** The code of every `oauth-error`, in order; none by default. */
  errors?: readonly string[];
  /** Views that must not appear on the way. */
  never: readonly string[];
  /** Goes on from there. */
  then?(page: Page, popup: Tab): Promise<void>;
  /** Engines that cannot do this, and why. */
  cannot?: Partial<Record<Engine, string>>;
}

const consent = async (popup: Tab): Promise<void> => {
  await signIn(popup, 'ada');
  await answer(popup, 'allow');
};

/** A poll may fall between the platform's redirect and the redirect page's message. */
const TOLD = ['post-message', 'broadcast-channel', 'poll'];

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'consent',
    account: 'da_brightfjord_eu',
    from: 'unauthorized',
    act: consent,
    closes: true,
    to: 'authorized',
    statuses: ['unauthorized', 'authorized'],
    channels: TOLD,
    never: ['failed', 'error', 'blocked', 'unconfirmed', 'incomplete'],
  },
  {
    name: 'deny',
    account: 'da_brightfjord_eu',
    from: 'unauthorized',
    act: async (popup) => {
      await signIn(popup, 'ada');
      await answer(popup, 'deny');
    },
    closes: true,
    to: 'failed',
    statuses: ['unauthorized'],
    errors: ['authorization_failed'],
    never: ['authorized', 'error', 'blocked', 'unconfirmed'],
  },
  {
    name: 'no permission at the platform',
    account: 'da_brightfjord_eu',
    from: 'unauthorized',
    act: async (popup) => {
      await signIn(popup, 'vic');
      await answer(popup, 'allow');
    },
    closes: true,
    to: 'incomplete',
    statuses: ['unauthorized'],
    never: ['authorized', 'failed', 'error', 'blocked'],
  },
  {
    name: 'reauthorize after revocation',
    account: 'da_quillo_shop',
    prepare: async (page, demo, from) => {
      await page.untilView('authorized');
      assert.equal(await demo.simulator.revoke('da_quillo_shop'), true);
      // The proxy may hold a status for up to two seconds.
      await until(async () => {
        await page.tab.evaluate('window.element.refresh()');
        return (await page.view()) === from;
      }, 'the revocation to show');
    },
    from: 'reauthorize',
    // Its `oauth_status` does not tell a grant that went stale from one that never was.
    v11: 'unauthorized',
    act: consent,
    closes: true,
    to: 'authorized',
    statuses: ['authorized', 'unauthorized', 'authorized'],
    channels: TOLD,
    never: ['failed', 'error', 'blocked', 'unconfirmed', 'incomplete'],
  },
  {
    name: 'platform with COOP same-origin',
    account: 'da_brightfjord_eu',
    world: { coop: 'same-origin' },
    from: 'unauthorized',
    act: consent,
    closes: true,
    to: 'authorized',
    statuses: ['unauthorized', 'authorized'],
    channels: ['broadcast-channel', 'poll'],
    never: ['failed', 'error', 'blocked', 'incomplete'],
  },
  {
    name: 'opener="sever"',
    account: 'da_brightfjord_eu',
    attributes: { opener: 'sever' },
    from: 'unauthorized',
    act: consent,
    closes: true,
    to: 'authorized',
    statuses: ['unauthorized', 'authorized'],
    channels: ['broadcast-channel', 'poll'],
    never: ['failed', 'error', 'blocked', 'incomplete'],
  },
  {
    name: 'popup closed by the user',
    account: 'da_brightfjord_eu',
    from: 'unauthorized',
    act: async (popup, page) => {
      await popup.close();
      await page.untilView('unconfirmed', 6_000);
    },
    closes: false,
    to: 'unconfirmed',
    statuses: ['unauthorized'],
    never: ['authorized', 'failed', 'error', 'blocked'],
    async then(page) {
      await page.tab.evaluate('window.element.cancel()');
      await page.untilView('unauthorized');
    },
  },
];

// Mostly waiting: the engines run side by side, each in a world of its own.
describe('flow', { concurrency: true }, () => {
  let built: ReturnType<typeof buildPage>;
  before(() => {
    built = buildPage();
  });
  after(async () => (await built).remove());

  for (const engine of engines()) {
    describe(engine, { concurrency: 1 }, () => {
      let world: World;
      before(async () => {
        world = await startWorld(engine, (await built).folder);
      });
      after(() => world.close());

      for (const version of VERSIONS) {
        for (const scenario of SCENARIOS) {
          it(`${scenario.name}, ${version}`, { skip: scenario.cannot?.[engine] ?? false }, async () => {
            const { demo, browser } = world;
            await reset(demo, version);
            Object.assign(demo.simulator.scenario, scenario.world);
            const page = await Page.open(browser, demo, {
              'account-id': scenario.account,
              ...scenario.attributes,
            });
            const from = version === 'v1.1' ? (scenario.v11 ?? scenario.from) : scenario.from;
            await scenario.prepare?.(page, demo, from);
            await page.untilView(from);

            const popup = await page.authorize();
            assert.equal(new URL(await popup.url()).hostname, '127.0.0.1', 'the platform is another site');
            await scenario.act(popup, page);
            await page.untilView(scenario.to, 30_000);
            if (scenario.closes) await page.untilPopupGone(popup);

            const statuses = await page.events('oauth-status-change');
            assert.deepEqual(
              statuses.map(({ accountId, oauthStatus, previous }) => [accountId, oauthStatus, previous]),
              scenario.statuses.map((status, index) => [scenario.account, status, scenario.statuses[index - 1]]),
            );
            const authorized = await page.events('oauth-authorized');
            assert.equal(authorized.length, scenario.channels ? 1 : 0);
            for (const event of authorized) {
              assert.equal(event.accountId, scenario.account);
              assert.ok(scenario.channels?.includes(String(event.channel)), `learnt by ${String(event.channel)}`);
            }
            const views = (await page.events('oauth-view-change')).map((event) => String(event.view));
            const since = views.slice(views.lastIndexOf(from, views.indexOf('awaiting')) + 1);
            assert.equal(since[0], 'awaiting');
            for (const view of scenario.never) assert.ok(!since.includes(view), `${view} in ${since.join(' → ')}`);
            const errors = (await page.events('oauth-error')).map((event) => event.code);
            assert.deepEqual(errors, scenario.errors ?? []);
            assert.deepEqual(await page.failures(), []);
            await scenario.then?.(page, popup);

            await page.tab.close();
          });
        }
      }
    });
  }
});
