/** The demo page as a visitor meets it: its Live section over the real server, in every engine. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import { type Demo, startDemo } from '../../demo/server.ts';
import { type Browser, type Tab, click, engines, launch, popupFrom, until } from './browsers.ts';
import { answer, reset, signIn } from './world.ts';

const ACCOUNTS = 'document.querySelectorAll("#live destination-oauth")';
/** The gallery has tests of its own; here one specimen of it will do. */
const PAGE = '/?variant=button&view=authorized';

/** Nothing is in transition, in the page or in a shadow root. */
const AT_REST = `[document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
  .every((root) => !root.getAnimations().some((each) => each instanceof CSSTransition))`;

/** Every element of the page has read its status: what is above no longer grows, and a place to click stays where it is. */
const untilLoaded = (tab: Tab): Promise<unknown> =>
  until(
    () =>
      tab.evaluate(
        `(() => {
          const waiting = [...document.querySelectorAll('destination-oauth')].find(({ view }) => view === 'loading');
          (waiting ?? document.querySelector('#live')).scrollIntoView();
          return !waiting && ${ACCOUNTS}.length > 0;
        })()`,
      ),
    'the statuses of all accounts',
  );

const untilView = (tab: Tab, accountId: string, view: string): Promise<unknown> =>
  until(
    () =>
      tab.evaluate(`document.querySelector('#live destination-oauth[account-id="${accountId}"]').view === '${view}'`),
    `the view "${view}" of ${accountId}`,
  );

const logged = async (tab: Tab): Promise<string[]> =>
  (await tab.evaluate(
    `[...document.querySelectorAll('.log li')].map((entry) => entry.textContent.replace(/\\s+/g, ' ').trim())`,
  )) as string[];

for (const engine of engines()) {
  describe(`demo page: ${engine}`, () => {
    let demo: Demo;
    let browser: Browser;
    let tab: Tab;
    before(async () => {
      demo = await startDemo({ port: 0, simulator: { scenario: { processingMs: 50 } } });
      browser = await launch(engine);
      tab = await browser.open(demo.url);
    });
    after(async () => {
      await browser.close();
      await demo.close();
    });
    beforeEach(async () => {
      await reset(demo, 'v2');
      await tab.goto(demo.url + PAGE);
      await untilLoaded(tab);
    });

    it('has no accessibility violation that axe finds, in every variant, light and dark, both directions', async () => {
      await tab.evaluate(`(0, eval)(${JSON.stringify(axe.source)})`);
      for (const [variant, theme, direction] of [
        ['compact', 'light', 'ltr'],
        ['card', 'dark', 'rtl'],
        ['button', 'light', 'rtl'],
        ['compact', 'dark', 'ltr'],
      ] as const) {
        await click(tab, `input[name="variant"][value="${variant}"]`);
        await click(tab, `input[name="theme"][value="${theme}"]`);
        await click(tab, `input[name="direction"][value="${direction}"]`);
        assert.equal(await tab.evaluate('document.documentElement.dir'), direction);
        // Half-way colours of a transition are nobody's.
        await until(() => tab.evaluate(AT_REST), 'the transitions to end');
        const { violations } = (await tab.evaluate(
          // A bare page has the browser's own buttons, which WebKitGTK draws by a theme that axe cannot see.
          `axe.run({ exclude: [['[data-host="bare"] .host-actions']] }, { resultTypes: ['violations'] })
            .then(({ violations }) => ({ violations }))`,
        )) as Pick<AxeResults, 'violations'>;
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
          [],
          `${variant}, ${theme}, ${direction}`,
        );
      }
    });

    it('opens at the section of its address, however much above grows afterwards', async () => {
      await tab.goto(`${demo.url}/#live`);
      const specimens = '[...document.querySelectorAll("destination-oauth")].filter(({ view }) => view !== "loading")';
      await until(() => tab.evaluate(`${specimens}.length > 60`), 'the gallery');
      const top = 'document.querySelector("#live").getBoundingClientRect().top';
      await until(() => tab.evaluate(`${top} >= 0 && ${top} < 100`), 'the section');
    });

    it('needs no horizontal scrolling at 320 px in either direction', async () => {
      for (const direction of ['ltr', 'rtl']) {
        const width = await tab.evaluate(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.style.cssText = 'inline-size: 320px; block-size: 640px; border: 0';
          frame.src = '/?dir=${direction}';
          const measure = () => {
            const page = frame.contentDocument;
            if (!page?.querySelector('.accounts li')) return setTimeout(measure, 50);
            const { scrollWidth } = page.documentElement;
            frame.remove();
            resolve(scrollWidth);
          };
          frame.onload = measure;
          document.body.append(frame);
        })`);
        assert.ok(Number(width) <= 320, `${direction}: ${String(width)} px wide`);
      }
    });

    for (const version of ['v2', 'v1.1'] as const)
      it(`${version}: activates an account, takes it through consent and logs the events`, async () => {
        await click(tab, `input[name="version"][value="${version}"]`);
        const order = version === 'v2' ? 'authorized first, then created' : 'created first, then authorized';
        await until(
          async () => String(await tab.evaluate('document.querySelector(".scenario").textContent')).includes(order),
          'the version to change',
        );
        await untilLoaded(tab);
        const before = Number(await tab.evaluate(`${ACCOUNTS}.length`));
        await click(tab, '.destinations .panel-head button');
        await click(tab, 'dialog[open] button[type="submit"]');
        await until(async () => Number(await tab.evaluate(`${ACCOUNTS}.length`)) === before + 1, 'the new row');
        const accountId = String(await tab.evaluate('document.activeElement.dataset.account'));
        const initial = await tab.evaluate(
          `document.activeElement.querySelector('destination-oauth').initialStatus ?? null`,
        );
        assert.equal(initial, version === 'v1.1' ? 'oauth_unauthorized' : null);
        await untilView(tab, accountId, 'unauthorized');

        const element = `destination-oauth[account-id="${accountId}"]`;
        const popup = await popupFrom(browser, () => click(tab, element, '[part="button"]'));
        await signIn(popup, 'ada');
        await answer(popup, 'allow');
        await untilView(tab, accountId, 'authorized');
        const authorized = await until(
          async () => (await logged(tab)).find((entry) => entry.startsWith('oauth-authorized')),
          'the event in the log',
        );
        assert.match(authorized, new RegExp(`${accountId} channel=(post-message|broadcast-channel|poll)$`));

        await click(tab, `[data-account="${accountId}"] .tools button`);
        await until(
          async () =>
            (await logged(tab)).some((entry) => entry.endsWith('oauthStatus=unauthorized previous=authorized')),
          'the revocation to show',
        );
        assert.equal(await tab.evaluate(`document.querySelector('[data-account="${accountId}"] .tools button')`), null);
      });

    it('shows LiveRamp down and up again, and clears the log', async () => {
      const down = '.scenario label.switch:last-of-type input';
      await click(tab, down);
      // An answer that the proxy has just got stands for a moment: a visitor refreshes again.
      await until(async () => {
        await tab.evaluate(`document.querySelector('.toolbar > .btn').click()`);
        return tab.evaluate(`document.querySelector('#live [account-id="da_brightfjord_us"]').view === 'error'`);
      }, 'the failure to show');
      await until(
        async () => (await logged(tab)).some((entry) => entry.includes('error.code=unavailable')),
        'the failure in the log',
      );
      await click(tab, down);
      await untilView(tab, 'da_brightfjord_us', 'authorized');
      await click(tab, '.events .panel-head button');
      await until(async () => (await logged(tab)).length === 0, 'an empty log');
    });
  });
}
