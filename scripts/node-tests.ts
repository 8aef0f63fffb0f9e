/** `npm run test:node [-- file…]`, with `--e2e` `npm run test:e2e [-- file…]`, with `--frameworks` `npm run test:frameworks`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowsers, selectedEngines } from './browsers.ts';
import { type Counts, report } from './report.ts';
import { ROOT, testFiles } from './test-files.ts';

/** Runs test files with Node's runner, each in a process of its own, and counts from its TAP summary. */
function runNodeTests(files: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): Counts {
  const folder = mkdtempSync(join(tmpdir(), 'node-tests-'));
  const tap = join(folder, 'tap');
  try {
    const { status, signal } = spawnSync(
      process.execPath,
      [
        '--import=tsx',
        '--test',
        ...args,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=tap',
        `--test-reporter-destination=${tap}`,
        ...files,
      ],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const summary = readFileSync(tap, 'utf8');
    const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(summary)?.[1] ?? 0);
    const counts = {
      passed: count('pass'),
      failed: count('fail') + count('cancelled'),
      skipped: count('skipped') + count('todo'),
    };
    // A run that broke down fails, whatever it counted.
    if ((status !== 0 || signal) && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const isE2e = words.includes('--e2e');
const isFrameworks = words.includes('--frameworks');
const wanted = words.filter((word) => word !== '--e2e' && word !== '--frameworks');
try {
  const files = testFiles(isE2e ? 'e2e' : isFrameworks ? 'frameworks' : 'node', wanted);
  if (isE2e) {
    const engines = selectedEngines();
    ensureBrowsers(engines);
    // Half of the time is waiting. The fault matrix takes as long as all others together, so it goes first.
    const longestFirst = files.sort((a, b) => Number(b.includes('/faults.')) - Number(a.includes('/faults.')));
    report(runNodeTests(longestFirst, ['--test-concurrency=2'], { ENGINES: engines.join(',') }));
  } else if (isFrameworks) {
    ensureBrowsers(['chromium']);
    report(runNodeTests(files, [], {}));
  } else {
    report(runNodeTests(files, [`--test-concurrency=${availableParallelism()}`, '--test-timeout=120000'], {}));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
