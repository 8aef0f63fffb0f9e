/** What is downloaded, module by module, and what a bundler leaves out. */
import { SourceMap, builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, loadConfigFromFile, type Rolldown } from 'vite';
import { measure } from '../scripts/sizes.ts';
import { ROOT } from '../scripts/test-files.ts';
import { brotli } from './bundles.ts';
import { type Budget, type Section, verdict } from './report.ts';
import { kilobytes } from './statistics.ts';

const chunksOf = (result: unknown): Rolldown.OutputChunk[] =>
  [result as Rolldown.RolldownOutput | Rolldown.RolldownOutput[]]
    .flat()
    .flatMap(({ output }) => output.filter((file) => file.type === 'chunk'));

/** `src/flow.ts`, or the package of a module of somebody else's. */
function nameOf(path: string): string {
  const at = path.lastIndexOf('node_modules/');
  if (at < 0) return path.replace(/^(\.\.\/)+/, '').replace(`${ROOT}/`, '');
  const [scope = '', name = ''] = path.slice(at + 'node_modules/'.length).split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/** The drop-in's own build, but for the last pass over the finished file, which leaves no source map. */
async function mapped(): Promise<{ code: string; fileName: string; map: Rolldown.SourceMap }> {
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'drop-in' }, join(ROOT, 'vite.config.ts'));
  if (!loaded) throw new Error('There is no vite.config.ts.');
  const { config } = loaded;
  const plugins = (config.plugins ?? []).filter(
    (plugin) => !(plugin && 'name' in plugin && plugin.name === 'minify-script'),
  );
  const [chunk] = chunksOf(
    await build({
      ...config,
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      plugins,
      build: { ...config.build, write: false, sourcemap: 'hidden' },
    }),
  );
  if (!chunk?.map) throw new Error('The drop-in has no source map.');
  const { code, fileName, map } = chunk;
  return { code, fileName, map };
}

/** Bytes of the minified drop-in that come from each module, by its source map. */
async function weights(): Promise<{ total: number; modules: Map<string, number>; compressed: number }> {
  const { code, fileName, map: sourceMap } = await mapped();
  const map = new SourceMap({ ...sourceMap, file: fileName, sourceRoot: '', version: 3 });
  const modules = new Map<string, number>();
  code.split('\n').forEach((line, row) => {
    for (let column = 0; column < line.length; column += 1) {
      const entry = map.findEntry(row, column);
      const name = 'originalSource' in entry && entry.originalSource ? nameOf(entry.originalSource) : 'the bundler';
      modules.set(name, (modules.get(name) ?? 0) + 1);
    }
  });
  return { total: code.length, modules, compressed: brotli(code) };
}

const budgetOf = ({ name, bytes, budget }: { name: string; bytes: number; budget: number }): Budget => ({
  what: name,
  figure: bytes,
  budget,
  say: kilobytes,
});

/** The budgets are older than what the element does; this is what stands in their way. */
const WHY: readonly string[] = [
  'The budgets of the drop-in and of the element are missed. Left out in turn, these make the element smaller by: the reducer 2.6 KB, the element itself 1.8 KB, the style sheet 1.8 KB, the controller 1.1 KB, the English texts 0.8 KB, the client of the proxy 0.7 KB.',
  'Loaded only when needed: every language but English, and, where a bundler splits modules, `diagnose()`.',
];

export async function sizes(): Promise<Section[]> {
  const measured = await measure();
  const { total, modules, compressed } = await weights();
  const sorted = [...modules].sort(([, a], [, b]) => b - a);
  const budgets: Section = {
    title: 'Sizes',
    text: ['What a browser downloads, after brotli.'],
    table: {
      head: ['', 'size', 'budget', ''],
      rows: measured.map(({ name, bytes, budget }) => [
        name,
        kilobytes(bytes),
        kilobytes(budget),
        verdict(budgetOf({ name, bytes, budget })),
      ]),
    },
    budgets: measured.map(budgetOf),
    notes: WHY,
  };
  const byModule: Section = {
    title: 'The drop-in script, module by module',
    text: [
      `${kilobytes(total)} minified, ${kilobytes(compressed)} after brotli. By the source map, before the last pass over the file; after brotli each module’s share is about the same.`,
    ],
    table: {
      head: ['module', 'minified', 'share'],
      rows: sorted.map(([name, bytes]) => [name, `${bytes} B`, `${((bytes / total) * 100).toFixed(1)} %`]),
    },
  };
  return [budgets, byModule, await shaken()];
}

const ENTRIES = [
  { name: 'destination-oauth', file: 'index.js' },
  { name: 'destination-oauth/element', file: 'element.js' },
  { name: 'destination-oauth/redirect', file: 'redirect.js' },
  { name: 'destination-oauth/proxy', file: 'proxy/index.js' },
] as const;

/** Every entry of the package, bundled with all that it needs: which packages come along. */
async function shaken(): Promise<Section> {
  const rows: string[][] = [];
  for (const { name, file } of ENTRIES) {
    const isServer = file.startsWith('proxy/');
    const chunks = chunksOf(
      await build({
        root: ROOT,
        configFile: false,
        logLevel: 'error',
        publicDir: false,
        ...(isServer && { ssr: { noExternal: true } }),
        build: {
          write: false,
          minify: true,
          target: 'es2022',
          modulePreload: false,
          ...(isServer && { ssr: true }),
          rolldownOptions: {
            input: join(ROOT, 'dist', file),
            preserveEntrySignatures: 'strict',
            external: [...builtinModules, /^node:/],
          },
        },
      }),
    );
    const packages = new Set(
      chunks
        .flatMap(({ modules }) => Object.entries(modules))
        .filter(([id, { renderedLength }]) => renderedLength > 0 && id.includes('node_modules/'))
        .map(([id]) => nameOf(id)),
    );
    const entry = chunks.filter(({ isEntry }) => isEntry).map(({ code }) => code);
    rows.push([`\`${name}\``, [...packages].sort().join(', ') || 'nothing', kilobytes(brotli(entry.join('')))]);
  }
  return {
    title: 'Tree-shaking',
    text: ['Each entry by itself, bundled and minified with everything that it imports at once.'],
    table: { head: ['entry', 'packages that come along', 'brotli'], rows },
  };
}
