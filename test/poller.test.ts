import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import { now, tickAt } from '../src/poller.ts';

const MINUTE = 60_000;
let clock: SinonFakeTimers;
beforeEach(() => (clock = useFakeTimers({ now: now() + MINUTE, toFake: ['setTimeout', 'clearTimeout', 'Date'] })));
afterEach(() => clock.restore());

test('one timer for all that is due, none when nothing is', () => {
  const ticks: string[] = [];
  const [a, b] = [() => ticks.push('a'), () => ticks.push('b')];
  tickAt(a, now() + 2_000);
  tickAt(b, now() + 1_000);
  assert.equal(clock.countTimers(), 1);
  clock.tick(1_000);
  assert.deepEqual(ticks, ['b']);
  clock.tick(1_000);
  assert.deepEqual(ticks, ['b', 'a']);
  assert.equal(clock.countTimers(), 0);
  tickAt(a, now() + 1_000);
  tickAt(a, undefined);
  assert.equal(clock.countTimers(), 0);
});

test('a clock that is set back keeps nothing waiting', () => {
  const ticks: number[] = [];
  const tick = (): void => void ticks.push(now());
  const due = now() + 2_000;
  tickAt(tick, due);
  clock.setSystemTime(Date.now() - 10 * MINUTE);
  clock.tick(2_000);
  assert.deepEqual(ticks, [due]);
  clock.tick(5_000);
  assert.equal(now(), due + 5_000, 'and time goes on from there');
  tickAt(tick, now() + 1_000);
  clock.tick(1_000);
  assert.equal(ticks.length, 2);
});

test('a clock that is set forward, or a machine that has slept, makes due what is late', () => {
  let ticks = 0;
  tickAt(() => ticks++, now() + 5 * MINUTE);
  clock.setSystemTime(Date.now() + 10 * MINUTE);
  tickAt(() => ticks++, now());
  clock.tick(0);
  assert.equal(ticks, 2);
});

test('what is due in months is not due at once, and leaves the time as it is', () => {
  const ticks: number[] = [];
  const begin = now();
  const due = begin + 90 * 24 * 60 * MINUTE;
  tickAt(() => ticks.push(now()), due);
  clock.tick(1_000);
  assert.deepEqual(ticks, []);
  assert.equal(now(), begin + 1_000);
  clock.tick(due - begin - 1_000);
  assert.deepEqual(ticks, [due]);
});
