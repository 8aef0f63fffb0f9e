/** What a random run may consist of. */
import fc from 'fast-check';
import type { Net } from './browser.ts';
import { APIS, type Api, type Consent, type Health, type Start } from './liveramp.ts';
import type { Delivery } from './popup.ts';

export const ACCOUNTS = ['da_1', 'da_2'] as const;

/** `which` chooses among the elements or windows that there are. */
export type Step =
  | { do: 'click'; which: number; times: number }
  | { do: 'secondary' | 'cancel' | 'refresh' | 'remove' | 'put-back' | 'move' | 'other-account'; which: number }
  | { do: 'decide'; which: number; consent: Consent; delivery: Delivery; returns: boolean }
  | { do: 'close' | 'sever'; which: number }
  | { do: 'forge'; which: number; how: 'origin' | 'source' | 'flow' | 'shape' | 'early' }
  | { do: 'wait'; ms: number }
  | { do: 'net'; net: Net; delay: number }
  | { do: 'online' | 'restart' | 'focus' | 'show' | 'reload' }
  | { do: 'liveramp'; health: Health }
  | { do: 'hide'; throttle: number }
  | { do: 'clock'; whose: 'page' | 'proxy'; minutes: number }
  | { do: 'add'; account: number }
  | { do: 'grant' | 'revoke'; account: number; told: boolean }
  | { do: 'popups' | 'channels' | 'storage'; work: boolean };

export interface Plan {
  api: Api;
  start: Start;
  processing: number;
  lag: number;
  /** Which account each element shows at first. */
  elements: readonly number[];
  steps: readonly Step[];
  ending: { hint: 'focus' | 'refresh' | 'poll'; close: boolean; cancel: boolean };
}

const which = fc.nat(3);
const account = fc.nat(ACCOUNTS.length - 1);
const is = <T extends string>(...names: T[]): fc.Arbitrary<T> => fc.constantFrom(...names);

const steps: readonly { weight: number; arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 14, arbitrary: fc.record({ do: is('click'), which, times: fc.constantFrom(1, 1, 1, 2, 3) }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: is('decide'),
      which,
      consent: fc.constantFrom<Consent>('grant', 'grant', 'grant', 'deny', 'no-permission'),
      delivery: is<Delivery>('once', 'once', 'lost', 'twice', 'late'),
      returns: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 22,
    arbitrary: fc.record({
      do: is('wait'),
      ms: fc.constantFrom(1, 50, 300, 1_000, 2_100, 5_000, 12_000, 25_000, 70_000, 400_000, 700_000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: is('close', 'sever'), which }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: is('secondary', 'cancel', 'refresh', 'remove', 'put-back', 'move', 'other-account'),
      which,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: is('forge'), which, how: is('origin', 'source', 'flow', 'shape', 'early') }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: is('net'),
      net: is<Net>('up', 'offline', 'html', 'problem', 'slow', 'lost', 'hang'),
      delay: fc.constantFrom(300, 3_000, 14_000, 20_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: is('online', 'restart', 'focus', 'show', 'reload') }) },
  { weight: 3, arbitrary: fc.record({ do: is('focus', 'online') }) },
  { weight: 3, arbitrary: fc.record({ do: is('liveramp'), health: is<Health>('up', '503', 'html', 'hang', '403') }) },
  { weight: 2, arbitrary: fc.record({ do: is('hide'), throttle: fc.constantFrom(1, 1_000, 60_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: is('clock'), whose: is('page', 'proxy'), minutes: fc.constantFrom(-10, 10) }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('add'), account }) },
  { weight: 2, arbitrary: fc.record({ do: is('grant', 'revoke'), account, told: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: is('popups', 'channels', 'storage'), work: fc.boolean() }) },
];

export const plans: fc.Arbitrary<Plan> = fc.record({
  api: fc.constantFrom(...APIS),
  start: fc.constantFrom<Start>('unauthorized', 'unauthorized', 'stale', 'authorized'),
  processing: fc.constantFrom(0, 0, 500, 5_000, 30_000),
  lag: fc.constantFrom(0, 0, 1_000, 8_000, 30_000),
  elements: fc.array(account, { minLength: 1, maxLength: 3 }),
  steps: fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 24 }),
  ending: fc.record({
    hint: fc.constantFrom<Plan['ending']['hint']>('focus', 'refresh', 'poll'),
    // An attempt that is left alone is polled for a quarter of an hour: a few of those are enough.
    close: fc.constantFrom(true, true, true, false),
    cancel: fc.constantFrom(true, true, true, false),
  }),
});
