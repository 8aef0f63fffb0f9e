import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FLOW_STATES,
  HINTS,
  OAUTH_STATUSES,
  PROBLEM_CODES,
  readAccount,
  readBatch,
  readFlowReport,
  readProblemCode,
  type ProblemCode,
} from '../../src/contract.ts';
import { accountSchema, batchSchema, flowReportSchema, problemSchema } from '../../src/proxy/schemas.ts';

const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
  .map((date) => date.toISOString());
const account = fc.record(
  {
    account_id: fc.string(),
    name: fc.string(),
    destination_name: fc.string(),
    oauth_status: fc.constantFrom(...OAUTH_STATUSES),
    upstream_status: fc.string(),
    reauthorization: fc.boolean(),
    authorize_url: fc.oneof(fc.webUrl(), fc.constant(null)),
    authorize_expires_at: time,
    checked_at: time,
  },
  { requiredKeys: ['account_id', 'oauth_status', 'reauthorization', 'authorize_url', 'checked_at'] },
);
const report = fc.record(
  {
    flow: fc.string(),
    account_id: fc.string(),
    state: fc.constantFrom(...FLOW_STATES),
    hint: fc.constantFrom(...HINTS),
    account,
  },
  { requiredKeys: ['flow', 'account_id', 'state'] },
);
const problem = fc.record({
  type: fc.string(),
  title: fc.string(),
  status: fc.integer(),
  code: fc.constantFrom(...(Object.keys(PROBLEM_CODES) as ProblemCode[])),
  request_id: fc.string(),
});

const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('constructor', '__proto__', 'authorized', 'AUTHORIZED', 'not a date', '', 0, null, true, [], {}),
);
const KEYS = [
  ...['account_id', 'name', 'oauth_status', 'reauthorization', 'authorize_url', 'checked_at', 'authorize_expires_at'],
  ...['flow', 'state', 'hint', 'account', 'code', '__proto__', 'toString', 'extra'],
];
type Change =
  { kind: 'set'; key: string; value: unknown } | { kind: 'delete'; key: string } | { kind: 'replace'; value: unknown };
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key: fc.constantFrom(...KEYS), value: odd }),
  fc.record({ kind: fc.constant('delete' as const), key: fc.constantFrom(...KEYS) }),
  fc.record({ kind: fc.constant('replace' as const), value: odd }),
);

/** Valid values, and values with up to two things changed, as they come out of JSON.parse. */
const mutated = (valid: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.array(change, { maxLength: 2 })).map(([value, changes]) => {
    let result: unknown = JSON.parse(JSON.stringify(value));
    for (const step of changes) {
      if (step.kind === 'replace') result = step.value;
      else if (typeof result === 'object' && result !== null) {
        if (step.kind === 'delete') Reflect.deleteProperty(result, step.key);
        else
          Object.defineProperty(result, step.key, {
            value: step.value,
            enumerable: true,
            configurable: true,
            writable: true,
          });
      }
    }
    return result;
  });

const OPTIONAL = ['name', 'destination_name', 'upstream_status', 'authorize_expires_at', 'hint', 'account'];

/** Without the optional fields that are null: the schemas want them left out, the readers take both for the same. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const own = Object.entries(value).filter(([key, field]) => field !== null || !OPTIONAL.includes(key));
  return Object.fromEntries(own.map(([key, field]) => [key, key === 'account' ? withoutNulls(field) : field]));
}

test('T20: the schemas and the hand-written readers give the same verdict and the same copy', () => {
  let accepted = 0;
  let refused = 0;
  for (const [schema, read, values] of [
    [accountSchema, readAccount, mutated(account)],
    [flowReportSchema, readFlowReport, mutated(report)],
  ] as const) {
    fc.assert(
      fc.property(values, (value) => {
        const result = schema.safeParse(withoutNulls(value));
        assert.deepEqual(read(value), result.success ? result.data : undefined);
        if (result.success) accepted++;
        else refused++;
      }),
      { numRuns: 3000 },
    );
  }
  assert.ok(accepted > 500 && refused > 500, 'both verdicts were met');
});

test('the schemas and the readers agree on batches and problem codes', () => {
  fc.assert(
    fc.property(mutated(problem), (value) => {
      const schema = problemSchema.pick({ code: true }).safeParse(value);
      // The reader also lets through what a newer proxy may say.
      if (schema.success) assert.equal(readProblemCode(value), schema.data.code);
      else assert.ok(!Object.hasOwn(PROBLEM_CODES, readProblemCode(value) ?? ''));
    }),
  );
  fc.assert(
    fc.property(fc.array(account), (accounts) => {
      const value = { accounts };
      assert.ok(batchSchema.safeParse(value).success);
      assert.equal(readBatch(value)?.size, new Set(accounts.map((item) => item.account_id)).size);
    }),
    { numRuns: 50 },
  );
});
