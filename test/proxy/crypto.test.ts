import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash, randomToken } from '../../src/proxy/crypto.ts';

const TEXTS = ['', 'abc', 'flow:\u{1F600}', 'x'.repeat(5000)];

test("a hash is SHA-256 in base64url, by Node's own module and where there is none", async () => {
  const own = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule');
  assert.ok(own);
  let elsewhere: typeof hash;
  try {
    Object.defineProperty(process, 'getBuiltinModule', { configurable: true, value: undefined });
    // Evaluated anew, under another URL.
    const address = new URL('../../src/proxy/crypto.ts?elsewhere', import.meta.url).href;
    ({ hash: elsewhere } = (await import(address)) as { hash: typeof hash });
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', own);
  }
  assert.notEqual(elsewhere, hash);
  assert.equal(await hash('abc'), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0', 'FIPS 180-4, appendix B.1');
  for (const text of TEXTS) assert.equal(await elsewhere(text), await hash(text));
});

test('a random token is given out once, however many are asked for', () => {
  const tokens = Array.from({ length: 1000 }, randomToken);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set(tokens).size, tokens.length);
});
