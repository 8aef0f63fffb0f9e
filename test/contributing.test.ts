/** CONTRIBUTING.md names what there is, and the workflows run nothing that can change under them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../scripts/test-files.ts';
import { codesOf, readText } from './helpers/snippets.ts';

const { scripts, version } = JSON.parse(readText('package.json')) as {
  scripts: Record<string, string>;
  version: string;
};

describe('CONTRIBUTING.md', () => {
  const codes = codesOf(readText('CONTRIBUTING.md'));

  it('names scripts that package.json has', () => {
    const named = codes.flatMap((code) => /(?:^| )npm run ([\w:]+)/.exec(code)?.[1] ?? []);
    assert.ok(named.length > 8);
    for (const name of named) assert.ok(Object.hasOwn(scripts, name), `npm run ${name}`);
  });

  it('names files that are there', () => {
    const paths = codes.flatMap(
      (code) => /(?:^| )((?:src|test|demo|scripts|\.github)\/[\w./-]*\w\/?)/.exec(code)?.[1] ?? [],
    );
    assert.ok(paths.length > 15);
    // `liveramp-*` stands for several.
    for (const path of paths.filter((path) => !path.endsWith('liveramp')))
      assert.ok(existsSync(join(ROOT, path)), path);
  });
});

describe('CHANGELOG.md', () => {
  it('has a section of the version', () => {
    assert.ok(readText('CHANGELOG.md').includes(`\n## ${version}\n`), version);
  });
});

describe('the workflows', () => {
  const folder = '.github/workflows';
  for (const name of readdirSync(join(ROOT, folder))) {
    const text = readText(`${folder}/${name}`);

    it(`${name} pins each action to a commit, and says which version that is`, () => {
      const uses = [...text.matchAll(/^ *(?:- )?uses: (.*)$/gm)].map(([, what = '']) => what);
      assert.ok(uses.length > 0);
      for (const what of uses)
        assert.match(what, /^(\.\/\.github\/workflows\/[\w-]+\.yml|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
    });

    it(`${name} has no rights but those that a job asks for`, () => {
      assert.match(text, /^permissions:( \{\}|\n {2}contents: read\n)/m);
      const written = [...text.matchAll(/^ +([\w-]+): write\b/gm)].map(([, right]) => right);
      assert.deepEqual(written, name === 'release.yml' ? ['id-token', 'contents'] : []);
    });

    it(`${name} runs scripts that package.json has`, () => {
      for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(Object.hasOwn(scripts, script), script);
    });
  }
});
