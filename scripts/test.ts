/**
 * `npm test`: everything, cheapest first, stopping after the first stage in which a step fails. `npm test -- --all` installs
 * and runs all three browser engines, every fault in each; without it Chromium and whichever others are installed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINES, ensureBrowsers, selectedEngines } from './browsers.ts';
import { NONE, type Report, add, addFailure, describeReport, readReports } from './report.ts';
import { ROOT } from './test-files.ts';

interface Step {
  title: string;
  /** Of package.json. */
  script: string;
}

/** The steps of a stage run side by side, as one alone leaves a core idle; what needs the build comes after it. */
const STAGES: readonly (readonly Step[])[] = [
  [
    { title: 'Type check', script: 'typecheck' },
    { title: 'Lint and boundaries', script: 'lint' },
    { title: 'Format', script: 'format:check' },
    { title: 'Unused code', script: 'lint:unused' },
    { title: 'Build', script: 'build' },
  ],
  [
    { title: 'Node tests', script: 'test:node' },
    { title: 'Browser tests', script: 'test:browser' },
    { title: 'Visual tests', script: 'test:visual' },
  ],
  // Alone, since its scenarios have time limits.
  [{ title: 'End to end', script: 'test:e2e' }],
];

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs a step to its end. Its output comes in one piece then, unless it has the screen to itself. */
async function run({ title, script }: Step, env: NodeJS.ProcessEnv, alone: boolean): Promise<Report> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'test-reports-'));
  try {
    const reports = join(folder, 'reports');
    writeFileSync(reports, '');
    const child = spawn('npm', ['run', '--silent', script], {
      cwd: ROOT,
      env: { ...env, TEST_REPORTS: reports },
      stdio: alone ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk));
    const [status] = (await once(child, 'close')) as [number | null];
    process.stdout.write(Buffer.concat(output));
    console.log(`── ${title}: ${status === 0 ? 'ok' : `FAILED (npm run ${script})`}, ${seconds(began)}\n`);
    const report = readReports(reports);
    // A step that is no test suite, say the type check, and one that broke down count as one failure.
    return status !== 0 && report.failures.length === 0 ? addFailure(report, `${title}: see above`) : report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const wrong = words.find((word) => word !== '--all');
  if (wrong !== undefined) {
    throw new Error(`npm test takes no "${wrong}". For single files: npm run test:node|test:browser|test:e2e -- file…`);
  }
  const all = words.includes('--all');
  const engines = all ? [...ENGINES] : selectedEngines();
  ensureBrowsers(engines);
  console.log(`Engines: ${engines.join(', ')}\n`);

  const env = { ...process.env, ENGINES: engines.join(','), ...(all && { ALL_FAULTS: '1' }) };
  const start = performance.now();
  let total = NONE;
  for (const steps of STAGES) {
    console.log(`── ${steps.map(({ title }) => title).join(', ')} …`);
    const reports = await Promise.all(steps.map((step) => run(step, env, steps.length === 1)));
    total = reports.reduce(add, total);
    if (total.failures.length > 0) break;
  }
  // Last, so that whoever sees the end of the output alone sees what failed.
  console.log(`${seconds(start)} in all\n${describeReport(total)}`);
  if (total.failures.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
