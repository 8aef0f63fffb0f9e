/**
 * The demo's page (dev server and `npm run build:demo`), and the builds of the package, one mode each, which
 * scripts/build.ts runs in turn:
 *
 * - `library`: ES modules for bundlers and for servers, dependencies left out, one chunk per shared module
 * - `drop-in`: one ES module with everything in it, for a `<script type="module">`
 * - `redirect`: one classic script, for partners who host the redirect page without a bundler
 */
import { join } from 'node:path';
import { type UserConfig, defineConfig } from 'vite';
import { minifyTemplates } from './scripts/minify-templates.ts';

const here = (path: string): string => join(import.meta.dirname, path);

/** Packages that the user's bundler or Node resolves: `dependencies` of package.json. */
const EXTERNAL = /^(lit|zod|hono|jose|@lit|lit-html|lit-element)(\/|$)/;

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
        'proxy/index': here('src/proxy/index.ts'),
        'conformance/index': here('src/conformance/index.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: EXTERNAL,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
    },
  },
};

const dropIn: UserConfig = {
  plugins: [minifyTemplates()],
  publicDir: false,
  build: {
    ...shared,
    minify: true,
    lib: { entry: here('src/index.ts'), formats: ['es'], fileName: () => 'destination-oauth.min.js' },
    rolldownOptions: { output: { minify: true, codeSplitting: false } },
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
    case 'drop-in':
      return dropIn;
    case 'redirect':
      return redirect;
    default:
      return demo;
  }
});
