/**
 * A second *site* for browser tests: the test page is on `localhost`, this one on `127.0.0.1`, serving `test/fixtures/`.
 *
 * Tests find its origin by `import { secondSite } from '../test/helpers/second-site.ts'` (a page-side helper that reads
 * `/__second-site`). Query parameters choose response headers: `?coop=same-origin` sets Cross-Origin-Opener-Policy.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { TestRunnerPlugin } from '@web/test-runner';

const FIXTURES = join(import.meta.dirname, '../test/fixtures');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

/** Serves `test/fixtures/` on a free port of 127.0.0.1. */
export async function startSecondSite(): Promise<{ origin: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = normalize(decodeURIComponent(url.pathname));
    const coop = url.searchParams.get('coop');
    readFile(join(FIXTURES, path)).then(
      (body) => {
        response.writeHead(200, {
          'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
          'cache-control': 'no-store',
          ...(coop ? { 'cross-origin-opener-policy': coop } : {}),
        });
        response.end(body);
      },
      () => {
        response.writeHead(404).end('not found');
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The second site has no port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function secondSitePlugin(): TestRunnerPlugin {
  let site: Awaited<ReturnType<typeof startSecondSite>> | undefined;
  return {
    name: 'second-site',
    async serverStart() {
      site = await startSecondSite();
    },
    async serverStop() {
      await site?.close();
    },
    serve: (context) =>
      context.path === '/__second-site' ? { body: JSON.stringify({ origin: site?.origin }), type: 'json' } : undefined,
  };
}
