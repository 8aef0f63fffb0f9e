/** The guides say what is true: their code compiles, their links lead somewhere, their tables are complete. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../scripts/test-files.ts';
import { PROBLEM_CODES } from '../src/contract.ts';
import { DestinationOAuth } from '../src/element.ts';
import { blocksOf, codesOf, compile, parse, readText } from './helpers/snippets.ts';

const GUIDES = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const DOCUMENTS = [...GUIDES, 'README.md', 'SECURITY.md', 'examples/README.md'];
const LANGUAGES = ['ts', 'js', 'html', 'http', 'sh'];
/** Its code is that of the examples, which test:frameworks builds and drives. */
const COPIES = 'docs/frameworks.md';

const blocks = (language: string, documents: readonly string[] = GUIDES): [name: string, code: string][] =>
  documents.flatMap((name) => blocksOf(readText(name), language).map((code): [string, string] => [name, code]));
/** As GitHub makes them of headings. */
const anchorsOf = (document: string): string[] =>
  [...document.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the guides', () => {
  it('have code in languages that are checked, and in no other', () => {
    for (const name of GUIDES.filter((guide) => guide !== COPIES))
      for (const [, language = ''] of readText(name).matchAll(/^ *```(\w+)/gm))
        assert.ok(LANGUAGES.includes(language), `${name}: ${language}`);
  });

  it('have the code of the examples as it is', () => {
    const guide = readText(COPIES);
    const copies = [...guide.matchAll(/^\[`([^`]+)`\]\([^)]+\):\n\n```\w+\n(.*?)^```$/gms)];
    assert.equal(copies.length, guide.match(/^```\w+$/gm)?.length);
    for (const [, path = '', code] of copies) assert.equal(code, readText(path), path);
  });

  it('and the README have TypeScript that compiles', () => {
    const snippets = blocks(
      'ts',
      DOCUMENTS.filter((name) => name !== COPIES),
    );
    assert.ok(snippets.length > 12);
    // The last is there to see that one which does not compile would be found out.
    const wrong = `import { nothing } from 'destination-oauth/proxy';\nnothing();`;
    const found = compile([...snippets.map(([, code]) => code), wrong]);
    assert.equal(found.pop()?.length, 1);
    for (const [index, errors] of found.entries()) assert.deepEqual(errors, [], snippets[index]?.join('\n'));
  });

  it('have JavaScript that parses', () => {
    const snippets = blocks('js');
    assert.ok(snippets.length > 2);
    for (const [name, code] of snippets) assert.deepEqual(parse(code), [], `${name}\n${code}`);
    assert.equal(parse('const = 1').length > 0, true);
  });

  it('have tags with attributes that exist', () => {
    const tags = blocks('html').flatMap(([, code]) => [...code.matchAll(/<destination-oauth\s([^>]*)>/g)]);
    assert.ok(tags.length > 0);
    for (const [, attributes = ''] of tags)
      for (const [, name = ''] of attributes.matchAll(/([\w-]+)=/g))
        assert.ok(DestinationOAuth.observedAttributes.includes(name), name);
  });

  it('have headers that are headers', () => {
    for (const [name, code] of blocks('http'))
      for (const line of code.trim().split('\n')) assert.match(line, /^[A-Z][\w-]+: \S/, name);
  });

  it('name the policy that the whole flow is tested under', () => {
    const [, policy = ''] =
      /^Content-Security-Policy: (.*trusted-types lit-html)$/m.exec(readText('docs/headers.md')) ?? [];
    assert.ok(policy);
    const wanted = policy.split('; ').map((directive) => directive.trim());
    const tested = readText('test/e2e/strict-site.ts');
    for (const directive of wanted) assert.ok(tested.includes(directive), directive);
  });

  it('have commands with options that exist', () => {
    const usage = readText('bin/destination-oauth.js');
    for (const [name, code] of blocks('sh'))
      for (const [option] of code.matchAll(/--[a-z-]+/g)) assert.ok(usage.includes(option), `${name}: ${option}`);
  });

  it('are all in the list', () => {
    const list = readText('docs/README.md');
    for (const name of GUIDES) if (name !== 'docs/README.md') assert.ok(list.includes(`(${name.slice(5)})`), name);
  });
});

describe('links', () => {
  for (const name of DOCUMENTS)
    it(`of ${name} lead somewhere`, () => {
      for (const [, target = ''] of readText(name).matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
        const [file = '', anchor] = target.split('#');
        const path = join(dirname(name), file);
        assert.ok(existsSync(join(ROOT, path)), target);
        if (anchor !== undefined) assert.ok(anchorsOf(readText(path)).includes(anchor), target);
      }
    });
});

describe('troubleshooting', () => {
  const guide = readText('docs/troubleshooting.md');
  const rows = (title: string): string[] =>
    [...(guide.split(/^## /m).find((part) => part.startsWith(title)) ?? '').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(
      ([, cell = '']) => codesOf(cell).slice(0, 1),
    );

  it('has a row for each code of an error, and for no other', () => {
    const union = /type ErrorCode =([^;]*);/.exec(readText('src/errors.ts'))?.[1] ?? '';
    assert.deepEqual(
      rows('By `error.code`').sort(),
      [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code).sort(),
    );
  });

  it('has a row for each finding of diagnose(), in its words', () => {
    const source = readText('src/diagnose.ts');
    const told = rows('By a line of `diagnose()`').map((line) => line.replace(/ ?…$/, ''));
    const findings = [...source.matchAll(/^ +['`]([A-Z].*)['`],$/gm), ...source.matchAll(/&& ['`]([^'`]+)['`],$/gm)];
    const texts = [...new Set(findings.map(([, text = '']) => text.replace(/\$\{.*/, '')))];
    assert.ok(texts.length >= 6);
    for (const text of texts)
      assert.ok(
        told.some((line) => text.startsWith(line) || line.startsWith(text)),
        text,
      );
    for (const line of told.filter((each) => / .* /.test(each) && !each.includes(' is ')))
      assert.ok(
        texts.some((text) => text.startsWith(line) || line.startsWith(text)),
        line,
      );
  });

  it('names the codes of the proxy as they are', () => {
    for (const code of codesOf(guide).filter((each) => /^(upstream|store|internal)_\w+$/.test(each)))
      assert.ok(Object.hasOwn(PROBLEM_CODES, code) || code === 'upstream_status', code);
  });
});
