import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, cell, STATES, type Steps } from './flow-cells.ts';
import { TABLE } from './flow-table.ts';

/** The table as `action → state → outcome`, every cell filled. */
function readTable(): Map<string, Map<string, string>> {
  const table = new Map<string, Map<string, string>>();
  for (const block of TABLE.trim().split(/^# /m).slice(1)) {
    const [action = '', ...lines] = block.trimEnd().split('\n');
    const row = new Map<string, string>();
    let states: string[] = [];
    for (const line of lines) {
      const [left = '', outcome] = line.split(' -> ');
      states.push(...left.split(' '));
      if (outcome === undefined) continue;
      for (const state of states[0] === '*' ? Object.keys(STATES) : states) {
        assert.ok(state in STATES, `${action}: no state ${state}`);
        if (states[0] !== '*') assert.ok(!row.has(state), `${action}: ${state} twice`);
        if (!row.has(state)) row.set(state, outcome);
      }
      states = [];
    }
    assert.ok(!table.has(action), `${action} twice`);
    table.set(action, row);
  }
  return table;
}

const table = readTable();
const actions = Object.values(ACTIONS).flatMap((kinds) => Object.entries<Steps>(kinds));

test('the table has a cell for every state and action, and no other', () => {
  assert.deepEqual([...table.keys()].sort(), actions.map(([name]) => name).sort());
  for (const [action, row] of table)
    assert.deepEqual([...row.keys()].sort(), Object.keys(STATES).sort(), `states of ${action}`);
});

test('every state is what its name says', () => {
  for (const [name, reach] of Object.entries(STATES)) {
    if (name === 'loading/initial') assert.equal(reach().view, 'not-applicable');
    else assert.equal(reach().view, name.split('/')[0], name);
  }
});

for (const [action, steps] of actions)
  test(`in every state: ${action}`, () => {
    const expected = Object.fromEntries(table.get(action) ?? []);
    const found = Object.fromEntries(Object.keys(STATES).map((state) => [state, cell(state, steps)]));
    assert.deepEqual(found, expected);
  });
