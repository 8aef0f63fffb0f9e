/** `npm run test:node [-- file…]`, with `--e2e` `npm run test:e2e [-- file…]`, with `--frameworks` `npm run test:frameworks`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowsers, selectedEngines } from './browsers.ts';
import { NONE, type Report, addFailure, readReports, tell } from './report.ts';
import { ROOT, testFiles } from './test-files.ts';

/** Runs test files with Node's runner, each in a process of its own. */
function runNodeTests(files: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): Report {
  const folder = mkdtempSync(join(tmpdir(), 'node-tests-'));
  const told = join(folder, 'report');
  try {
    const { status, signal } = spawnSync(
      process.execPath,
      [
        '--import=tsx',
        '--test',
        ...args,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=./scripts/node-reporter.js',
        `--test-reporter-destination=${told}`,
        ...files,
      ],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const report = existsSync(told) ? readReports(told) : NONE;
    // A run that broke down fails, whatever it counted.
    const brokeDown = (status !== 0 || signal !== null) && report.failures.length === 0;
    return brokeDown ? addFailure(report, `the run ended with ${signal ?? `status ${status}`}`) : report;
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
    tell(runNodeTests(longestFirst, ['--test-concurrency=3'], { ENGINES: engines.join(',') }));
  } else if (isFrameworks) {
    ensureBrowsers(['chromium']);
    tell(runNodeTests(files, [], {}));
  } else {
    tell(runNodeTests(files, [`--test-concurrency=${availableParallelism()}`, '--test-timeout=120000'], {}));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
