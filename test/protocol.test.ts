import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HINTS } from '../src/contract.ts';
import { ackMessage, channelName, hintOf, readMessage, resultMessage } from '../src/protocol.ts';
import { A } from './helpers/walk.ts';

const good = { ns: 'destination-oauth', v: 1, type: 'result', flow: A, hint: 'ok' };
const ack = { ns: 'destination-oauth', v: 1, type: 'ack', flow: A };

describe('messages', () => {
  test('have exactly the fields of the protocol', () => {
    assert.deepEqual({ ...resultMessage(A, 'ok') }, good);
    assert.deepEqual({ ...ackMessage(A) }, ack);
    assert.equal(channelName(A), `destination-oauth:${A}`);
  });

  test('are read back, every hint', () => {
    for (const hint of HINTS) assert.deepEqual(readMessage(structuredClone(resultMessage(A, hint))), { ...good, hint });
    assert.deepEqual(readMessage(structuredClone(ackMessage(A))), ack);
  });

  const without = (key: string): object => Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));

  const refused: Record<string, unknown> = {
    undefined: undefined,
    null: null,
    'a string': JSON.stringify(good),
    'a number': 1,
    'a function': () => good,
    'an array of the fields': Object.entries(good),
    'an array with the fields': Object.assign([], good),
    'a map': new Map(Object.entries(good)),
    'an empty object': {},
    'no ns': without('ns'),
    'no v': without('v'),
    'no type': without('type'),
    'no flow': without('flow'),
    'no hint': without('hint'),
    'another ns': { ...good, ns: 'destination-oauth2' },
    'another version': { ...good, v: 2 },
    'the version as a string': { ...good, v: '1' },
    'another type': { ...good, type: 'Result' },
    'another hint': { ...good, hint: 'OK' },
    'a hint of the prototype': { ...good, hint: 'toString' },
    'a hint in an array': { ...good, hint: ['ok'] },
    'a flow that is too short': { ...good, flow: 'a'.repeat(21) },
    'a flow that is too long': { ...good, flow: 'a'.repeat(129) },
    'a huge flow': { ...good, flow: 'a'.repeat(5_000_000) },
    'a flow with a slash': { ...good, flow: `${A}/` },
    'a flow with a line break': { ...good, flow: `${A}\n` },
    'a flow in an array': { ...good, flow: [A] },
    'one field more': { ...good, state: 's' },
    'a hint in an ack': { ...ack, hint: 'ok' },
    'an own __proto__': JSON.parse(JSON.stringify(good).replace('{', '{"__proto__":{"x":1},')) as unknown,
    'inherited fields': Object.create(good) as unknown,
    'fields inherited in part': Object.assign(Object.create({ hint: 'ok' }) as object, without('hint')),
    'a getter that throws': Object.defineProperty({ ...good }, 'hint', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    }),
    'a proxy that throws': new Proxy(good, {
      ownKeys() {
        throw new Error('no');
      },
    }),
    'a flow that changes its mind': { ...good, flow: { toString: () => A } },
  };
  for (const [what, message] of Object.entries(refused))
    test(`refused: ${what}`, () => assert.equal(readMessage(message), undefined));

  test('never throw, and pass nothing else on, whatever comes', () => {
    const field = fc.oneof(fc.constantFrom(...Object.values(good), 'ack'), fc.anything({ withNullPrototype: true }));
    const near = fc.dictionary(fc.constantFrom(...Object.keys(good), '__proto__', 'constructor', 'state'), field);
    fc.assert(
      fc.property(fc.oneof(near, fc.anything()), (message) => {
        const read = readMessage(message);
        if (!read) return;
        assert.deepEqual(Object.keys(read).sort(), Object.keys(read.type === 'ack' ? ack : good).sort());
        assert.equal(Object.getPrototypeOf(read), Object.prototype);
      }),
      { numRuns: 2_000 },
    );
  });

  test('leave no trace on prototypes', () => {
    readMessage(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    assert.equal('polluted' in {}, false);
  });
});

test("the status of LiveRamp's redirect is a hint, anything else is unknown", () => {
  for (const hint of HINTS) assert.equal(hintOf(hint), hint);
  for (const status of [undefined, null, '', 'OK', 'ok ', 'toString', '__proto__', ['ok'], 1, { toString: () => 'ok' }])
    assert.equal(hintOf(status), 'unknown');
});
