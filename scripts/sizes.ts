/** What the browser has to download, compressed with brotli as servers do it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { ROOT } from './test-files.ts';

export interface Size {
  name: string;
  bytes: number;
  /** What it should weigh at most. */
  budget: number;
  /** What it may weigh until it does: where it stands, so that it only ever shrinks. */
  ceiling: number;
}

const KB = 1024;
const brotli = (code: string | Uint8Array): number => brotliCompressSync(code).byteLength;

/**
 * What a partner's bundler makes of one of the package's entries, minified, with Lit left out: what is loaded with it, and
 * not what it imports when that is needed.
 */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      lib: { entry: join(ROOT, entry), formats: ['es'] },
      rolldownOptions: { external: /^(lit|@lit)(\/|$)/, output: { minify: true } },
    },
  });
  const output = (Array.isArray(result) ? result : [result]).flatMap((part) => ('output' in part ? part.output : []));
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const code = (name: string): string => {
    const chunk = chunks.get(name);
    // Once, however many import it.
    chunks.delete(name);
    return chunk ? [chunk.code, ...chunk.imports.map(code)].join('') : '';
  };
  return [...chunks.values()].map((chunk) => (chunk.isEntry ? code(chunk.fileName) : '')).join('');
}

/** Sizes of a finished build. */
export async function measure(): Promise<Size[]> {
  const file = (name: string): number => brotli(readFileSync(join(ROOT, 'dist', name)));
  return [
    {
      name: 'drop-in (dist/destination-oauth.min.js)',
      bytes: file('destination-oauth.min.js'),
      budget: 14 * KB,
      ceiling: 17.6 * KB,
    },
    {
      name: 'element for bundlers, without Lit',
      bytes: brotli(await bundle('dist/element.js')),
      budget: 8 * KB,
      ceiling: 12.7 * KB,
    },
    { name: 'redirect page (dist/redirect.min.js)', bytes: file('redirect.min.js'), budget: 1 * KB, ceiling: 1 * KB },
  ];
}

export function printSizes(sizes: readonly Size[]): void {
  for (const { name, bytes, budget } of sizes) {
    const verdict = bytes > budget ? `, over by ${bytes - budget}` : '';
    console.log(`${name.padEnd(42)} ${String(bytes).padStart(6)} bytes brotli of ${budget}${verdict}`);
  }
}
