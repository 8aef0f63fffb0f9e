/** Which test file belongs to which runner, by its name. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

export type Suite = 'node' | 'browser' | 'e2e' | 'frameworks';

function suiteOf(file: string): Suite {
  if (file.endsWith('.browser.test.ts')) return 'browser';
  return (['e2e', 'frameworks'] as const).find((suite) => file.startsWith(`test/${suite}/`)) ?? 'node';
}

/** The suite's test files, relative to the root; those that `wanted` names, if it names any. */
export function testFiles(suite: Suite, wanted: readonly string[] = []): string[] {
  const all = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file).split(sep).join('/'))
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  if (wanted.length === 0) return all.filter((file) => suiteOf(file) === suite);
  return wanted.map((name) => {
    const file = relative(ROOT, join(process.cwd(), name)).split(sep).join('/');
    if (!all.includes(file)) throw new Error(`There is no test file ${name}.`);
    if (suiteOf(file) !== suite) throw new Error(`${name} belongs to test:${suiteOf(file)}, not to test:${suite}.`);
    return file;
  });
}
