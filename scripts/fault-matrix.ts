/** `npm run test:matrix`: every fault in every engine; writes docs/fault-matrix.md from the results. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES, ensureBrowsers } from './browsers.ts';
import { ROOT } from './test-files.ts';

const FOLDER = join(ROOT, 'docs');
const TEST = join(ROOT, 'test/e2e/faults.test.ts');

try {
  ensureBrowsers(ENGINES);
  mkdirSync(FOLDER, { recursive: true });
  const { status } = spawnSync(process.execPath, ['--import=tsx', '--test', '--test-reporter=spec', TEST], {
    cwd: ROOT,
    env: { ...process.env, ENGINES: ENGINES.join(','), FAULT_MATRIX: join(FOLDER, 'fault-matrix.md') },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
