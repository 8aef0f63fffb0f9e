/** The drop-in file on a page whose policy forbids whatever can be forbidden, in every engine. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, click, engines, launch, popupFrom, until } from './browsers.ts';
import { type StrictSite, startStrictSite } from './strict-site.ts';

describe('a strict page', { concurrency: true }, () => {
  for (const engine of engines()) {
    describe(engine, { concurrency: 1 }, () => {
      let site: StrictSite;
      let browser: Browser;
      before(async () => {
        site = await startStrictSite();
        browser = await launch(engine);
      });
      after(async () => {
        await browser.close();
        await site.close();
      });

      it('T7: the whole flow under its policy, styled, without a violation', async () => {
        const tab = await browser.open(`${site.url}/`);
        const view = `document.querySelector('destination-oauth').view`;
        await until(async () => (await tab.evaluate(view)) === 'unauthorized', 'the status');
        const styles = (await tab.evaluate(`[...document.querySelectorAll('destination-oauth')].map((element) => {
          const button = element.shadowRoot.querySelector('[part="button"]');
          const { borderTopLeftRadius, cursor } = getComputedStyle(button);
          return [borderTopLeftRadius !== '0px', cursor, element.shadowRoot.adoptedStyleSheets.length > 0];
        })`)) as unknown[];
        assert.deepEqual(
          styles,
          Array.from({ length: 3 }, () => [true, 'pointer', true]),
        );

        const popup = await popupFrom(browser, () => click(tab, 'destination-oauth', '[part="button"]'));
        await click(popup, '#allow');
        await until(async () => (await tab.evaluate(view)) === 'authorized', 'the grant');
        await until(async () => !(await browser.tabs()).includes(popup), 'the popup to close itself');
        assert.deepEqual(await tab.evaluate('window.violations'), []);
        assert.deepEqual(site.reports, []);

        // The policy is in force, and violations are noticed: or the assertions above would say nothing.
        await tab
          .evaluate(`void document.body.insertAdjacentHTML('beforeend', '<p style="color: red">')`)
          .catch(() => undefined);
        await until(async () => ((await tab.evaluate('window.violations')) as string[]).length > 0, 'a violation');
        await tab.close();
      });

      it('T21: in a frame without an origin it says which attribute to change', async () => {
        const tab = await browser.open(`${site.url}/framing`);
        const report = (await until(() => tab.evaluate('window.report'), 'the report')) as Record<string, unknown>;
        assert.equal(report['sandboxed'], true);
        assert.match(String(report['findings']), /add allow-same-origin to its sandbox attribute/);
        await tab.close();
      });
    });
  }
});
