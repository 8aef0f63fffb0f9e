/**
 * `npm run test:random [-- --runs 10000 --seed N --path P]`: random faults over the real element and proxy, in Chromium unless
 * `ENGINES` says otherwise. `--seed` and `--path`, as a failure prints them, repeat one run.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './test-files.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const whole = (name: string, text: string): number => {
  if (!/^-?\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}".`);
  return Number(text);
};
const asked = {
  runs: whole('runs', values.runs ?? '1000'),
  seed: whole('seed', values.seed ?? String(Date.now() % 2 ** 31)),
  ...(values.path && { path: values.path }),
};
console.log(`Seed ${asked.seed}, ${asked.runs} runs`);
const { status } = spawnSync(
  process.execPath,
  ['--import=tsx', join(ROOT, 'scripts/browser-tests.ts'), 'test/random/random.browser.test.ts'],
  {
    cwd: ROOT,
    env: { ...process.env, ENGINES: process.env.ENGINES ?? 'chromium', RANDOM_TESTS: JSON.stringify(asked) },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
