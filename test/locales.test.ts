/** The tables of texts: complete, translated, and with the grammar that `Intl` puts into them. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../scripts/test-files.ts';
import { en, type MessageKey, type Messages } from '../src/locales/en.ts';
import { LOCALES } from '../src/locales/load.ts';

const KEYS = Object.keys(en) as MessageKey[];
const placeholders = (text: string): string[] => (text.match(/\{[^}]*\}/g) ?? []).sort();
const files = readdirSync(join(ROOT, 'src/locales'))
  .filter((name) => !['en.ts', 'load.ts'].includes(name))
  .map((name) => name.replace(/\.ts$/, ''));

const tables: [string, Messages][] = await Promise.all(
  files.map(async (tag): Promise<[string, Messages]> => {
    const load = LOCALES[tag.slice(0, 2)];
    assert.ok(load, `src/locales/load.ts does not load ${tag}`);
    return [tag, (await load()).default];
  }),
);

describe('locales', () => {
  it('are twelve or more, each loaded from the file of its tag', async () => {
    for (const tag of ['ar', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt-BR', 'zh-CN'])
      assert.ok(files.includes(tag), tag);
    assert.equal(Object.keys(LOCALES).length, files.length);
    for (const [tag, texts] of tables) {
      const file = (await import(`../src/locales/${tag}.ts`)) as { default: Messages };
      assert.equal(file.default, texts, tag);
    }
  });

  for (const [tag, texts] of tables) {
    it(`${tag}: has the keys of English and no others`, () => {
      assert.deepEqual(Object.keys(texts).sort(), [...KEYS].sort());
    });

    it(`${tag}: has the placeholders of English, and no text in English`, () => {
      for (const key of KEYS) {
        assert.deepEqual(placeholders(texts[key]), placeholders(en[key]), key);
        assert.notEqual(texts[key], en[key], `${key} is not translated`);
        assert.equal(texts[key], texts[key].trim(), key);
        assert.ok(texts[key], key);
      }
    });
  }

  for (const [tag, texts] of [['en', en], ...tables] as const) {
    // WCAG 2.5.3: who steers by voice says what the button shows.
    it(`${tag}: a button's name holds what it shows`, () => {
      for (const key of KEYS.filter((each) => each.endsWith('.action'))) {
        const name = texts[key.replace('.action', '.button') as MessageKey];
        assert.ok(name.toLowerCase().includes(texts[key].toLowerCase()), `${key}: "${name}" without "${texts[key]}"`);
      }
    });

    // A name in letters of the other direction would turn the whole text round.
    it(`${tag}: no sentence begins with a name that may be of the other direction`, () => {
      for (const key of KEYS.filter((each) => each.includes('.text') || each.startsWith('failed.')))
        assert.doesNotMatch(texts[key], /^\{/, key);
    });
  }

  it('ar: every name in a text is isolated from its direction', () => {
    for (const [tag, texts] of tables)
      for (const key of KEYS) {
        const isolated = placeholders(texts[key].replace(/\u2068\{(destination|time)\}\u2069/g, ''));
        const loose = isolated.filter((each) => ['{destination}', '{time}'].includes(each));
        if (tag === 'ar') assert.deepEqual(loose, [], key);
        else assert.doesNotMatch(texts[key], /[\u2066-\u2069]/, key);
      }
  });
});
