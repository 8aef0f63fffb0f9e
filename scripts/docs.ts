/**
 * `npm run docs`: writes the tables of README.md from the custom-elements manifest, between `<!-- manifest: name -->` and
 * `<!-- /manifest -->`. A test fails while they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ClassDeclaration,
  ClassField,
  ClassMember,
  ClassMethod,
  CustomElementDeclaration,
  Package,
} from 'custom-elements-manifest';
import { format, resolveConfig } from 'prettier';
import { elementOf, readManifest } from './manifest.ts';
import { ROOT } from './test-files.ts';

const README = join(ROOT, 'README.md');

const isField = (member: ClassMember): member is ClassField => member.kind === 'field';
const isMethod = (member: ClassMember): member is ClassMethod => member.kind === 'method';

/** Text in a cell: one line, and no bar that would end it. */
const cell = (text = ''): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
const code = (text: string | undefined): string => (text ? `\`${cell(text)}\`` : '');
/** A default is code, unless it is said in words that hold some. */
const value = (text = ''): string => (text.includes('`') ? cell(text) : code(text.replace(/^'(.*)'$/, '$1')));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

interface Named {
  name: string;
  description?: string;
}
const described = (prefix: string, items: readonly Named[] = []): string[][] =>
  items.map(({ name, description }) => [code(prefix + name), cell(description)]);

function fieldsOf(manifest: Package, className: string | undefined): string {
  const declaration = manifest.modules
    .flatMap((module) => module.declarations ?? [])
    .find((one): one is ClassDeclaration => one.kind === 'class' && one.name === className);
  return (declaration?.members ?? []).flatMap((member) => (isField(member) ? [code(member.name)] : [])).join(', ');
}

function attributes({ attributes = [], members = [] }: CustomElementDeclaration): string {
  const fields = members.filter(isField).filter((field) => !field.static && !field.readonly);
  const own = attributes.map((attribute) => ({ ...attribute, fieldName: attribute.fieldName ?? attribute.name }));
  const unattributed = fields.filter(({ name }) => own.every(({ fieldName }) => fieldName !== name));
  return table(
    ['Attribute', 'Property', 'Type', 'Meaning', 'Default'],
    [
      ...own.map((one) => [
        code(one.name),
        code(one.fieldName),
        code(one.type?.text),
        cell(one.description),
        value(one.default),
      ]),
      ...unattributed.map((field) => [
        '',
        code(field.name),
        code(field.type?.text),
        cell(field.description),
        value(field.default),
      ]),
    ],
  );
}

function tables(manifest: Package): Record<string, string> {
  const element = elementOf(manifest);
  const { members = [], events = [], slots, cssParts, cssProperties = [], cssStates } = element;
  return {
    attributes: attributes(element),
    state: table(
      ['Read-only property', 'Type', 'Meaning'],
      members
        .filter(isField)
        .filter(({ readonly }) => readonly)
        .map(({ name, type, description }) => [
          code(name),
          // The views have a table of their own.
          name === 'view' ? 'a [view](#views)' : code(type?.text),
          cell(description),
        ]),
    ),
    methods: table(
      ['Method', 'Does'],
      members
        .filter(isMethod)
        .map(({ name, parameters = [], description, static: isStatic }) => [
          code(`${isStatic ? `${element.name}.` : ''}${name}(${parameters.map((one) => `${one.name}?`).join(', ')})`),
          cell(description),
        ]),
    ),
    states: table(['View', 'When'], described('', cssStates)),
    events: table(
      ['Event', 'When', 'Fields'],
      events.map(({ name, type, description }) => [code(name), cell(description), fieldsOf(manifest, type.text)]),
    ),
    slots: table(['Slot', 'Content'], described('', slots)),
    parts: table(['Part', 'What it is'], described('', cssParts)),
    properties: table(
      ['Custom property', 'For', 'Default'],
      cssProperties.map((one) => [code(one.name), cell(one.description), code(one.default)]),
    ),
  };
}

/** The text with its tables as the manifest has them, formatted. */
export async function withTables(text: string, manifest: Package): Promise<string> {
  const all = tables(manifest);
  const unused = new Set(Object.keys(all));
  const filled = text.replace(/(<!-- manifest: (\w+) -->)[^]*?(<!-- \/manifest -->)/g, (_, start, name, end) => {
    const made = all[String(name)];
    if (made === undefined)
      throw new Error(`README.md asks for a table "${name}"; there are ${Object.keys(all).join(', ')}.`);
    unused.delete(String(name));
    return `${start}\n\n${made}\n\n${end}`;
  });
  if (unused.size > 0) throw new Error(`README.md has no place for: ${[...unused].join(', ')}`);
  return format(filled, { ...(await resolveConfig(README)), filepath: README });
}

if (process.argv[1] === import.meta.filename) {
  const before = readFileSync(README, 'utf8');
  const after = await withTables(before, readManifest());
  if (after !== before) writeFileSync(README, after);
  console.log(after === before ? 'README.md is up to date.' : 'README.md has new tables.');
}
