/** The custom-elements manifest says all that the source has, and no more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withTables } from '../scripts/docs.ts';
import { editorData } from '../scripts/editor-data.ts';
import { cssDefaults, elementOf, readManifest } from '../scripts/manifest.ts';
import { DestinationOAuth } from '../src/element.ts';
import { LOOKS } from '../src/looks.ts';
import { readText } from './helpers/snippets.ts';

const manifest = readManifest();
const element = elementOf(manifest);
const source = readText('src/destination-oauth.ts');

const names = (items: readonly { name: string }[] = []): string[] => items.map(({ name }) => name).sort();
const found = (pattern: RegExp, text = source): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
const own = (object: object): string[] =>
  Object.getOwnPropertyNames(object).filter((name) => !/^(constructor|connectedCallback|.*[cC]allback)$/.test(name));

describe('custom-elements manifest', () => {
  it('describes one element, by its tag, in modules that can be imported', () => {
    assert.equal(element.tagName, 'destination-oauth');
    assert.deepEqual(
      manifest.modules.map(({ path }) => path),
      ['dist/element.js', 'dist/index.js'],
    );
    assert.deepEqual(manifest.modules[1]?.exports?.[1], {
      kind: 'custom-element-definition',
      name: 'destination-oauth',
      declaration: { name: 'DestinationOAuth', module: 'dist/element.js' },
    });
  });

  it('has every attribute, with the property it sets', () => {
    const { attributes = [] } = element;
    const observed = attributes.filter(({ fieldName }) => fieldName).map(({ name }) => name);
    assert.deepEqual(observed.sort(), [...DestinationOAuth.observedAttributes].sort());
    const { variant, 'account-id': id } = Object.fromEntries(attributes.map((one) => [one.name, one]));
    assert.deepEqual(variant?.type, { text: "'card' | 'compact' | 'button'" });
    assert.equal(variant.default, "'card'");
    assert.equal(id?.fieldName, 'accountId');
    assert.deepEqual(id.type, { text: 'string' });
  });

  it('has every public property and method, and nothing private', () => {
    const { members = [] } = element;
    const lit = ['render', 'willUpdate', 'updated', 'firstUpdated', 'update'];
    const expected = new Set([
      ...own(DestinationOAuth.prototype).filter((name) => !lit.includes(name)),
      ...Object.keys(DestinationOAuth.properties),
      'define',
    ]);
    assert.deepEqual(names(members), [...expected].sort());
    const view = members.find(({ name }) => name === 'view');
    assert.ok(view?.kind === 'field' && view.readonly);
    assert.match(view.type?.text ?? '', /'authorized'.* \| /);
  });

  it('has every event with its class, and the fields of those', () => {
    assert.deepEqual(names(element.events), found(/'(oauth-[a-z-]+)'/g, readText('src/events.ts')));
    const classes = new Map(
      manifest.modules.flatMap((module) => module.declarations ?? []).map((one) => [one.name, one] as const),
    );
    for (const { name, type } of element.events ?? []) {
      const declaration = classes.get(type.text);
      assert.ok(declaration?.kind === 'class', `${name}: no class ${type.text}`);
      assert.ok((declaration.members ?? []).length > 0, type.text);
    }
  });

  it('has every slot, part and custom state', () => {
    assert.deepEqual(names(element.slots), found(/<slot name="([a-z-]+)"/g));
    assert.deepEqual(names(element.cssParts), found(/part="([a-z-]+)"/g));
    assert.deepEqual(names(element.cssStates), Object.keys(LOOKS).sort());
  });

  it('has every custom property, with its default', () => {
    const defaults = cssDefaults();
    assert.ok(defaults.size > 10);
    assert.deepEqual(names(element.cssProperties), [...defaults.keys()].sort());
    for (const { name, default: value } of element.cssProperties ?? []) assert.ok(value, name);
    assert.equal(defaults.get('--destination-oauth-font'), 'inherit');
  });

  it('describes each thing in it', () => {
    const { attributes = [], members = [], events = [], slots = [], cssParts = [], cssStates = [] } = element;
    for (const one of [...attributes, ...members, ...events, ...slots, ...cssParts, ...cssStates])
      assert.ok(one.description, one.name);
  });

  it('is what the tables of the README say (npm run docs writes them)', async () => {
    const readme = readText('README.md');
    const lines = readme.split('\n');
    const made = (await withTables(readme, manifest)).split('\n');
    assert.deepEqual(
      made.filter((line) => !lines.includes(line)),
      [],
      'README.md lacks these lines',
    );
    assert.ok(made.join() === lines.join(), 'README.md has lines that are no more: npm run docs');
    const stale = readme.replace('| `account-id`', '| `account`');
    assert.notEqual(stale, readme);
    assert.ok((await withTables(stale, manifest)) === readme);
    await assert.rejects(withTables(readme.replace('<!-- manifest: slots -->', ''), manifest), /no place for: slots/);
  });

  it('becomes data that editors complete from', () => {
    const files = editorData(manifest);
    const read = (name: string): unknown => JSON.parse(files[name] ?? '');
    const html = read('vscode.html-custom-data.json') as {
      tags: { name: string; attributes: { name: string; values: { name: string }[] }[] }[];
    };
    assert.deepEqual(names(html.tags), ['destination-oauth']);
    const mode = html.tags[0]?.attributes.find(({ name }) => name === 'mode');
    assert.deepEqual(names(mode?.values), ['auto', 'popup', 'redirect']);
    const css = read('vscode.css-custom-data.json') as { properties: { name: string }[] };
    assert.deepEqual(names(css.properties), names(element.cssProperties));
    const web = read('web-types.json') as {
      contributions: { html: { elements: { events: { name: string }[] }[] } };
    };
    assert.deepEqual(names(web.contributions.html.elements[0]?.events), names(element.events));
  });
});
