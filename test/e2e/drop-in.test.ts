/** The drop-in file on a page that has nothing else, from a static server of another site, with its integrity hash. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DIST, freshBuild } from '../helpers/dist.ts';
import { type Browser, engines, launch, until } from './browsers.ts';

interface Site {
  origin: string;
  close(): void;
}

async function serve(host: string, listener: RequestListener): Promise<Site> {
  const server = createServer(listener).listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    origin: `http://${host}:${address.port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Files as they lie there, as a content delivery network gives them. */
const serveFiles = (): Promise<Site> =>
  serve('127.0.0.1', (request, response) => {
    const name = (request.url ?? '/').slice(1);
    try {
      const body = readFileSync(join(DIST, name));
      response.writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });

const ACCOUNT = {
  account_id: 'da_1',
  name: 'Acme Europe',
  destination_name: 'Brightfjord',
  oauth_status: 'unauthorized',
  reauthorization: false,
  authorize_url: 'https://partner.example/authorize',
  checked_at: '2026-01-01T00:00:00Z',
};

/** The page, and what a proxy would answer. `hash` and `lang` are the query. */
const servePage = (files: string): Promise<Site> =>
  serve('localhost', (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/') {
      const hash = url.searchParams.get('hash') ?? '';
      const lang = url.searchParams.get('lang') ?? 'en';
      response.writeHead(200, { 'content-type': 'text/html' })
        .end(`<!doctype html><html lang="${lang}"><title>Page</title>
        <script type="module" src="${files}/destination-oauth.min.js" integrity="${hash}" crossorigin onerror="document.title = 'Refused'"></script>
        <destination-oauth account-id="da_1" proxy-url="/proxy"></destination-oauth>`);
    } else if (url.pathname.startsWith('/proxy/accounts')) {
      const body = url.pathname.endsWith('/da_1') ? ACCOUNT : { accounts: [ACCOUNT] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } else response.writeHead(404).end();
  });

const shown = `document.querySelector('destination-oauth').shadowRoot?.querySelector('[part="button"]')?.textContent.trim()`;

/** Its templates have lost their whitespace, but for what shows. */
const head = `document.querySelector('destination-oauth').shadowRoot.querySelector('.head').innerText.trim()`;

const loaded = `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/locales/'))`;

for (const engine of engines()) {
  describe(`the drop-in file from elsewhere, in ${engine}`, () => {
    let files: Site;
    let page: Site;
    let browser: Browser;
    let hash: string;
    before(async () => {
      freshBuild();
      const hashes = JSON.parse(readFileSync(join(DIST, 'integrity.json'), 'utf8')) as Record<string, string>;
      hash = hashes['destination-oauth.min.js'] ?? '';
      files = await serveFiles();
      page = await servePage(files.origin);
      browser = await launch(engine);
    });
    after(async () => {
      await browser.close();
      page.close();
      files.close();
    });

    it('runs with the hash that the build wrote', async () => {
      assert.match(hash, /^sha384-[\w+/]{64}$/);
      const tab = await browser.open(`${page.origin}/?hash=${encodeURIComponent(hash)}`);
      await until(async () => String(await tab.evaluate(shown)).startsWith('Authorize'), 'the button');
      assert.deepEqual(await tab.evaluate(loaded), []);
      await until(async () => (await tab.evaluate(head)) === 'Brightfjord Acme Europe\nNot authorized', 'its head');
      await tab.close();
    });

    it('loads the language of the page from beside itself, when it is needed', async () => {
      const tab = await browser.open(`${page.origin}/?lang=de-AT&hash=${encodeURIComponent(hash)}`);
      await until(async () => (await tab.evaluate(shown)) === 'Autorisieren', 'German');
      assert.deepEqual(await tab.evaluate(loaded), [`${files.origin}/locales/de.js`]);
      await tab.evaluate(`document.documentElement.lang = 'pt'`);
      await until(async () => (await tab.evaluate(shown)) === 'Autorizar', 'Portuguese');
      assert.equal(((await tab.evaluate(loaded)) as unknown[]).length, 2);
      await tab.close();
    });

    it('does not run with another', async () => {
      const other = `sha384-${'A'.repeat(64)}`;
      const tab = await browser.open(`${page.origin}/?hash=${encodeURIComponent(other)}`);
      await until(async () => (await tab.evaluate('document.title')) === 'Refused', 'the refusal');
      assert.equal(await tab.evaluate(`customElements.get('destination-oauth') === undefined`), true);
      await tab.close();
    });
  });
}
