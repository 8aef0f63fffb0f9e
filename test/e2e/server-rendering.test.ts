/** A server renders the element in the view `loading`, and the browser takes that over without rendering it again. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import '../../src/index.ts';
import { type Demo, startDemo } from '../../demo/server.ts';
import { type Browser, engines, launch, until } from './browsers.ts';

const renderElement = (id: string): Promise<string> =>
  collectResult(
    render(html`<destination-oauth account-id=${id} proxy-url="/api/destination-oauth"></destination-oauth>`),
  );

describe('rendered by a server', { concurrency: true }, () => {
  it('is declarative shadow DOM with its styles, in the view loading, and holds nothing secret', async () => {
    const markup = await renderElement('da_brightfjord_eu');
    assert.match(
      markup,
      /<destination-oauth[^>]*account-id="da_brightfjord_eu"[^>]*><template[^>]* shadowrootmode="open"/,
    );
    assert.match(markup, /<style>[^]*--destination-oauth-accent/);
    assert.match(markup, /Checking…/);
    assert.doesNotMatch(markup, /ticket|undefined|\[object/);
  });

  for (const engine of engines()) {
    describe(engine, () => {
      let demo: Demo;
      let browser: Browser;
      before(async () => {
        demo = await startDemo({ port: 0 });
        browser = await launch(engine);
      });
      after(async () => {
        await browser.close();
        await demo.close();
      });

      it('is taken over as it is, then shows the status', async () => {
        const page = await browser.open(`${demo.url}/test/e2e/hydrated.html`);
        await until(() => page.evaluate('!!window.hydrate'), 'the page');
        await page.evaluate(`window.hydrate(${JSON.stringify(await renderElement('da_brightfjord_eu'))})`);
        const element = `document.querySelector('destination-oauth')`;
        await until(() => page.evaluate(`${element}.view === 'unauthorized'`), 'the status');
        const base = `${element}.shadowRoot.querySelector('[part="base"]')`;
        assert.equal(await page.evaluate(`window.rendered === ${base}`), true, 'the same element as the server’s');
        assert.match(String(await page.evaluate(`${base}.textContent`)), /Not authorized/);
        assert.equal(await page.evaluate(`${element}.shadowRoot.querySelectorAll('[part="button"]').length`), 1);
        assert.deepEqual(await page.evaluate('window.problems'), []);
      });
    });
  }
});
