/** The demo page as static files, under a path of a plain host: walked as a visitor would, in Chromium. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import axe, { type AxeResults } from 'axe-core';
import { Hono } from 'hono';
import { build } from 'vite';
import { ensureBrowsers } from '../../scripts/browsers.ts';
import { ROOT } from '../../scripts/test-files.ts';
import { type Browser, type Tab, click, launch, until } from './browsers.ts';
import { PRESETS } from '../../demo/page/theme/presets.ts';
import { FRAMEWORKS, VARIANTS, VIEWS } from '../../demo/page/settings.ts';

const PATH = '/some/folder/';

/** `variant-view` of every specimen whose element shows something else, or nothing. */
const ASTRAY = `[...document.querySelectorAll('.specimens:not([data-group=names]) .specimen:not([hidden])')]
  .filter((each) => each.querySelector('destination-oauth:not([hidden])')?.view !== each.dataset.view)
  .map((each) => each.dataset.variant + '-' + each.dataset.view)`;

const specimen = (variant: string, view: string): string =>
  `.specimens[data-group="${variant}"] [data-view="${view}"] destination-oauth`;

/** Sets a field as a visitor would, and waits for what the page makes of it. */
const fill = (tab: Tab, selector: string, value: string, type = 'input'): Promise<unknown> =>
  tab.evaluate(`(async () => {
    const field = document.querySelector(${JSON.stringify(selector)});
    field.value = ${JSON.stringify(value)};
    field.dispatchEvent(new Event(${JSON.stringify(type)}, { bubbles: true }));
    await new Promise(requestAnimationFrame);
  })()`);

const search = async (tab: Tab): Promise<URLSearchParams> => new URL(await tab.url()).searchParams;

describe('demo page as static files', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let url: string;

  const at = async (
    query: string,
    ready = `document.querySelector('.specimen') !== null && ${ASTRAY}.length === 0`,
  ) => {
    await tab.goto(url + query);
    await until(() => tab.evaluate(ready), `the page at ${query}`, 10_000);
  };
  const toSection = (id: string, selector: string): Promise<unknown> =>
    until(
      () =>
        tab.evaluate(
          `document.getElementById('${id}').scrollIntoView(), document.querySelector(${JSON.stringify(selector)}) !== null`,
        ),
      `section ${id}`,
    );

  before(async () => {
    ensureBrowsers(['chromium']);
    folder = await mkdtemp(join(tmpdir(), 'demo-static-'));
    await build({
      root: ROOT,
      configFile: join(ROOT, 'vite.config.ts'),
      mode: 'demo',
      logLevel: 'error',
      build: { outDir: folder },
    });
    const app = new Hono().use(
      `${PATH}*`,
      serveStatic({ root: folder, rewriteRequestPath: (path) => path.slice(PATH.length - 1) }),
    );
    server = createServer((request, response) => {
      void getRequestListener(app.fetch, { overrideGlobalObjects: false })(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
    browser = await launch('chromium');
    tab = await browser.open('about:blank');
  });
  after(async () => {
    await browser.close();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await rm(folder, { recursive: true, force: true });
  });

  it('shows every view in every variant, and asks nobody but its own folder', async () => {
    await at('');
    const shown = (await tab.evaluate(
      `[...document.querySelectorAll('.specimens:not([data-group="names"]) .specimen')].map(({ dataset }) => dataset.variant + '-' + dataset.view)`,
    )) as string[];
    assert.deepEqual(shown.sort(), VARIANTS.flatMap((variant) => VIEWS.map((view) => `${variant}-${view}`)).sort());
    await toSection('hosts-root', '.browser destination-oauth:not([hidden])');
    const asked = (await tab.evaluate(`performance.getEntriesByType('resource').map(({ name }) => name)`)) as string[];
    assert.ok(asked.length > 0);
    assert.deepEqual(
      asked.filter((name) => !name.startsWith(url) && !name.startsWith('data:')),
      [],
    );
    assert.match(String(await tab.evaluate(`document.querySelector('#live-root').textContent`)), /npm start/);
  });

  it('takes a visitor through an authorization, and back to the view that the specimen is for', async () => {
    await at('?variant=button&view=unauthorized');
    const element = specimen('button', 'unauthorized');
    await click(tab, element, '[part~="button"]');
    const view = `document.querySelector('${element}').view`;
    await until(async () => (await tab.evaluate(view)) === 'authorized', 'the authorization');
    await click(tab, '.specimens[data-group="button"] [data-view="unauthorized"] header button');
    await until(() => tab.evaluate(`${ASTRAY}.length === 0`), 'the view to be back');
  });

  it('filters, and says so', async () => {
    await at('?variant=card');
    await fill(tab, '#gallery-search', 'permission');
    const left = `[...document.querySelectorAll('.specimen:not([hidden])')].map(({ dataset }) => dataset.view).join()`;
    assert.equal(await tab.evaluate(left), 'incomplete');
    assert.equal(await tab.evaluate(`document.querySelector('.tally [role=status]').textContent`), '1 of 54');
    await fill(tab, '#gallery-search', 'no such thing');
    await click(tab, '.empty button');
    assert.equal((await search(tab)).toString(), '');
  });

  it('keeps switches in the address: a reload restores them, the back button undoes them', async () => {
    const query = 'variant=card&view=authorized&theme=dark&dir=rtl&lang=ar&host=material&width=300&zoom=200';
    await at(`?${query}`);
    const state = `(() => {
      const element = document.querySelector('${specimen('card', 'authorized')}');
      const { colorScheme, direction, fontSize } = getComputedStyle(element);
      const place = element.parentElement;
      return [colorScheme, direction, fontSize, place.lang, place.offsetWidth, place.closest('.stage').dataset.host];
    })()`;
    const restored = ['dark', 'rtl', '28px', 'ar', 300, 'material'];
    assert.deepEqual(await tab.evaluate(state), restored);

    await click(tab, 'input[name="theme"][value="light"]');
    await fill(tab, '#gallery-width', '400');
    await fill(tab, '#gallery-width', '410');
    assert.deepEqual(await tab.evaluate(state), ['light', 'rtl', '28px', 'ar', 410, 'material']);
    assert.equal((await search(tab)).get('width'), '410');
    await tab.evaluate('history.back()');
    await until(async () => (await search(tab)).get('width') === '300', 'the width before');
    await tab.evaluate('history.back()');
    await until(async () => (await search(tab)).get('theme') === 'dark', 'the theme before');
    assert.deepEqual(await tab.evaluate(state), restored);
  });

  it('shows what a slow network shows', async () => {
    await at('?variant=button&view=unauthorized');
    await click(tab, '.conditions input[role="switch"]');
    const view = `document.querySelector('${specimen('button', 'unauthorized')}:not([hidden])')?.view`;
    assert.equal(await tab.evaluate(view), 'loading');
    await until(async () => (await tab.evaluate(view)) === 'unauthorized', 'the answer');
  });

  it('takes nothing from an address but what the switches can say', async () => {
    const hostile = 'red;}*{display:none}';
    await at(
      `?variant=button&view=loading&lang=xx&width=99999&t-radius=${encodeURIComponent(hostile)}&t-font=${hostile}`,
    );
    assert.equal(await tab.evaluate(`document.querySelector('#gallery-width').value`), '1200');
    await toSection('theme', '.css-out code');
    assert.match(
      String(await tab.evaluate(`document.querySelector('.css-out code').textContent`)),
      /Nothing is changed/,
    );
  });

  it('themes: a colour shows, its contrast is judged, its CSS can be pasted; every preset passes', async () => {
    await at('?variant=button&view=loading#theme', `document.querySelector('.contrast [data-verdict]') !== null`);
    const judged = `document.querySelector('.contrast [role=status]').textContent`;
    for (const { name } of PRESETS) {
      await tab.evaluate(
        `[...document.querySelectorAll('.preset')].find((each) => each.textContent.trim() === '${name}').click()`,
      );
      await until(
        async () => /Everything passes/.test(String(await tab.evaluate(judged))),
        `the preset ${name} to pass`,
        3_000,
      );
    }
    await fill(tab, '#theme-accent-light', '#ffe066');
    await fill(tab, '#theme-on-accent-light', '#ffffff');
    await until(async () => /fails?/.test(String(await tab.evaluate(judged))), 'white on yellow to fail');
    const button = `document.querySelector('.preview[data-scheme=light] destination-oauth:not([hidden])').shadowRoot.querySelector('[part~=button]')`;
    await until(
      async () => (await tab.evaluate(`getComputedStyle(${button}).backgroundColor`)) === 'rgb(255, 224, 102)',
      'the colour on the button',
      3_000,
    );
    await tab.evaluate(
      `Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } })`,
    );
    await click(tab, '.css-actions .copy');
    await until(() => tab.evaluate('window.copied'), 'the copy');
    assert.match(
      String(await tab.evaluate(`document.querySelector('.css-actions [role=status]').textContent`)),
      /Copied/,
    );
    const rule = (await tab.evaluate(`(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(window.copied);
      const [{ selectorText, style }] = sheet.cssRules;
      const accent = style.getPropertyValue('--destination-oauth-accent');
      return [sheet.cssRules.length, selectorText, CSS.supports('color', accent), accent.includes('#ffe066')];
    })()`)) as unknown[];
    assert.deepEqual(rule, [1, 'destination-oauth', true, true]);
    assert.ok((await search(tab)).get('t-accent')?.startsWith('ffe066'));
  });

  it('writes snippets with the current settings, and announces a copy', async () => {
    await at(
      '?variant=compact&view=loading&lang=de&t-accent=86198f&account=da_1#snippet',
      `document.querySelector('.files code') !== null`,
    );
    for (const framework of FRAMEWORKS) {
      await click(tab, `input[name="framework"][value="${framework}"]`);
      const code = String(
        await tab.evaluate(`[...document.querySelectorAll('.files code')].map((each) => each.textContent).join('\\n')`),
      );
      for (const part of ['da_1', 'variant="compact"', 'lang="de"', '--destination-oauth-accent: #86198f;'])
        assert.ok(code.includes(part), `${framework}: ${part}`);
    }
    await tab.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => {} } })`);
    await click(tab, '.files .copy');
    await until(
      () => tab.evaluate(`document.querySelector('.files [role=status]').textContent.startsWith('Copied')`),
      'the announcement',
    );
  });

  it('has no accessibility violation that axe finds, and no horizontal scrolling at 320 px', async () => {
    for (const query of ['?theme=light', '?theme=dark&dir=rtl&host=bootstrap&t-accent=4338ca-a5b4fc&code=react']) {
      await at(query);
      await toSection('theme', '.contrast [data-verdict]');
      await toSection('hosts-root', '.browser destination-oauth:not([hidden])');
      await tab.evaluate(`(0, eval)(${JSON.stringify(axe.source)})`);
      const { violations } = (await tab.evaluate(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))`,
      )) as Pick<AxeResults, 'violations'>;
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
        [],
        query,
      );
    }
    const width = await tab.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.style.cssText = 'position: fixed; z-index: 99; inset: 0 auto auto 0; inline-size: 320px; block-size: 640px; border: 0';
      frame.src = '?dir=rtl&variant=card';
      const measure = () => {
        const page = frame.contentDocument;
        if (!page?.querySelector('.specimen [data-ready]')) {
          page?.getElementById('gallery-root')?.scrollIntoView();
          return setTimeout(measure, 50);
        }
        page.getElementById('theme').scrollIntoView();
        if (!page.querySelector('.contrast [data-verdict]')) return setTimeout(measure, 50);
        const { scrollWidth } = page.documentElement;
        frame.remove();
        resolve(scrollWidth);
      };
      frame.onload = measure;
      document.body.append(frame);
    })`);
    assert.ok(Number(width) <= 320, `${String(width)} px wide`);
  });
});
