/**
 * `npm run test:visual`: compares photographs of every view with those stored in test/visual/, cell by cell, in Chromium on
 * Linux, where fonts are drawn the same everywhere. `npm run test:visual -- --update` stores new ones: look at them.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { ensureBrowsers, selectedEngines } from './browsers.ts';
import { NONE, tell } from './report.ts';
import { type Box, type Photograph, type Sheet, photograph } from './sheets.ts';
import { ROOT } from './test-files.ts';

const FOLDER = join(ROOT, 'test/visual');

/** Of 0 to 1, how far apart two colours must be to count as different. */
const THRESHOLD = 0.05;
/**
 * The part of a cell's pixels that may differ, not counting those at the edges of shapes: how text is smoothed there is each
 * Chromium version's own.
 */
const OF_CELL = 0.002;
/** The pixels of an icon that may differ, edges counted, of which thin lines consist. It has no text. */
const OF_ICON = 16;

const WIDTHS = { card: 1056, compact: 664, button: 676 };
const LONG_NAME = JSON.stringify({
  '*': ['Collaborative Audience Exchange of Western and Northern Europe', 'Acme brand ads'],
});

const SHEETS: readonly Sheet[] = [
  ...(['card', 'compact', 'button'] as const).flatMap((variant) =>
    ['light', 'dark'].flatMap((scheme) =>
      ['ltr', 'rtl'].map((dir) => ({
        name: `${variant}-${scheme}-${dir}`,
        query: { variant, scheme, dir },
        width: WIDTHS[variant],
      })),
    ),
  ),
  { name: 'card-narrow', query: { style: 'grid-template-columns: repeat(4, 240px)' }, width: 1020 },
  { name: 'card-german', query: { lang: 'de' }, width: WIDTHS.card },
  { name: 'card-long-name', query: { names: LONG_NAME }, width: WIDTHS.card },
  { name: 'compact-long-name', query: { variant: 'compact', names: LONG_NAME }, width: 664 },
  { name: 'card-forced-colors', query: {}, width: WIDTHS.card, forcedColors: true },
  {
    name: 'card-themed',
    query: { css: 'main { --destination-oauth-accent: #fc0; --destination-oauth-radius: 0; }' },
    width: WIDTHS.card,
  },
];

function crop(png: PNG, { x, y, width, height }: Box): PNG {
  const part = new PNG({ width, height });
  PNG.bitblt(png, part, x, y, width, height, 0, 0);
  return part;
}

/** How many pixels differ within the box. */
const difference = (now: PNG, before: PNG, box: Box, includeAA: boolean): number =>
  pixelmatch(crop(now, box).data, crop(before, box).data, undefined, box.width, box.height, {
    threshold: THRESHOLD,
    includeAA,
  });

/** What is different, one line a cell. */
function compare({ sheet, png, cells }: Photograph, folder: string): string[] {
  const file = join(FOLDER, `${sheet.name}.png`);
  if (!existsSync(file)) return [`${sheet.name}: nothing is stored; npm run test:visual -- --update`];
  const [now, before] = [PNG.sync.read(Buffer.from(png)), PNG.sync.read(readFileSync(file))];
  const problems: string[] = [];
  if (now.width !== before.width || now.height !== before.height) {
    problems.push(`${sheet.name}: ${now.width} × ${now.height} pixels instead of ${before.width} × ${before.height}`);
  } else {
    for (const cell of cells) {
      const pixels = difference(now, before, cell, false);
      if (pixels > OF_CELL * cell.width * cell.height)
        problems.push(`${sheet.name}: ${cell.view} differs in ${pixels} pixels`);
      const ofIcon = cell.icon ? difference(now, before, cell.icon, true) : 0;
      if (ofIcon > OF_ICON) problems.push(`${sheet.name}: the icon of ${cell.view} differs in ${ofIcon} pixels`);
    }
  }
  if (problems.length > 0) writeFileSync(join(folder, `${sheet.name}.png`), png);
  return problems;
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const wrong = words.find((word) => word !== '--update');
  if (wrong !== undefined) throw new Error(`npm run test:visual takes --update, and no "${wrong}".`);
  if (process.platform !== 'linux' || !selectedEngines().includes('chromium')) {
    console.log('The stored photographs are of Chromium on Linux; there is nothing to compare them with here.');
    tell({ ...NONE, skipped: SHEETS.length });
    return;
  }
  ensureBrowsers(['chromium']);
  const taken = await photograph(SHEETS);
  if (words.includes('--update')) {
    for (const { sheet, png } of taken) writeFileSync(join(FOLDER, `${sheet.name}.png`), png);
    console.log(`${taken.length} photographs stored in test/visual/. Look at them before you commit them.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'visual-'));
  const problems = taken.flatMap((each) => compare(each, folder));
  if (problems.length > 0)
    console.error(`What it looks like now is in ${folder}. If it is meant: npm run test:visual -- --update`);
  tell({
    ...NONE,
    passed: taken.length - new Set(problems.map((problem) => problem.split(':')[0])).size,
    failures: problems,
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
