import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ACCOUNT_ID,
  FLOW_ID,
  FLOW_STATES,
  HINTS,
  OAUTH_STATUSES,
  readAccount,
  readBatch,
  readFlowReport,
  readProblemCode,
} from '../src/contract.ts';
import { A, account, report } from './helpers/walk.ts';

const full = {
  account_id: 'acc',
  name: 'Seat 7',
  destination_name: 'LinkedIn',
  oauth_status: 'unauthorized',
  upstream_status: 'Unauthorized',
  reauthorization: true,
  authorize_url: 'https://proxy.example/authorize?ticket=t',
  authorize_expires_at: '2026-01-01T00:10:00Z',
  checked_at: '2026-01-01T00:00:00.000Z',
};

/** What JSON can hold and an account field must not be. */
const WRONG: unknown[] = [null, 0, 1, '', {}, [], ['authorized'], true, { toString: 'x' }];

describe('readAccount', () => {
  test('reads the smallest and the largest account', () => {
    assert.deepEqual(readAccount(full), full);
    const { name: _, destination_name: _d, upstream_status: _u, authorize_expires_at: _a, ...least } = full;
    assert.deepEqual(readAccount(least), least);
    assert.deepEqual(readAccount({ ...least, authorize_url: null }), { ...least, authorize_url: null });
    for (const oauth_status of OAUTH_STATUSES) assert.ok(readAccount({ ...least, oauth_status }));
  });

  for (const key of Object.keys(full) as (keyof typeof full)[]) {
    const optional = ['name', 'destination_name', 'upstream_status', 'authorize_expires_at'].includes(key);
    test(`${key}: ${optional ? 'may' : 'must not'} be absent, or null as serializers write it`, () => {
      const { [key]: _, ...rest } = full;
      const expected = optional ? rest : undefined;
      assert.deepEqual(readAccount(rest), expected);
      if (key !== 'authorize_url') assert.deepEqual(readAccount({ ...full, [key]: null }), expected);
    });
    test(`${key}: nothing of another type`, () => {
      for (const value of WRONG) {
        if (typeof value === typeof full[key] && !(key.endsWith('_at') || key === 'oauth_status')) continue;
        if (value === null && (optional || key === 'authorize_url')) continue;
        assert.equal(readAccount({ ...full, [key]: value }), undefined, JSON.stringify(value));
      }
    });
  }

  test('a status outside the list is no account, so it is never authorized', () => {
    for (const oauth_status of ['Authorized', 'AUTHORIZED', 'oauth_authorized', 'toString', '__proto__', ''])
      assert.equal(readAccount({ ...full, oauth_status }), undefined);
  });

  test('times that are none', () => {
    for (const time of ['', 'soon', '2026-13-01T00:00:00Z']) {
      assert.equal(readAccount({ ...full, checked_at: time }), undefined);
      assert.equal(readAccount({ ...full, authorize_expires_at: time }), undefined);
    }
  });

  test('copies the named own fields and no others', () => {
    const read = readAccount(
      JSON.parse(`{"__proto__":{"evil":1},"constructor":1,"more":2,${JSON.stringify(full).slice(1)}`),
    );
    assert.deepEqual(Object.keys(read ?? {}).sort(), Object.keys(full).sort());
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
    assert.equal('evil' in {}, false);
  });

  test('inherited fields do not count', () => {
    assert.equal(readAccount(Object.create(full)), undefined);
    assert.equal(readAccount(JSON.parse(`{"__proto__":${JSON.stringify(full)}}`)), undefined);
  });

  test('is no account', () => {
    for (const value of [undefined, null, '', 'acc', 1, true, [], [full], JSON.stringify(full), () => full])
      assert.equal(readAccount(value), undefined);
  });
});

describe('readFlowReport', () => {
  test('reads every state and hint', () => {
    for (const state of FLOW_STATES) {
      assert.deepEqual(readFlowReport(report(A, state)), report(A, state));
      for (const hint of HINTS)
        assert.deepEqual(readFlowReport(report(A, state, { hint })), report(A, state, { hint }));
    }
    const completed = report(A, 'completed', { account: account() });
    assert.deepEqual(readFlowReport(completed), completed);
  });

  test('wrong fields', () => {
    const good = report(A, 'pending');
    for (const value of WRONG) {
      for (const key of ['flow', 'account_id'])
        if (typeof value !== 'string') assert.equal(readFlowReport({ ...good, [key]: value }), undefined);
      for (const key of ['state', 'hint', 'account']) {
        const expected = value === null && key !== 'state' ? good : undefined;
        assert.deepEqual(readFlowReport({ ...good, [key]: value }), expected, `${key} ${JSON.stringify(value)}`);
      }
    }
    assert.equal(readFlowReport({ ...good, state: 'authorized' }), undefined);
    assert.equal(readFlowReport({ ...good, account: { ...account(), oauth_status: 'Authorized' } }), undefined);
  });

  test('copies named fields, in the account too', () => {
    const sent = { ...report(A, 'completed'), token: 't', account: { ...full, token: 't' } };
    assert.deepEqual(readFlowReport(sent), report(A, 'completed', { account: readAccount(full) ?? account() }));
  });
});

describe('readBatch', () => {
  test('finds each entry by its id, wherever it stands', () => {
    const entries = readBatch({
      accounts: [{ account_id: 'gone', error: { code: 'account_not_found' } }, full, { account_id: 'odd' }],
    });
    assert.deepEqual(entries?.get('acc'), full);
    assert.equal(entries.get('gone'), 'account_not_found');
    assert.equal(entries.get('odd'), undefined);
    assert.equal(entries.get('absent'), undefined);
  });

  test('entries that are nothing spoil no others', () => {
    const entries = readBatch({ accounts: [null, 1, 'x', [], {}, { account_id: ['acc'] }, full] });
    assert.deepEqual(entries?.get('acc'), full);
  });

  test('is no batch', () => {
    for (const value of [
      undefined,
      null,
      [],
      [full],
      {},
      { accounts: {} },
      { accounts: 'x' },
      Object.create({ accounts: [] }),
    ])
      assert.equal(readBatch(value), undefined);
  });
});

test('a problem code is an own word', () => {
  assert.equal(readProblemCode({ code: 'flow_not_found' }), 'flow_not_found');
  for (const value of [
    undefined,
    null,
    'flow_not_found',
    [],
    {},
    { code: 1 },
    { code: '' },
    { code: 'https://proxy.test/?ticket=t' },
    { code: 'a'.repeat(65) },
    Object.create({ code: 'flow_not_found' }),
  ])
    assert.equal(readProblemCode(value), undefined);
});

test('ids', () => {
  for (const id of ['a', 'da_linkedin_1', 'A.b~c:d-e_f', 'a'.repeat(128), '...', '.a']) assert.match(id, ACCOUNT_ID);
  for (const id of [
    '',
    '.',
    '..',
    'a'.repeat(129),
    'a b',
    'a/b',
    'a%2Fb',
    'a?b',
    'a#b',
    'ä',
    'a\n',
    '\na',
    'a&id=b',
    '../a',
    'a\u0000',
  ])
    assert.doesNotMatch(id, ACCOUNT_ID);
  assert.match('a'.repeat(22), FLOW_ID);
  for (const id of ['a'.repeat(21), 'a'.repeat(129), 'a'.repeat(30) + '=', 'a'.repeat(30) + '\n', 'a'.repeat(30) + '.'])
    assert.doesNotMatch(id, FLOW_ID);
});

test('the readers never throw, and give nothing but the shape, whatever JSON comes', () => {
  const key = fc.constantFrom(
    ...Object.keys(full),
    'accounts',
    'flow',
    'state',
    'hint',
    'account',
    'error',
    'code',
    '__proto__',
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(...Object.values(full), ...WRONG, ...OAUTH_STATUSES, ...FLOW_STATES),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value')),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      const json: unknown = JSON.parse(JSON.stringify(given));
      const read = readAccount(json);
      if (read) assert.ok(Object.keys(read).every((name) => name in full));
      readFlowReport(json);
      readBatch(json);
      readProblemCode(json);
    }),
    { numRuns: 2_000 },
  );
});
