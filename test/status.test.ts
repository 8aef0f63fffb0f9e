import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInitialStatus } from '../src/status.ts';

const WORDS: [string | null | undefined, ReturnType<typeof readInitialStatus>][] = [
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ['not_applicable', 'not_applicable'],
  ['authorized', 'authorized'],
  ['unauthorized', 'unauthorized'],
  ['unknown', 'unknown'],
  ['oauth_not_applicable', 'not_applicable'],
  ['oauth_authorized', 'authorized'],
  ['oauth_unauthorized', 'unauthorized'],
  ['NotApplicable', 'not_applicable'],
  ['Authorized', 'authorized'],
  ['Unauthorized', 'unauthorized'],
  ['OAUTH_NOT_APPLICABLE', 'not_applicable'],
  ['constructor', 'unknown'],
  ['toString', 'unknown'],
  ['__proto__', 'unknown'],
  ['authorised', 'unknown'],
  ['not authorized', 'unknown'],
  ['authorized?', 'unknown'],
  ['pending', 'unknown'],
];

for (const [word, status] of WORDS)
  test(`initial-status ${JSON.stringify(word)} is ${String(status)}`, () =>
    assert.equal(readInitialStatus(word), status));
