/**
 * The custom-elements manifest, made from the source: what the package's custom element takes, tells and lets you style.
 * The build ships it, with the data that editors make of it; README.md has tables from it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type {
  ClassDeclaration,
  ClassMember,
  CustomElementDeclaration,
  Declaration,
  JavaScriptModule,
  Package,
} from 'custom-elements-manifest';
import ts from 'typescript';
import { ROOT } from './test-files.ts';

/** What the analyzer reads in the source; custom-elements-manifest.config.js says where. */
function analyze(): Package {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  try {
    const cli = join(ROOT, 'node_modules/@custom-elements-manifest/analyzer/cem.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [cli, 'analyze', '--outdir', relative(ROOT, folder)],
      { cwd: ROOT, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`The analyzer failed.\n${stdout}${stderr}`);
    return JSON.parse(readFileSync(join(folder, 'custom-elements.json'), 'utf8')) as Package;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The public types that are unions of literals, by name, spelt out: an editor completes what it can see. */
function literalUnions(): Map<string, string> {
  const entry = join(ROOT, 'src/element.ts');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} is no module`);
  const found = new Map<string, string>();
  for (const symbol of checker.getExportsOfModule(module)) {
    const type = checker.getDeclaredTypeOfSymbol(
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    );
    if (type.isUnion() && type.types.every((member) => member.isStringLiteral()))
      found.set(symbol.name, type.types.map(({ value }) => `'${value}'`).join(' | '));
  }
  return found;
}

/** `default` of each public custom property, as the style sheet has it: `var(--destination-oauth-radius, 12px)`. */
export function cssDefaults(): Map<string, string> {
  const css = readFileSync(join(ROOT, 'src/destination-oauth.styles.ts'), 'utf8');
  const found = new Map<string, string>();
  for (const { 0: start, 1: name = '', index } of css.matchAll(/var\(\s*(--destination-oauth-[a-z-]+)\s*,\s*/g)) {
    let end = index + start.length;
    for (let depth = 1; depth > 0 && end < css.length; end++) depth += css[end] === '(' ? 1 : css[end] === ')' ? -1 : 0;
    if (!found.has(name))
      found.set(
        name,
        css
          .slice(index + start.length, end - 1)
          .replace(/\s+/g, ' ')
          .trim(),
      );
  }
  return found;
}

const isPublic = (member: ClassMember): boolean =>
  (member.privacy === undefined || member.privacy === 'public') && !member.name.startsWith('#');

const isClass = (declaration: Declaration): declaration is ClassDeclaration => declaration.kind === 'class';
export const isElement = (declaration: Declaration): declaration is CustomElementDeclaration =>
  isClass(declaration) && 'customElement' in declaration;

const spelt = (text: string, unions: ReadonlyMap<string, string>): string =>
  text.replace(/\b[A-Z]\w+\b/g, (name) => unions.get(name) ?? name);

/** Leaves what is public, with types spelt out and the defaults that only the style sheet knows. */
function tidyClass(declaration: ClassDeclaration, unions: ReadonlyMap<string, string>): void {
  declaration.members = declaration.members?.filter(isPublic) ?? [];
  for (const member of declaration.members)
    if (member.kind === 'field' && member.type) member.type.text = spelt(member.type.text, unions);
  if (declaration.superclass?.module !== undefined) declaration.superclass = { name: declaration.superclass.name };
  if (!isElement(declaration)) return;

  const attributes = declaration.attributes ?? [];
  for (const attribute of attributes)
    // An attribute that is absent leaves the property null or undefined; one that is there is text.
    if (attribute.type)
      attribute.type.text = spelt(attribute.type.text, unions).replace(/( \| (null|undefined))+$/, '');
  // Those that every element has come last.
  declaration.attributes = attributes.sort((a, b) => Number(!a.fieldName) - Number(!b.fieldName));
  // The analyzer takes every `dispatchEvent` for an event; the real ones are described.
  declaration.events = declaration.events?.filter(({ description }) => description) ?? [];
  const defaults = cssDefaults();
  for (const property of declaration.cssProperties ?? []) {
    // A default that is said in the element's description wins: some are better put in words.
    const value = property.default ?? defaults.get(property.name);
    if (value !== undefined) property.default = value;
  }
}

/** The manifest of the package as it is published: its modules are the ones that can be imported. */
export function readManifest(): Package {
  const unions = literalUnions();
  const declarations = analyze().modules.flatMap((module) => module.declarations ?? []);
  const classes = declarations.filter(isClass);
  for (const declaration of classes) tidyClass(declaration, unions);
  const path = 'dist/element.js';
  const element: JavaScriptModule = {
    kind: 'javascript-module',
    path,
    declarations: classes,
    exports: classes.map(({ name }) => ({ kind: 'js', name, declaration: { name, module: path } })),
  };
  const registered: JavaScriptModule = {
    kind: 'javascript-module',
    path: 'dist/index.js',
    declarations: [],
    exports: [
      { kind: 'js', name: '*', declaration: { name: '*', module: path } },
      ...classes.filter(isElement).map(({ name, tagName = '' }) => ({
        kind: 'custom-element-definition' as const,
        name: tagName,
        declaration: { name, module: path },
      })),
    ],
  };
  return { schemaVersion: '2.1.0', readme: 'README.md', modules: [element, registered] };
}

/** The description of the custom element in a manifest. */
export function elementOf(manifest: Package): CustomElementDeclaration {
  const element = manifest.modules.flatMap((module) => module.declarations ?? []).find(isElement);
  if (!element) throw new Error('The manifest describes no custom element.');
  return element;
}
