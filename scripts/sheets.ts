/** Photographs of the real element: the page test/visual/, built, served on loopback, and taken in Chromium. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page, launch } from 'puppeteer-core';
import { build, preview } from 'vite';
import { CHROMIUM_ARGS, browserPath } from './browsers.ts';
import { ROOT } from './test-files.ts';

export interface Sheet {
  name: string;
  /** What test/visual/page.ts reads from its URL. */
  query: Record<string, string>;
  /** CSS pixels. */
  width: number;
  /** Device pixels to a CSS pixel. */
  scale?: number;
  forcedColors?: boolean;
  /** Without the browser's white behind the page. */
  transparent?: boolean;
}

/** In CSS pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One view's place on a sheet. */
export interface Cell extends Box {
  view: string;
  /** The icon's, where the variant has one. */
  icon: Box | null;
}

export interface Photograph {
  sheet: Sheet;
  png: Uint8Array;
  cells: Cell[];
}

/** Text drawn the same on every Linux machine, as far as that is in Chromium's hands. */
const STEADY = ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'];

const CELLS = `[...document.querySelectorAll('main > div')].map((cell) => {
  const box = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width), height: Math.ceil(height) };
  };
  const icon = cell.firstElementChild.shadowRoot.querySelector('[part=icon]');
  return { view: cell.id, ...box(cell), icon: icon && box(icon) };
})`;

async function take(page: Page, address: string, sheet: Sheet): Promise<Photograph> {
  const view = { width: sheet.width, height: 400, deviceScaleFactor: sheet.scale ?? 1 };
  await page.setViewport(view);
  const media = await page.createCDPSession();
  await media.send('Emulation.setEmulatedMedia', {
    features: [
      { name: 'prefers-reduced-motion', value: 'reduce' },
      { name: 'forced-colors', value: sheet.forcedColors ? 'active' : 'none' },
    ],
  });
  await page.goto(`${address}?${new URLSearchParams(sheet.query).toString()}`);
  await page.waitForSelector('[data-ready]');
  // A photograph of the full page would miss the elements where the page reads from right to left.
  await page.setViewport({ ...view, height: (await page.evaluate('document.body.offsetHeight')) as number });
  const cells = (await page.evaluate(CELLS)) as Cell[];
  return { sheet, png: await page.screenshot({ omitBackground: sheet.transparent ?? false }), cells };
}

/** Takes every sheet. An error in the page is an error here. */
export async function photograph(sheets: readonly Sheet[]): Promise<Photograph[]> {
  const outDir = mkdtempSync(join(tmpdir(), 'sheets-'));
  const common = { configFile: false, root: ROOT, logLevel: 'warn' } as const;
  const input = join(ROOT, 'test/visual/page.html');
  // The test runner's own server has this one; no helper that is used here needs it.
  const external = /^\/__web-dev-server__/;
  await build({
    ...common,
    publicDir: false,
    build: { outDir, emptyOutDir: true, minify: false, target: 'es2022', rolldownOptions: { input, external } },
  });
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await launch({ executablePath: browserPath('chromium'), args: [...CHROMIUM_ARGS, ...STEADY] });
  try {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', (error) => errors.push(error));
    const taken: Photograph[] = [];
    const address = new URL('/test/visual/page.html', server.resolvedUrls?.local[0]).href;
    for (const sheet of sheets) taken.push(await take(page, address, sheet));
    if (errors.length > 0) throw new AggregateError(errors, 'The page of test/visual/ had errors.');
    return taken;
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}
