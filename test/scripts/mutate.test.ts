import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutate } from '../../scripts/mutate.ts';
import { MUTATIONS } from '../../scripts/mutations.ts';
import { ROOT } from '../../scripts/test-files.ts';

test('every check that npm run test:mutation takes out is there once, and its tests are', () => {
  for (const mutation of MUTATIONS) {
    const text = readFileSync(join(ROOT, mutation.file), 'utf8');
    assert.notEqual(mutate(text, mutation), text, mutation.check);
    for (const file of mutation.tests) assert.ok(existsSync(join(ROOT, file)), file);
  }
});

test('a check that is gone, or there twice, is told', () => {
  const mutation = { check: 'c', file: 'f.ts', from: 'a', to: 'b', tests: [] };
  assert.equal(mutate('xax', mutation), 'xbx');
  assert.throws(() => mutate('xx', mutation), /"c": f\.ts holds "a" 0 times/);
  assert.throws(() => mutate('aa', mutation), /2 times/);
});
