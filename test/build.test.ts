/** What `npm run build` leaves in dist/: what the files pull in, and how big they are. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import ts from 'typescript';
import { getRequestListener } from '@hono/node-server';
import { measure, printSizes } from '../scripts/sizes.ts';
import { ROOT } from '../scripts/test-files.ts';
import { DIST, filesIn, freshBuild, importsOf } from './helpers/dist.ts';
import { ORIGIN, startProxy } from './proxy/helpers.ts';

const packagesOf = (file: string): string[] =>
  [...importsOf(file)]
    .filter((name) => !name.endsWith('.js') || !existsSync(join(DIST, name)))
    .map((name) => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name)));

interface Manifest {
  exports: Record<string, string | Record<string, string>>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

describe('dist', () => {
  before(freshBuild);

  it('has every file that package.json exports, types first', () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      assert.equal(Object.keys(target)[0], 'types', entry);
      for (const path of Object.values(target))
        assert.ok(existsSync(join(ROOT, path.replace('*', 'en'))), `${entry}: no ${path}`);
    }
  });

  it('has declarations that import nothing outside dist and the dependencies', () => {
    for (const file of filesIn(DIST).filter((name) => name.endsWith('.d.ts'))) {
      for (const { fileName } of ts.preProcessFile(readFileSync(join(DIST, file), 'utf8')).importedFiles) {
        const known = fileName.startsWith('.')
          ? existsSync(join(DIST, file, '..', fileName.replace(/\.(ts|js)$/, '.d.ts')))
          : Object.hasOwn({ ...manifest.dependencies, ...manifest.peerDependencies }, fileName.split('/')[0] ?? '');
        assert.ok(known, `${file} imports ${fileName}`);
      }
    }
  });

  it('runs as npx destination-oauth check-proxy', async () => {
    const listener = getRequestListener(startProxy().handler, { overrideGlobalObjects: false });
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}/api/destination-oauth`;
    const run = async (...args: string[]): Promise<{ code: unknown; out: string }> => {
      const child = spawn(process.execPath, [join(ROOT, 'bin/destination-oauth.js'), ...args]);
      let out = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
      const [code] = (await once(child, 'close')) as unknown[];
      return { code, out };
    };
    const signIn = ['--origin', ORIGIN, '--header', 'x-test-session: ann@acme'];
    try {
      const good = await run('check-proxy', url, '--account', 'da_1', ...signIn);
      assert.equal(good.code, 0, good.out);
      assert.match(good.out, /✓ account .*[^]* passed, 0 failed/);
      const bad = await run('check-proxy', url, '--account', 'da_absent', '--json', ...signIn);
      assert.equal(bad.code, 1);
      assert.equal((JSON.parse(bad.out) as { ok: unknown }).ok, false);
      for (const args of [[], ['check-proxy'], ['check-proxy', url], ['check-proxy', url, '--what']]) {
        const { code, out } = await run(...args);
        assert.equal(code, 2, out);
        assert.match(out, /destination-oauth check-proxy URL --account ID/);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('keeps the proxy out of the browser, and the browser out of the proxy', () => {
    for (const file of ['index.js', 'element.js', 'redirect.js']) {
      assert.ok(![...importsOf(file)].some((name) => name.startsWith('proxy/')), `${file} imports the proxy`);
    }
    assert.deepEqual([...new Set(packagesOf('element.js'))], ['lit']);
    assert.deepEqual(packagesOf('redirect.js'), []);
    for (const name of packagesOf('proxy/index.js')) assert.match(name, /^(hono|jose|zod)$/);
  });

  it('has drop-in scripts that import nothing and carry no server library', () => {
    for (const file of ['destination-oauth.min.js', 'redirect.min.js']) {
      assert.deepEqual([...importsOf(file)], [file]);
      assert.doesNotMatch(readFileSync(join(DIST, file), 'utf8'), /liveramp\.(com|net)|ZodError|JWEInvalid/);
    }
    // A classic script: it must not leave names of its own in the page.
    assert.match(readFileSync(join(DIST, 'redirect.min.js'), 'utf8'), /^["'(!]/);
  });

  it('is within its size ceilings', async () => {
    const sizes = await measure();
    printSizes(sizes);
    const over = sizes.filter(({ bytes, ceiling }) => bytes > ceiling);
    assert.deepEqual(over, []);
  });
});
