/** Whatever happens, in whatever order: the reducer never throws and never says what the proxy has not said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLOW_STATES, HINTS, OAUTH_STATUSES, type Account, type OAuthStatus } from '../src/contract.ts';
import { DestinationOAuthError } from '../src/errors.ts';
import { dueAt, initialState, reduce, viewOf, type Action, type State } from '../src/flow.ts';
import { account, flowId, report, Run, START } from './helpers/walk.ts';

const flows = ['a', 'b', 'c', 'd', 'e', 'f'].map(flowId);
const flow = fc.constantFrom(...flows);
const hint = fc.constantFrom(...HINTS);
const error = fc
  .constantFrom('unreachable', 'timeout', 'unavailable', 'rate_limited', 'invalid_response')
  .map((code) => new DestinationOAuthError(code, code, { retryAfter: code === 'rate_limited' ? 60_000 : undefined }));
const anAccount: fc.Arbitrary<Account> = fc
  .record({
    oauth_status: fc.constantFrom(...OAUTH_STATUSES),
    reauthorization: fc.boolean(),
    authorize_url: fc.constantFrom('https://proxy.test/authorize', null, 'javascript:alert(1)'),
    seconds: fc.constantFrom(0, 30, 600),
  })
  .map(({ seconds, ...given }) =>
    account({ ...given, ...(seconds && { authorize_expires_at: new Date(START + seconds * 1000).toISOString() }) }),
  );
const aReport = fc
  .record({ flow, state: fc.constantFrom(...FLOW_STATES), hint: fc.option(hint), account: fc.option(anAccount) })
  .map(({ flow, state, hint, account }) => report(flow, state, { ...(hint && { hint }), ...(account && { account }) }));

const mode = fc.constantFrom<'popup' | 'redirect'>('popup', 'redirect');
const kept = fc
  .record({ flow, begunAt: fc.integer({ min: START - 1_200_000, max: START + 1_200_000 }), mode, live: fc.boolean() })
  .map((given) => ({ ...given, renewal: false, resumed: true }));

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>(
    { type: 'configured' },
    { type: 'refresh' },
    { type: 'tick' },
    { type: 'changed' },
    { type: 'wake' },
    { type: 'wake', restored: true },
    { type: 'refresh' },
    { type: 'cancel' },
    { type: 'suspend' },
  ),
  fc.record({ type: fc.constant('initial' as const), status: fc.constantFrom(...OAUTH_STATUSES, undefined) }),
  fc.record({ type: fc.constant('account' as const), account: anAccount }),
  fc.record({ type: fc.constant('account-failed' as const), error }),
  fc.record({ type: fc.constant('authorize' as const), flow, mode, popupOpen: fc.boolean() }),
  fc.record({
    type: fc.constant('returned' as const),
    flow,
    hint,
    channel: fc.constantFrom<'post-message' | 'broadcast-channel'>('post-message', 'broadcast-channel'),
  }),
  fc.record({ type: fc.constantFrom('blocked' as const, 'closed' as const, 'overtaken' as const), flow }),
  fc.record({ type: fc.constantFrom('flow-unknown' as const, 'untracked' as const), flow }),
  fc.record({ type: fc.constant('report' as const), report: aReport }),
  fc.record({ type: fc.constant('ask-failed' as const), flow, error }),
  fc.record({ type: fc.constant('resume' as const), attempts: fc.array(kept, { maxLength: 3 }) }),
);

/** An action, and how long after the one before it. */
const steps = fc.array(fc.tuple(action, fc.constantFrom(0, 1, 500, 2_000, 5_000, 20_000, 70_000, 1_000_000)), {
  maxLength: 60,
});

/** A flow's id is new whenever one is begun; the sequence would otherwise begin one that is there already. */
const fresh = (state: State, next: Action): boolean => {
  if (next.type === 'authorize') return !state.attempts.some((a) => a.flow === next.flow);
  if (next.type !== 'resume') return true;
  const ids = [...state.attempts, ...next.attempts].map((a) => a.flow);
  return new Set(ids).size === ids.length;
};

/** A state that must not be changed in place. */
function frozen(state: State): State {
  for (const attempt of state.attempts) Object.freeze(attempt);
  Object.freeze(state.attempts);
  return Object.freeze(state);
}

/** The status in the last word of the proxy, or of the page before the first one. */
function saidBy(next: Action, state: State, said: OAuthStatus | undefined): OAuthStatus | undefined {
  switch (next.type) {
    case 'configured':
      return undefined;
    case 'account':
      return next.account.oauth_status;
    case 'initial':
      return state.account ? said : next.status;
    case 'report':
      return state.attempts.some((a) => a.flow === next.report.flow)
        ? (next.report.account?.oauth_status ?? said)
        : said;
    default:
      return said;
  }
}

const answeredBy = (next: Action): string | undefined => {
  if (next.type === 'report') return next.report.flow;
  return next.type === 'flow-unknown' || next.type === 'untracked' || next.type === 'ask-failed'
    ? next.flow
    : undefined;
};

test('any sequence of actions keeps the invariants', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      let state = frozen(initialState);
      let now = START;
      let said: OAuthStatus | undefined;
      /** Questions that have been put and not been answered. */
      const asking = new Set<string>();
      for (const [next, wait] of sequence) {
        now += wait;
        if (!fresh(state, next)) continue;
        said = saidBy(next, state, said);
        if (next.type === 'configured' || next.type === 'suspend') asking.clear();
        asking.delete(answeredBy(next) ?? '');
        const before = state;
        const [after, effects] = reduce(before, next, now);
        state = frozen(after);
        const ids = new Set(state.attempts.map((a) => a.flow));
        assert.equal(ids.size, state.attempts.length, 'an attempt is there once');
        for (const each of asking) if (!ids.has(each)) asking.delete(each);
        for (const effect of effects)
          if (effect.type === 'ask') {
            assert.ok(!asking.has(effect.flow), 'one question per attempt in flight');
            asking.add(effect.flow);
          } else if (effect.type === 'open') {
            assert.equal(next.type, 'authorize', 'only the user opens a window');
            if (effect.url) assert.equal(effect.url.protocol, 'https:');
          } else if (effect.type === 'direct' || effect.type === 'navigate') {
            const waited = before.attempts.some((a) => a.flow === effect.flow && a.unsent);
            assert.ok(waited || (effect.type === 'navigate' && next.type === 'authorize'), 'as the user wanted');
            assert.equal(effect.url.protocol, 'https:');
          } else if (effect.type === 'authorized') {
            assert.equal(said, 'authorized');
            assert.ok(
              before.attempts.some((a) => !ids.has(a.flow)),
              'a success ends its flow',
            );
          }
        assert.ok(effects.filter((effect) => effect.type === 'authorized').length <= 1);
        if (viewOf(state) === 'authorized') assert.equal(said, 'authorized', 'only by the word of the proxy');
      }
    }),
    { numRuns: 3_000 },
  );
});

/** What a person, a browser and a proxy do to a flow that is run in full. */
const event = fc.oneof(
  fc.constantFrom('authorize', 'click', 'cancel', 'refresh', 'wake', 'closed', 'blocked', 'changed', 'suspend'),
  fc.record({ message: fc.constantFrom(...HINTS) }),
  fc.record({ proxy: fc.constantFrom('pending', 'processing', 'flow-unknown', 'untracked', 'down') }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
const life = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 40_000 })), { maxLength: 40 });

const down = new DestinationOAuthError('unreachable', 'down');
const authorized = account({ oauth_status: 'authorized' });

/** Plays a life, ends it with or without a grant, and lets all that is under way run out. */
function play(sequence: [Event, number][], outcome: 'granted' | 'refused' | 'nothing'): Run {
  const run = new Run({ flow: (each) => report(each, 'pending') }).do({ type: 'configured' }).pass(1_000);
  let begun = 0;
  let latest = '';
  for (const [what, wait] of sequence) {
    if (typeof what === 'object') {
      if ('message' in what)
        run.do({ type: 'returned', flow: latest, hint: what.message, channel: 'broadcast-channel' });
      else if (what.proxy === 'down') Object.assign(run.script, { flow: () => down, account: down });
      else {
        const answer = what.proxy;
        run.script.account = account();
        run.script.flow = (each) =>
          answer === 'flow-unknown' || answer === 'untracked' ? answer : report(each, answer);
      }
    } else if (what === 'authorize' || what === 'click') {
      const flow = flowId(`n${begun++}`);
      run.do({ type: 'authorize', flow, mode: 'popup', popupOpen: what === 'click' });
      if (run.state.attempts.some((a) => a.flow === flow)) latest = flow;
    } else if (what === 'closed' || what === 'blocked') run.do({ type: what, flow: latest });
    else run.do({ type: what });
    run.pass(wait);
  }
  run.script.account = outcome === 'granted' ? authorized : account();
  run.script.flow = (each) => {
    if (outcome === 'nothing') return report(each, 'expired');
    if (outcome === 'refused') return report(each, 'failed', { hint: 'unprocessable_entity', account: account() });
    return report(each, 'completed', { account: authorized });
  };
  return run.pass(1_000).do({ type: 'wake' }).do({ type: 'refresh' }).pass(1_200_000);
}

const told = (run: Run): number => run.log.filter((entry) => entry.what.startsWith('authorized:')).length;

for (const outcome of ['granted', 'refused', 'nothing'] as const)
  test(`however a flow goes, it settles: ${outcome}`, () => {
    fc.assert(
      fc.property(life, (sequence) => {
        const run = play(sequence, outcome);
        assert.equal(dueAt(run.state), undefined, 'no tick is due');
        assert.equal(run.busy, false, 'no question is open');
        assert.equal(run.state.attempts.length, 0);
        if (outcome === 'granted') {
          assert.equal(run.view, 'authorized');
          assert.ok(told(run) <= 1);
        } else {
          assert.equal(told(run), 0);
          assert.equal(run.count('authorized'), 0);
          assert.ok(['unauthorized', 'failed', 'incomplete', 'unconfirmed', 'blocked'].includes(run.view), run.view);
        }
      }),
      { numRuns: 1_000 },
    );
  });
