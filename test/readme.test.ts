/** The README says what is true: its tags, scripts, commands and custom properties exist, its errors are all there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cssDefaults } from '../scripts/manifest.ts';
import { DestinationOAuth } from '../src/element.ts';
import { blocksOf, codesOf as codes, readText as source } from './helpers/snippets.ts';

const readme = source('README.md');
const blocks = (language: string): string[] => blocksOf(readme, language);
/** The text of a section, without its code blocks. */
const section = (title: string): string =>
  (readme.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '').replace(/^```[^]*?^```/gm, '');
const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('README', () => {
  it('begins with the two commands, which the package has', () => {
    const [first, second] = blocks('sh');
    assert.equal(first, 'npm ci && npm start\n');
    assert.equal(second, 'npm ci && npm test\n');
    const { scripts } = JSON.parse(source('package.json')) as { scripts: Record<string, string> };
    const commands = codes(section('Development')).flatMap((code) => /^npm (?:run )?([\w:]+)/.exec(code)?.[1] ?? []);
    assert.ok(commands.length > 4);
    for (const command of commands) assert.ok(Object.hasOwn(scripts, command), `npm run ${command}`);
  });

  it('has tags and scripts that exist', () => {
    const html = blocks('html').join('\n');
    const tags = [...html.matchAll(/<destination-oauth ([^>]*)>/g)];
    assert.ok(tags.length > 0);
    for (const [, attributes = ''] of tags)
      for (const [, name = ''] of attributes.matchAll(/([\w-]+)=/g))
        assert.ok(DestinationOAuth.observedAttributes.includes(name), name);
    const build = source('vite.config.ts');
    for (const [, script = ''] of html.matchAll(/src="\/([\w.-]+)"/g)) assert.ok(build.includes(`'${script}'`), script);
  });

  it('lists every error code, and no other', () => {
    const union = /type ErrorCode =([^;]*);/.exec(source('src/errors.ts'))?.[1] ?? '';
    const listed = [...section('Errors').matchAll(/^\| ((?:`\w+` ?)+) *\|/gm)].flatMap(([, cell = '']) => codes(cell));
    assert.deepEqual(unique(listed), unique([...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)));
  });

  it('styles with custom properties that exist', () => {
    const used = [
      ...blocks('css')
        .join()
        .matchAll(/--destination-oauth-[a-z-]+/g),
    ];
    assert.ok(used.length > 0);
    for (const [name] of used) assert.ok(cssDefaults().has(name), name);
  });
});
