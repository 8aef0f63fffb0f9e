/** `npm run build`: writes dist/, with all that is shipped in it, and prints the sizes that the budgets are about. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { editorData } from './editor-data.ts';
import { type License, licenseText } from './licenses.ts';
import { readManifest } from './manifest.ts';
import { measure, printSizes } from './sizes.ts';
import { ROOT } from './test-files.ts';

const DIST = join(ROOT, 'dist');
const write = (name: string, text: string): void => writeFileSync(join(DIST, name), text);
const json = (value: unknown): string => JSON.stringify(value, null, 2) + '\n';

/** What vite wrote about the packages in a bundle; not shipped as it is. */
function takeLicenses(name: string): License[] {
  const path = join(DIST, name);
  const licenses = JSON.parse(readFileSync(path, 'utf8')) as License[];
  rmSync(path);
  return licenses;
}

/** For the `integrity` attribute, or an import map's `integrity`, of pages that load a file from elsewhere. */
function integrity(names: readonly string[]): Record<string, string> {
  const hash = (name: string): string =>
    `sha384-${createHash('sha384')
      .update(readFileSync(join(DIST, name)))
      .digest('base64')}`;
  return Object.fromEntries(names.map((name) => [name, hash(name)]));
}

rmSync(DIST, { recursive: true, force: true });
for (const mode of ['library', 'worker', 'drop-in', 'redirect']) {
  await build({ root: ROOT, mode, logLevel: 'warn', configFile: join(ROOT, 'vite.config.ts') });
}
const tsc = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);

// Types alone; the modules are there for who imports them without saying `type`.
mkdirSync(join(DIST, 'types'), { recursive: true });
for (const name of ['react', 'svelte', 'vue']) write(`types/${name}.js`, 'export {};\n');

write('LICENSES.txt', licenseText([...takeLicenses('worker/licenses.json'), ...takeLicenses('licenses.json')]));

const manifest = readManifest();
write('custom-elements.json', json(manifest));
for (const [name, text] of Object.entries(editorData(manifest))) write(name, text);

const locales = existsSync(join(DIST, 'locales')) ? readdirSync(join(DIST, 'locales')) : [];
const loaded = ['destination-oauth.min.js', 'redirect.min.js'].concat(
  locales
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => `locales/${name}`),
);
write('integrity.json', json(integrity(loaded)));

printSizes(await measure());
