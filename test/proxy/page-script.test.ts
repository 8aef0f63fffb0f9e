import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { GENERATED_FILE, generatePageScript } from '../../scripts/generate-page-script.ts';

test("the script of the proxy's pages is up to date (npx tsx scripts/generate-page-script.ts)", async () => {
  assert.equal(await readFile(GENERATED_FILE, 'utf8'), await generatePageScript());
});
