/**
 * `npm run test:mutation [-- word…]`: takes the checks of the receivers out, one at a time, in a temporary copy, and fails
 * where no named test notices. Words choose the checks whose name or file holds one of them.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations.ts';
import { ROOT } from './test-files.ts';

const COPIED = ['src', 'test', 'scripts', 'demo', 'package.json', 'tsconfig.json', 'web-test-runner.config.ts'];
/** Node tests run side by side; browsers share one screen. */
const AT_ONCE = 2;
const LIMIT_MS = 180_000;

const isBrowserTest = (file: string): boolean => file.endsWith('.browser.test.ts');

function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Whether the tests pass in the copy. */
function passes(folder: string, tests: readonly string[]): Promise<boolean> {
  const browser = tests.some(isBrowserTest);
  const args = browser ? ['scripts/browser-tests.ts', ...tests] : ['--test', ...tests];
  const child = spawn(process.execPath, ['--import=tsx', ...args], {
    cwd: folder,
    env: { ...process.env, ENGINES: 'chromium' },
    stdio: 'ignore',
    timeout: LIMIT_MS,
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** The file's text without the check. Throws where the edit does not fit: the source has changed. */
export function mutate(text: string, { check, file, from, to }: Mutation): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `"${check}": ${file} holds ${JSON.stringify(from)} ${parts.length - 1} times. Mend scripts/mutations.ts.`,
    );
  }
  return parts.join(to);
}

async function survives(folder: string, mutation: Mutation): Promise<boolean> {
  const path = join(folder, mutation.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, mutate(original, mutation));
  try {
    return await passes(folder, mutation.tests);
  } finally {
    writeFileSync(path, original);
  }
}

async function run(words: readonly string[]): Promise<void> {
  const chosen = MUTATIONS.filter(
    ({ check, file }) => words.length === 0 || words.some((word) => check.includes(word) || file.includes(word)),
  );
  if (chosen.length === 0) throw new Error(`No check is named ${words.join(', ')}.`);
  const survivors: string[] = [];
  const folders: string[] = [];
  const worker = async (queue: Iterable<Mutation>): Promise<void> => {
    const folder = copyProject();
    folders.push(folder);
    for (const mutation of queue) {
      const began = performance.now();
      const survived = await survives(folder, mutation);
      if (survived) survivors.push(mutation.check);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${survived ? 'SURVIVED' : 'noticed '} ${mutation.check} (${mutation.file}, ${seconds} s)`);
    }
  };
  try {
    const untouched = copyProject();
    folders.push(untouched);
    for (const tests of new Set(chosen.map((mutation) => mutation.tests))) {
      if (!(await passes(untouched, tests))) throw new Error(`${tests.join(', ')} fails before anything is taken out.`);
    }
    // One iterator for all workers: each takes the next.
    const queue = chosen.filter(({ tests }) => !tests.some(isBrowserTest)).values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(queue)));
    await worker(chosen.filter(({ tests }) => tests.some(isBrowserTest)));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${chosen.length - survivors.length} of ${chosen.length} checks are proved by a test`);
  if (survivors.length > 0) throw new Error(`No test notices that these are gone: ${survivors.join('; ')}`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    await run(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
