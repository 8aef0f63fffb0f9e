/** The code in the documents: taken out of its blocks, and compiled as a reader would who installed the package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../scripts/test-files.ts';

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The contents of a document's code blocks in this language, without the indentation of the list they stand in. */
export const blocksOf = (document: string, language: string): string[] =>
  [...document.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^\\1\`\`\``, 'gm'))].map(
    ([, indentation = '', code = '']) => code.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
  );

/** What stands between backquotes. */
export const codesOf = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The errors of each of these TypeScript modules, which import the package by its name. */
export function compile(modules: readonly string[]): string[][] {
  const names = modules.map((_, index) => join(ROOT, `snippet-${index}.ts`));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const path = (entry: string): string[] => [join(ROOT, 'src', entry)];
  options.paths = {
    'destination-oauth': path('index.ts'),
    'destination-oauth/element': path('element.ts'),
    'destination-oauth/redirect': path('redirect.ts'),
    'destination-oauth/proxy': path('proxy/index.ts'),
  };
  // What stands for the reader's own functions may be used before it is declared, and some is only shown.
  options.noUnusedLocals = false;
  const host = ts.createCompilerHost(options);
  const others = { ...host };
  host.fileExists = (file) => names.includes(file) || others.fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    const code = modules[names.indexOf(file)];
    return code === undefined
      ? others.getSourceFile(file, ...rest)
      : ts.createSourceFile(file, code, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram(names, options, host);
  return names.map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

/** The syntax errors of a JavaScript module. */
export function parse(code: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(code, {
    fileName: 'snippet.js',
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
