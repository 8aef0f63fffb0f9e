/** Bundles the script of the proxy's pages into a string constant, since a proxy has no file system to read it from. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
export const GENERATED_FILE = fileURLToPath(new URL('../src/proxy/page-script.generated.ts', import.meta.url));

export async function generatePageScript(): Promise<string> {
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: 'src/redirect-page.ts', output: { format: 'iife' } },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
  const [output] = [result].flat();
  const code = output?.output[0].code.trim();
  if (!code) throw new Error('The bundle of redirect-page.ts is empty');
  // The script stands between tags.
  if (/<\/script|<!--/i.test(code)) throw new Error('The bundle of redirect-page.ts would end its own script element');
  return `// Written by scripts/generate-page-script.ts from src/redirect-page.ts. Do not edit.\nexport const PAGE_SCRIPT =\n  ${quote(code)};\n`;
}

/** As Prettier quotes: the kind of quote that needs fewer escapes. */
function quote(text: string): string {
  const json = JSON.stringify(text);
  const double = (text.match(/"/g) ?? []).length;
  const single = (text.match(/'/g) ?? []).length;
  return double > single ? `'${json.slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'` : json;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(GENERATED_FILE, await generatePageScript());
