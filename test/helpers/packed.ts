/** The package as a user gets it: packed, and put into an empty project beside what it depends on. No network. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import ts from 'typescript';
import { type Rolldown, build } from 'vite';
import { ROOT } from '../../scripts/test-files.ts';

export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    shell: process.platform === 'win32',
  });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

export interface Project {
  folder: string;
  tarball: string;
  /** Paths in the tarball. */
  files: string[];
  remove(): void;
}

/** Frameworks whose parts of the package are tried. */
const PEERS = ['@types/react', 'react', 'react-dom', 'svelte', 'vue'];

/** Packs the package, and unpacks it where an empty project would have it after `npm install`. */
export function installPacked(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT),
  ) as readonly { filename: string; files: { path: string }[] }[];
  const [{ filename, files } = { filename: '', files: [] }] = packed;
  const tarball = join(folder, filename);
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'destination-oauth');
  mkdirSync(own, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1'], folder);
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...PEERS]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  }
  writeFileSync(join(folder, 'package.json'), '{"name":"empty","private":true,"type":"module"}');
  const paths = files.map(({ path }) => path).sort();
  return { folder, tarball, files: paths, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Bundle {
  code: string;
  /** Paths of the modules of which anything is in the bundle. */
  modules: string[];
}

/** What a bundler that resolves by these conditions makes of a module of the project. */
export async function bundle(folder: string, source: string, conditions: readonly string[]): Promise<Bundle> {
  const entry = join(folder, 'main.js');
  writeFileSync(entry, source);
  const result = await build({
    configFile: false,
    root: folder,
    logLevel: 'silent',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { conditions: [...conditions] },
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ['iife'], name: 'bundled', fileName: 'main' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const output = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const chunk = output.find((file): file is Rolldown.OutputChunk => file.type === 'chunk');
  assert.ok(chunk && output.length === 1, 'one file');
  const modules = Object.entries(chunk.modules).flatMap(([path, { renderedLength }]) => (renderedLength ? [path] : []));
  return { code: chunk.code, modules };
}

/** What every Web-interoperable server runtime has, and no window, document, customElements, HTMLElement or process. */
const WEB_GLOBALS = {
  AbortController, AbortSignal, BroadcastChannel, Event, EventTarget, Headers, Request, Response, TextDecoder,
  TextEncoder, URL, URLSearchParams, atob, btoa, clearTimeout, console, crypto, fetch, performance, queueMicrotask,
  setTimeout, structuredClone,
}; // prettier-ignore

/** Runs a bundle where those globals are all there are; gives its exports. */
export function runWithoutDom({ code }: Bundle, more: Record<string, unknown> = {}): Record<string, unknown> {
  const context: Record<string, unknown> = { ...WEB_GLOBALS, ...more };
  context['self'] = context;
  createContext(context);
  return runInContext(`${code}\n;bundled`, context) as Record<string, unknown>;
}

/** The errors that a user's compiler finds in a module of theirs and in the package's declarations. */
export function compileIn(folder: string, name: string, source: string): string[] {
  const path = join(folder, name);
  writeFileSync(path, source);
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    jsx: ts.JsxEmit.ReactJSX,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
  });
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === path || fileName.includes('/destination-oauth/'))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}
