/**
 * The demo's page (dev server and `npm run build:demo`), and the builds of the package, one mode each, which
 * scripts/build.ts runs in turn:
 *
 * - `library`: ES modules for bundlers and for servers, dependencies left out, one chunk per shared module
 * - `worker`: the entries that hold the element once more, with the build of Lit that needs no DOM: for servers whose bundlers
 *   do not choose it by themselves, which is to say edge runtimes
 * - `drop-in`: one ES module with everything in it, for a `<script type="module">`
 * - `redirect`: one classic script, for partners who host the redirect page without a bundler
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, type UserConfig, defineConfig } from 'vite';
import { minifyScript } from './scripts/minify-script.ts';
import { minifyTemplates } from './scripts/minify-templates.ts';

const here = (path: string): string => join(import.meta.dirname, path);

/**
 * Packages that the user's bundler or Node resolves: `dependencies` of package.json, and React. `@lit/react` goes into the
 * bundle, for it would bring React's types to everybody.
 */
const EXTERNAL = /^(lit|zod|hono|jose|react|@lit\/reactive-element|lit-html|lit-element)(\/|$)/;

/** The tables of texts, each a file of its own: entries for partners, and what the element loads when it is needed. */
const LOCALES = Object.fromEntries(
  readdirSync(here('src/locales'))
    .filter((name) => /^[a-z]{2}(-[A-Z]{2})?\.ts$/.test(name))
    .map((name) => [`locales/${name.slice(0, -3)}`, here(`src/locales/${name}`)]),
);

/** The drop-in file carries English only, and finds the other tables beside it. */
const besideIt: Plugin = {
  name: 'locales-beside-it',
  enforce: 'pre',
  resolveId: {
    filter: { id: /^\.\/[a-z-]+\.ts$/i },
    handler: (id, importer) =>
      importer?.endsWith('/src/locales/load.ts') && !id.endsWith('/en.ts')
        ? { id: `./locales/${id.slice(2, -3)}.js`, external: true }
        : undefined,
  },
};

const shared = {
  target: 'es2022',
  outDir: here('dist'),
  emptyOutDir: false,
  modulePreload: false,
  copyPublicDir: false,
} as const;

const library: UserConfig = {
  plugins: [minifyTemplates()],
  publicDir: false,
  build: {
    ...shared,
    // A bundler minifies; people read and debug what is in node_modules.
    minify: false,
    lib: {
      entry: {
        index: here('src/index.ts'),
        element: here('src/element.ts'),
        redirect: here('src/redirect.ts'),
        react: here('src/react.ts'),
        'development/index': here('src/development/index.ts'),
        'development/element': here('src/development/element.ts'),
        'development/react': here('src/development/react.ts'),
        'proxy/index': here('src/proxy/index.ts'),
        'proxy/redis-store': here('src/proxy/redis-store.ts'),
        'conformance/index': here('src/conformance/index.ts'),
        ...LOCALES,
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: EXTERNAL,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
    },
  },
};

const worker: UserConfig = {
  plugins: [minifyTemplates()],
  publicDir: false,
  resolve: { conditions: ['node', 'production'] },
  build: {
    ...shared,
    outDir: here('dist/worker'),
    minify: false,
    license: { fileName: 'licenses.json' },
    lib: {
      entry: { index: here('src/index.ts'), element: here('src/element.ts'), react: here('src/react.ts') },
      formats: ['es'],
    },
    rolldownOptions: {
      external: /^react$/,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
    },
  },
};

const dropIn: UserConfig = {
  plugins: [minifyTemplates(), besideIt, minifyScript()],
  publicDir: false,
  resolve: { alias: { './diagnose-lazily.ts': here('src/diagnose.ts') } },
  build: {
    ...shared,
    minify: true,
    license: { fileName: 'licenses.json' },
    lib: { entry: here('src/index.ts'), formats: ['es'], fileName: () => 'destination-oauth.min.js' },
    rolldownOptions: { output: { minify: true, codeSplitting: false }, checks: { bundlerTimings: false } },
  },
};

const redirect: UserConfig = {
  publicDir: false,
  build: {
    ...shared,
    minify: true,
    lib: {
      entry: here('src/redirect-auto.ts'),
      formats: ['iife'],
      name: 'destinationOAuthRedirect',
      fileName: () => 'redirect.min.js',
    },
    rolldownOptions: { output: { minify: true } },
  },
};

const demo: UserConfig = {
  base: './',
  build: { target: 'es2022', outDir: here('dist-demo'), emptyOutDir: true },
};

export default defineConfig(({ mode }) => {
  switch (mode) {
    case 'library':
      return library;
    case 'worker':
      return worker;
    case 'drop-in':
      return dropIn;
    case 'redirect':
      return redirect;
    default:
      return demo;
  }
});
