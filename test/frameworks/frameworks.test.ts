/**
 * Each framework's application, built by its own tools from the packed package, takes a customer through a whole flow in
 * Chromium. `npm run test:frameworks`: it installs the frameworks, so `npm test` does without.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startDemo } from '../../demo/server.ts';
import { EXAMPLES, buildExample, pack } from '../../scripts/example.ts';
import { type Browser, click, launch, popupFrom, until } from '../e2e/browsers.ts';
import { answer, signIn } from '../e2e/world.ts';

const ACCOUNT = 'da_brightfjord_eu';

describe('the framework examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'frameworks-'));
  let tarball: string;
  let browser: Browser;

  before(async () => {
    tarball = pack(folder);
    browser = await launch('chromium');
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const name of EXAMPLES)
    it(`${name}: builds, and authorizes an account`, async () => {
      const demo = await startDemo({ port: 0, staticDir: buildExample(name, tarball, folder) });
      try {
        const page = await browser.open(`${demo.url}/`);
        const element = `document.querySelector('destination-oauth')`;
        await until(() => page.evaluate(`${element}.view === 'unauthorized'`), 'the status');
        const popup = await popupFrom(browser, () => click(page, 'destination-oauth', '[part="button"]'));
        await signIn(popup, 'ada');
        await answer(popup, 'allow');
        await until(() => page.evaluate(`${element}.view === 'authorized'`), 'the grant');
        // Told to the application by its own means, once.
        const log = String(await page.evaluate(`document.querySelector('output').textContent`))
          .trim()
          .split('\n');
        assert.equal(log.filter((line) => line.startsWith(`authorized ${ACCOUNT} by `)).length, 1, log.join('\n'));
        assert.ok(log.includes(`${ACCOUNT} is authorized`), log.join('\n'));
        await page.close();
      } finally {
        await demo.close();
      }
    });
});
