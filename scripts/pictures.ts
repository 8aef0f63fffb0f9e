/** `npm run pictures`: the README's pictures of the real element, in light and dark, into docs/images/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowsers } from './browsers.ts';
import { photograph } from './sheets.ts';
import { ROOT } from './test-files.ts';

const NAMES = {
  unauthorized: ['LinkedIn', 'Northwind brand'],
  awaiting: ['TikTok', 'Spring sale'],
  authorized: ['Pinterest', 'Northwind home'],
  reauthorize: ['Snapchat', 'Lens campaign'],
};

ensureBrowsers(['chromium']);
const folder = join(ROOT, 'docs/images');
mkdirSync(folder, { recursive: true });
const taken = await photograph(
  ['light', 'dark'].map((scheme) => ({
    name: scheme,
    query: {
      scheme,
      names: JSON.stringify(NAMES),
      views: Object.keys(NAMES).join(),
      // The page that shows it has a background of its own.
      css: 'html { background: none }',
      style: 'grid-template-columns: repeat(2, 428px); padding: 2px',
    },
    transparent: true,
    width: 872,
    scale: 2,
  })),
);
for (const { sheet, png } of taken) writeFileSync(join(folder, `${sheet.name}.png`), png);
console.log(`docs/images/: ${taken.map(({ sheet, png }) => `${sheet.name}.png ${png.byteLength} bytes`).join(', ')}`);
