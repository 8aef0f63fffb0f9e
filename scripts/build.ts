/** `npm run build`: writes dist/, with type declarations, and prints the sizes that the budgets are about. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { measure, printSizes } from './sizes.ts';
import { ROOT } from './test-files.ts';

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
for (const mode of ['library', 'drop-in', 'redirect']) {
  await build({ root: ROOT, mode, logLevel: 'warn', configFile: join(ROOT, 'vite.config.ts') });
}
const tsc = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);
printSizes(await measure());
// For the `integrity` attribute of pages that load a file from elsewhere.
for (const name of ['destination-oauth.min.js', 'redirect.min.js']) {
  const digest = createHash('sha384')
    .update(readFileSync(join(ROOT, 'dist', name)))
    .digest('base64');
  console.log(`dist/${name} integrity="sha384-${digest}"`);
}
