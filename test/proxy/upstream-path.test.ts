import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segment } from '../../src/proxy/upstream-http.ts';

test('T15: no id that LiveRamp or `resolve` gives steps through the path', () => {
  for (const id of ['.', '..']) assert.throws(() => segment(id), { code: 'upstream_invalid_response' });
  for (const id of ['a', '...', '%2e%2e', '../x', 'a b', 'ä', 'a?b', 'a#b', '\\..']) {
    const { pathname } = new URL(`https://api.test/v2/things/${segment(id)}`);
    assert.equal(decodeURIComponent(pathname.slice('/v2/things/'.length)), id);
  }
});
