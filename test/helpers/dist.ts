/** What `npm run build` leaves in dist/, made anew where it is old. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../scripts/test-files.ts';

export const DIST = join(ROOT, 'dist');

export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'));

const newest = (paths: string[]): number => Math.max(...paths.map((path) => statSync(path).mtimeMs));

function isFresh(): boolean {
  // What the build writes last.
  const made = join(DIST, 'integrity.json');
  const inputs = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts'];
  const sources = ['src', 'scripts'].flatMap((folder) => filesIn(join(ROOT, folder)).map((file) => join(folder, file)));
  return existsSync(made) && statSync(made).mtimeMs > newest([...inputs, ...sources].map((file) => join(ROOT, file)));
}

/** A build older than anything that goes into it is made again; by one of the test files that run side by side. */
export function freshBuild(): void {
  if (isFresh()) return;
  const lock = join(ROOT, 'node_modules/.building');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // Another file's process builds: `dist/` is fresh when it has done, and its lock is stale when it has died.
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 60_000) rmdirSync(lock);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    if (isFresh()) return;
    const built = spawnSync(process.execPath, ['--import=tsx', 'scripts/build.ts'], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(built.status, 0, `npm run build failed:\n${built.stdout}${built.stderr}`);
  } finally {
    rmdirSync(lock);
  }
}

/** The modules that a file of dist/ imports, with everything those import: own files by path, packages by name. */
export function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { fileName } of ts.preProcessFile(readFileSync(join(DIST, file), 'utf8')).importedFiles) {
    if (fileName.startsWith('.')) importsOf(join(file, '..', fileName).replaceAll('\\', '/'), seen);
    else seen.add(fileName);
  }
  return seen;
}
