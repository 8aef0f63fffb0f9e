/** `mode="redirect"`: the authorization takes this tab, and comes back to the page as it was left. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { click, engines, until } from './browsers.ts';
import { Page, type World, answer, buildPage, reset, signIn, startWorld } from './world.ts';

describe('mode="redirect"', { concurrency: true }, () => {
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

      /** The page, with the element in the middle of a long text, on its way to the platform. */
      async function leave(): Promise<Page> {
        const { demo, browser } = world;
        await reset(demo, 'v2');
        // A parameter that the element does not know: the partner's own.
        const page = await Page.open(browser, demo, {
          'account-id': 'da_brightfjord_eu',
          mode: 'redirect',
          style: 'margin-block: 1500px',
        });
        // Its status is read when it is near.
        await page.tab.evaluate('window.scrollTo(0, 1200)');
        await page.untilView('unauthorized');
        await page.click('button');
        await until(
          async () => (await page.tab.evaluate(`document.querySelector('button[name="user"]') !== null`)) === true,
          'the sign-in page in this tab',
        );
        return page;
      }

      /** Clicking scrolls the button into the middle: the element then stands where it stood at the click. */
      const middle = (page: Page): Promise<unknown> =>
        page.tab.evaluate(
          '(({ top, height }) => Math.abs(top + height / 2 - innerHeight / 2) < 60)(element.getBoundingClientRect())',
        );

      it('consent: back on the same page, at the same place, authorized', async () => {
        const page = await leave();
        await signIn(page.tab, 'ada');
        await answer(page.tab, 'allow');
        await until(async () => (await page.view()) === 'authorized', 'the view "authorized"', 30_000);
        const url = new URL(await page.tab.url());
        assert.equal(url.origin, new URL(world.demo.url).origin);
        assert.equal(url.pathname, '/test/e2e/page.html');
        assert.equal(url.searchParams.get('style'), 'margin-block: 1500px');
        assert.ok(!/[?&](state|status|flow|ticket)=/.test(url.search), 'nothing of the flow in the URL');
        await until(() => middle(page), 'the element where it was');
        const authorized = await page.events('oauth-authorized');
        assert.deepEqual(
          authorized.map(({ accountId, channel }) => [accountId, channel]),
          [['da_brightfjord_eu', 'resume']],
        );
        assert.deepEqual(await page.failures(), []);
        await page.tab.close();
      });

      it('deny: back, and failed', async () => {
        const page = await leave();
        await signIn(page.tab, 'ada');
        await answer(page.tab, 'deny');
        await until(async () => (await page.view()) === 'failed', 'the view "failed"', 30_000);
        assert.deepEqual(await page.events('oauth-authorized'), []);
        await page.tab.close();
      });

      it('back by the browser’s button: unconfirmed, and a second try works', async () => {
        const page = await leave();
        await page.tab.evaluate('void setTimeout(() => history.go(-1), 50)');
        await until(async () => (await page.view()) === 'unconfirmed', 'the view "unconfirmed"', 30_000);
        await click(page.tab, 'destination-oauth', '[part="secondary-button"]');
        await until(
          async () => (await page.tab.evaluate(`document.querySelector('button[name="user"]') !== null`)) === true,
          'the sign-in page once more',
        );
        await signIn(page.tab, 'ada');
        await answer(page.tab, 'allow');
        await until(async () => (await page.view()) === 'authorized', 'the view "authorized"', 30_000);
        await page.tab.close();
      });
    });
  }
});
