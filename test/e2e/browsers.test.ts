/** The driver itself, in every engine: what the scenarios take for granted. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSecondSite } from '../../scripts/second-site.ts';
import { type Browser, click, engines, launch, popupFrom, until } from './browsers.ts';

let site: Awaited<ReturnType<typeof startSecondSite>>;
before(async () => (site = await startSecondSite()));
after(() => site.close());

for (const engine of engines()) {
  describe(`driver: ${engine}`, () => {
    let browser: Browser;
    before(async () => (browser = await launch(engine)));
    after(() => browser.close());

    const openerAt = (popupPath: string): string => {
      const opener = new URL('/opener.html', site.origin.replace('127.0.0.1', 'localhost'));
      const popup = new URL(popupPath, site.origin);
      popup.searchParams.set('to', opener.origin);
      opener.searchParams.set('popup', popup.href);
      return opener.href;
    };

    it('opens a popup of another site by a click in a shadow root, reads it, closes it', async () => {
      const page = await browser.open(openerAt('/echo.html'));
      const popup = await popupFrom(browser, () => click(page, 'x-opener', 'button'));
      await until(async () => (await popup.url()).startsWith(`${site.origin}/echo.html`), 'the popup’s page');
      assert.equal(await until(() => popup.evaluate('document.querySelector("p").innerText'), 'text'), 'Hello');
      await until(async () => ((await page.evaluate('seen')) as unknown[]).length === 2, 'a message');
      assert.deepEqual(await page.evaluate('seen'), [
        ['click', true, true],
        ['message', site.origin, true],
      ]);
      await popup.close();
      await until(() => page.evaluate('isPopupClosed()'), 'the popup to be closed');
      await page.close();
    });

    it('sees a popup that a COOP header has severed, and clicks in it', async () => {
      const page = await browser.open(openerAt('/echo.html?coop=same-origin'));
      const popup = await popupFrom(browser, () => click(page, 'x-opener', 'button'));
      await until(() => page.evaluate('isPopupClosed()'), 'the opener to lose the popup');
      await click(popup, 'button');
      await until(() => popup.evaluate('document.body.dataset.clicked === "true"'), 'the click in the popup');
      assert.deepEqual(await page.evaluate('seen'), [['click', true, true]]);
      await popup.close();
      await page.close();
    });

    it('sees a popup close itself', async () => {
      const page = await browser.open(openerAt('/echo.html?close'));
      const before = (await browser.tabs()).length;
      const popup = await popupFrom(browser, () => click(page, 'x-opener', 'button'));
      await click(popup, 'button');
      await until(async () => (await browser.tabs()).length === before, 'the popup to close');
      await page.close();
    });
  });
}
