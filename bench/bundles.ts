/** The scripts of the pages. Every peer goes through the bundler that makes this project's own drop-in script. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { minifyScript } from '../scripts/minify-script.ts';
import { minifyTemplates } from '../scripts/minify-templates.ts';
import { ROOT } from '../scripts/test-files.ts';

export const PEERS = ['oidc-client-ts', 'auth0-spa-js', 'msal-browser', 'nango-frontend'] as const;
export type Peer = (typeof PEERS)[number];
/** Those whose popup comes back to a page with a script of theirs. */
const RETURNING: readonly Peer[] = ['oidc-client-ts', 'msal-browser'];

export const brotli = (code: string): number => brotliCompressSync(code).byteLength;

/** One minified ES module of everything that `entry` (relative to the root) needs. */
export async function bundle(entry: string): Promise<string> {
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [minifyTemplates(), minifyScript()],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(ROOT, entry), output: { format: 'es', minify: true, codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
  const [output] = [result].flat();
  const code = output?.output[0].code;
  if (!code) throw new Error(`The bundle of ${entry} is empty.`);
  return code;
}

export interface Scripts {
  /** By name, as in the URL `/script/{name}.js`. */
  readonly files: ReadonlyMap<string, string>;
  /** Bytes after brotli: what the page loads, and what the popup loads at its return. */
  readonly sizes: ReadonlyMap<Peer | 'element', { page: number; popup: number }>;
}

/** Everything that the benchmark's pages run. `dist/` must be built. */
export async function buildScripts(popupScript: string): Promise<Scripts> {
  const files = new Map<string, string>();
  const sizes = new Map<Peer | 'element', { page: number; popup: number }>();
  const element = readFileSync(join(ROOT, 'dist/destination-oauth.min.js'), 'utf8');
  files.set('element', element);
  sizes.set('element', { page: brotli(element), popup: brotli(popupScript) });
  for (const peer of PEERS) {
    const code = await bundle(`bench/peers/${peer}.ts`);
    const back = RETURNING.includes(peer) ? await bundle(`bench/peers/${peer}-return.ts`) : '';
    files.set(peer, code);
    if (back) files.set(`${peer}-return`, back);
    sizes.set(peer, { page: brotli(code), popup: back ? brotli(back) : 0 });
  }
  for (const page of ['harness', 'rows', 'bare-rows']) files.set(page, await bundle(`bench/pages/${page}.ts`));
  return { files, sizes };
}
