/**
 * `npm test`: everything, cheapest first, stopping at the first step that fails. `npm test -- --all` installs and runs
 * all three browser engines, every fault in each; without it Chromium and whichever others are installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINES, ensureBrowsers, selectedEngines } from './browsers.ts';
import { describeCounts, readReports } from './report.ts';
import { ROOT } from './test-files.ts';

const STEPS: readonly (readonly [title: string, script: string])[] = [
  ['Type check', 'typecheck'],
  ['Lint and boundaries', 'lint'],
  ['Format', 'format:check'],
  ['Build', 'build'],
  ['Node tests', 'test:node'],
  ['Browser tests', 'test:browser'],
  ['End to end', 'test:e2e'],
];

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

function main(): void {
  const words = process.argv.slice(2);
  const wrong = words.find((word) => word !== '--all');
  if (wrong !== undefined) {
    throw new Error(`npm test takes no "${wrong}". For single files: npm run test:node|test:browser|test:e2e -- file…`);
  }
  const engines = words.includes('--all') ? [...ENGINES] : selectedEngines();
  ensureBrowsers(engines);
  console.log(`Engines: ${engines.join(', ')}`);

  const folder = mkdtempSync(join(tmpdir(), 'test-counts-'));
  const counts = join(folder, 'counts');
  writeFileSync(counts, '');
  const start = performance.now();
  try {
    for (const [title, script] of STEPS) {
      console.log(`\n── ${title} (npm run ${script})`);
      const began = performance.now();
      const { status } = spawnSync('npm', ['run', '--silent', script], {
        cwd: ROOT,
        env: {
          ...process.env,
          ENGINES: engines.join(','),
          TEST_COUNTS: counts,
          ...(words.includes('--all') && { ALL_FAULTS: '1' }),
        },
        stdio: ['ignore', 'inherit', 'inherit'],
        shell: process.platform === 'win32',
      });
      console.log(`── ${title}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds(began)}`);
      if (status !== 0) {
        process.exitCode = 1;
        break;
      }
    }
    const total = readReports(counts);
    // A step that is not a test suite, say the type check, counts as one failure.
    if (process.exitCode === 1 && total.failed === 0) total.failed = 1;
    console.log(`\n${seconds(start)} in all\n${describeCounts(total)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
