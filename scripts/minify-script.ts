/** A second minifier over a finished file: Terser inlines and reorders what Rolldown's leaves alone, 1 % of the drop-in file. */
import { minify } from 'terser';
import type { Plugin } from 'vite';

export function minifyScript(): Plugin {
  return {
    name: 'minify-script',
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const { code } = await minify(file.code, {
          ecma: 2020,
          module: true,
          // Licences are kept in a file of their own.
          format: { comments: false },
          // No line depends on what an arrow function's `prototype` is.
          compress: { passes: 3, unsafe_arrows: true },
        });
        if (!code) throw new Error(`${file.fileName} is empty after it has been minified.`);
        file.code = code;
      }
    },
  };
}
