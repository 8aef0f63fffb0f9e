import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DestinationOAuthError } from '../src/errors.ts';
import { dueAt, TIMES, type Action, type Attempt } from '../src/flow.ts';
import { A, account, B, report, Run, START } from './helpers/walk.ts';

const authorized = account({ oauth_status: 'authorized' });
const down = new DestinationOAuthError('unreachable', 'down');
const pending = (flow: string) => report(flow, 'pending');
const begin = (flow = A, popupOpen = false, mode: Attempt['mode'] = 'popup'): Action => ({
  type: 'authorize',
  flow,
  mode,
  popupOpen,
});
const returned = (flow: string, hint: 'ok' | 'service_unavailable' | 'unprocessable_entity' = 'ok'): Action => ({
  type: 'returned',
  flow,
  hint,
  channel: 'post-message',
});
const closed = (flow = A): Action => ({ type: 'closed', flow });

/** An account that has been read, and a proxy that knows every flow as pending until told otherwise. */
const ready = (script: ConstructorParameters<typeof Run>[0] = {}): Run =>
  new Run({ flow: pending, ...script }).do({ type: 'configured' }).pass(1_000);

const grant = (run: Run, ...flows: string[]): Run => {
  run.script.account = authorized;
  run.script.flow = (flow) =>
    flows.length === 0 || flows.includes(flow) ? report(flow, 'completed', { account: authorized }) : pending(flow);
  return run;
};

describe('the return', () => {
  test('consent: confirmed by the proxy, told once', () => {
    const run = ready().do(begin()).pass(30_000);
    assert.equal(run.view, 'awaiting');
    grant(run).do(returned(A)).do(closed()).pass(1_000);
    assert.equal(run.view, 'authorized');
    run.do({ type: 'wake' }).do(returned(A)).pass(60_000);
    assert.equal(run.count('authorized:post-message'), 1);
    assert.deepEqual(
      run.log.filter((entry) => entry.what.startsWith('error')),
      [],
    );
  });

  test('LiveRamp still at it: asked again after half a second, and then ever more rarely', () => {
    const run = ready().do(begin()).pass(60_000);
    const asked = (): number => run.log.filter(({ what }) => what.startsWith('ask')).length;
    const before = asked();
    run.do(returned(A)).pass(600);
    assert.equal(asked() - before, 2);
    run.pass(8_000);
    assert.ok(asked() - before <= 7);
    grant(run).pass(4_000);
    assert.equal(run.view, 'authorized');
  });

  test('a message is never believed: ok without a grant is not authorized', () => {
    const run = ready().do(begin()).pass(5_000).do(returned(A)).pass(3_600_000);
    assert.equal(run.count('authorized'), 0);
  });

  test('deny: failed, with the hint that the proxy reports', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'failed', { hint: 'unprocessable_entity', account: account() });
    run.do(returned(A, 'unprocessable_entity')).pass(500);
    assert.equal(run.view, 'failed');
    assert.equal(run.state.hint, 'unprocessable_entity');
    assert.equal(run.count('error:authorization_failed'), 1);
  });

  test('no permission: incomplete within 20 s, and a grant that follows still counts', () => {
    const run = ready().do(begin()).pass(5_000).do(returned(A)).pass(20_000);
    assert.equal(run.view, 'incomplete');
    assert.ok(Number(run.at('incomplete')) - Number(run.at('confirming')) <= 20_000);
    grant(run).pass(15_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('no permission, told by a terminal report: incomplete at once', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'completed', { account: account() });
    run.do(returned(A)).pass(200);
    assert.equal(run.view, 'incomplete');
  });

  test('without a message: polling learns of it', () => {
    const run = ready().do(begin()).pass(30_000);
    grant(run).pass(TIMES.slowestPoll + 1_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  test('the proxy says nothing after the return: unconfirmed within 20 s, never a failure', () => {
    const run = ready({ latency: 15_000 }).pass(20_000).do(begin()).pass(2_100);
    run.script.flow = () => new DestinationOAuthError('timeout', 'late');
    const at = run.now - START;
    run.do(returned(A)).pass(20_000);
    assert.equal(run.view, 'unconfirmed');
    assert.ok(Number(run.at('unconfirmed')) - at <= 20_000);
  });

  test('a processing attempt is shown as confirming, and may come to nothing', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'processing');
    run.pass(3_000);
    assert.equal(run.view, 'confirming');
    run.do(returned(A)).pass(20_000);
    assert.equal(run.view, 'incomplete');
  });

  test('a message that comes after the poll still brings its hint and a question', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'processing');
    run.pass(3_000);
    const asked = run.count('ask:a');
    run.do(returned(A)).pass(10);
    assert.equal(run.count('ask:a'), asked + 1);
    assert.equal(run.state.attempts[0]?.hint, 'ok');
  });
});

describe('polling', () => {
  test('first after 2 s, then rarer, 10 s at most, one question at a time', () => {
    const run = ready().do(begin()).pass(120_000);
    const start = Number(run.at('awaiting'));
    const asked = run.log.filter((entry) => entry.what === 'ask:a').map((entry) => entry.at - start);
    assert.equal(asked[0], 2_000);
    const gaps = asked.slice(1).map((at, index) => at - Number(asked[index]));
    assert.ok(
      gaps.every((gap, index) => gap >= 2_000 && gap >= (gaps[index - 1] ?? 0) && gap <= 10_100),
      gaps.join(' '),
    );
    assert.ok(gaps.length > 8);
  });

  test('a hint asks at once; a shower of hints asks once', () => {
    const run = ready().do(begin()).pass(1_500);
    for (let i = 0; i < 100; i++) run.do({ type: 'wake' });
    assert.equal(run.count('ask:a'), 1);
    run.pass(200).do({ type: 'wake' }).pass(100);
    assert.equal(run.count('ask:a'), 1);
  });

  test('who comes back just after a poll is asked for a second after it', () => {
    const run = ready().do(begin()).pass(2_100);
    assert.equal(run.count('ask:a'), 1);
    for (let i = 0; i < 100; i++) run.do({ type: 'wake' });
    assert.equal(run.count('ask:a'), 1);
    run.pass(1_000);
    assert.equal(run.count('ask:a'), 2);
  });

  test('an answer older than a hint is asked for again', () => {
    const run = ready({ latency: 1_000 }).pass(1_000).do(begin()).pass(2_100).do(returned(A));
    assert.equal(run.count('ask:a'), 1);
    run.pass(1_000);
    assert.equal(run.count('ask:a'), 2);
  });

  test('a proxy that wants to be left alone is left alone', () => {
    const busy = new DestinationOAuthError('rate_limited', 'busy', { retryAfter: 30_000 });
    const run = ready({ flow: () => busy })
      .do(begin())
      .pass(31_000);
    assert.equal(run.count('ask:a'), 1);
    run.pass(2_000);
    assert.equal(run.count('ask:a'), 2);
    assert.equal(run.count('error:rate_limited'), 1);
  });
});

describe('closed', () => {
  test('one check, then unconfirmed, while polling goes on', () => {
    const run = ready().do(begin()).pass(1_500).do(closed());
    assert.equal(run.count('ask:a'), 1);
    run.pass(200);
    assert.equal(run.view, 'unconfirmed');
    assert.equal(run.count('ask:a'), 1);
    run.do(closed()).pass(10);
    assert.equal(run.count('ask:a'), 1);
    grant(run).pass(12_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  for (const [what, latency] of [
    ['slow', 15_000],
    ['fast', 50],
  ] as const)
    for (const [answer, flow] of [
      ['pending', pending],
      ['not begun', () => 'flow-unknown' as const],
      ['untracked', () => 'untracked' as const],
      ['down', () => down],
    ] as const)
      test(`unconfirmed within 5 s of closed: ${what} proxy, ${answer}`, () => {
        const run = ready().do(begin()).pass(1_500);
        Object.assign(run.script, { latency, flow });
        const at = run.now - START;
        run.do(closed()).pass(5_000);
        assert.equal(run.view, 'unconfirmed');
        assert.ok(Number(run.at('unconfirmed')) - at <= 5_000);
        run.pass(3_600_000);
        assert.equal(run.count('authorized:poll'), 0);
      });

  test('a message after closed still ends the flow', () => {
    const run = ready().do(begin()).pass(1_500).do(closed()).pass(1_000);
    grant(run).do(returned(A)).pass(200);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('check again says when there is nothing new', () => {
    const run = ready().do(begin()).pass(1_500).do(closed()).pass(1_000).do({ type: 'refresh' });
    assert.equal(run.state.checking, true);
    run.pass(200);
    assert.equal(run.state.checking, false);
    assert.equal(run.state.notice, 'not-yet');
    assert.equal(run.view, 'unconfirmed');
  });

  test('a poll that finds nothing new says nothing: no line comes and pushes the buttons away', () => {
    const run = ready().do(begin()).pass(1_500).do(closed()).pass(60_000);
    assert.equal(run.view, 'unconfirmed');
    assert.equal(run.state.notice, undefined);
  });
});

describe('a late success', () => {
  test('after a cancel: at the next hint', () => {
    const run = ready().do(begin()).pass(5_000).do({ type: 'cancel' }).pass(60_000);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.state.notice, 'cancelled');
    const asked = run.count('ask:a');
    run.pass(60_000);
    assert.equal(run.count('ask:a'), asked, 'a cancelled attempt is not polled');
    grant(run).do({ type: 'wake' }).pass(200);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  test('after a cancel: by its message', () => {
    const run = ready().do(begin()).pass(5_000).do({ type: 'cancel' }).pass(1_000);
    grant(run).do(returned(A)).pass(200);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('in an older attempt: it counts once, and the newer one is over', () => {
    const run = ready().do(begin()).pass(5_000).do({ type: 'cancel' }).do(begin(B)).pass(5_000);
    grant(run, A).do(returned(A)).pass(500);
    assert.equal(run.view, 'authorized');
    grant(run).do({ type: 'wake' }).pass(60_000);
    assert.equal(run.log.filter((entry) => entry.what.startsWith('authorized:')).length, 1);
  });

  test('in the newer attempt: the older one, which the same grant completes, is not told of again', () => {
    const run = ready().do(begin()).pass(5_000).do({ type: 'cancel' }).do(begin(B)).pass(5_000);
    grant(run).do(returned(B)).pass(500);
    run.do({ type: 'wake' }).pass(60_000);
    assert.equal(run.log.filter((entry) => entry.what.startsWith('authorized:')).length, 1);
  });

  test('after the flow expired at the proxy: the status of the account decides', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'expired');
    run.script.account = authorized;
    run.pass(10_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  test('noticed first in the account: the flow is asked at once', () => {
    const run = ready().do(begin()).pass(30_000);
    grant(run).do({ type: 'account', account: authorized }).pass(100);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  test('noticed first in the account while the flow is being asked about: asked once more', () => {
    const run = ready({ latency: 1_000 }).pass(1_000).do(begin()).pass(2_500);
    run.script.flow = pending;
    run.do({ type: 'account', account: authorized }).pass(600);
    assert.equal(run.count('ask:a'), 2);
    grant(run).pass(1_000);
    assert.equal(run.count('authorized:poll'), 1);
  });
});

describe('flow not found', () => {
  test('in the first minute: not begun yet', () => {
    const run = ready({ flow: () => 'flow-unknown' })
      .do(begin())
      .pass(55_000);
    assert.equal(run.view, 'awaiting');
    assert.equal(run.count('read'), 1);
  });

  test('after the first minute: the status against the baseline', () => {
    const run = ready({ flow: () => 'flow-unknown' })
      .do(begin())
      .pass(75_000);
    assert.ok(run.count('read') > 1);
    run.script.account = authorized;
    run.pass(12_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
  });

  test("with an error from the proxy's own page: failed, and a fresh authorize_url", () => {
    const run = ready({ flow: () => 'flow-unknown' })
      .do(begin())
      .pass(1_000)
      .do(returned(A, 'service_unavailable'));
    run.pass(200);
    assert.equal(run.view, 'failed');
    assert.equal(run.state.hint, 'service_unavailable');
    assert.equal(run.count('read'), 2);
  });

  test('for a flow that was known: the status decides', () => {
    const run = ready().do(begin()).pass(3_000);
    run.script.flow = () => 'flow-unknown';
    run.script.account = authorized;
    run.pass(10_000);
    assert.equal(run.count('authorized:poll'), 1);
  });
});

describe('a proxy that tracks no flows', () => {
  test('falls back at once to the status against the baseline', () => {
    const run = ready({ flow: () => 'untracked' })
      .do(begin())
      .pass(2_200);
    assert.equal(run.count('ask:a'), 1);
    assert.equal(run.count('read'), 2);
    run.pass(60_000);
    assert.equal(run.count('ask:a'), 1);
    run.script.account = authorized;
    run.do(returned(A)).pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('ok without a grant: incomplete within 20 s, and it stops asking', () => {
    const run = ready({ flow: () => 'untracked' })
      .do(begin())
      .pass(5_000)
      .do(returned(A))
      .pass(25_000);
    assert.equal(run.view, 'incomplete');
    assert.ok(Number(run.at('incomplete')) - Number(run.at('confirming')) <= 20_000);
    const reads = run.count('read');
    run.pass(300_000);
    assert.equal(run.count('read'), reads);
    run.script.account = authorized;
    run.do({ type: 'wake' }).pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('an error hint and no grant: failed', () => {
    const run = ready({ flow: () => 'untracked' })
      .do(begin())
      .pass(5_000)
      .do(returned(A, 'service_unavailable'));
    run.pass(500);
    assert.equal(run.view, 'failed');
  });

  test('an error hint and a grant: authorized', () => {
    const run = ready({ flow: () => 'untracked' })
      .do(begin())
      .pass(5_000);
    run.script.account = authorized;
    run.do(returned(A, 'service_unavailable')).pass(500);
    assert.equal(run.view, 'authorized');
  });

  test('a renewal: an authorized account proves nothing before the return', () => {
    const run = ready({ flow: () => 'untracked', account: authorized })
      .do(begin())
      .pass(20_000);
    assert.equal(run.view, 'awaiting');
    run.do(returned(A)).pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });
});

describe('the renewal of an authorized account', () => {
  test('only its own flow can tell a success', () => {
    const run = ready({ account: authorized }).do(begin()).pass(30_000);
    assert.equal(run.view, 'awaiting');
    grant(run).do(returned(A)).pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('come back, and LiveRamp takes its time: unconfirmed, as the account lacks nothing', () => {
    const run = ready({ account: authorized }).do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'processing', { account: authorized });
    run.do(returned(A)).pass(20_000);
    assert.equal(run.view, 'unconfirmed');
    assert.equal(run.at('incomplete'), undefined);
    grant(run).pass(12_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('a failure is one, although the account is still authorized', () => {
    const run = ready({ account: authorized }).do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'failed', { account: authorized });
    run.do(returned(A, 'unprocessable_entity')).pass(500);
    assert.equal(run.view, 'failed');
    assert.equal(run.count('authorized:post-message'), 0);
  });
});

describe('a proxy that is down', () => {
  test('before and after the return is told once', () => {
    const run = ready().do(begin());
    run.script.flow = () => down;
    run.pass(5_000).do(returned(A)).pass(5_000);
    assert.equal(run.view, 'confirming');
    assert.equal(run.count('error:unreachable'), 1);
  });

  test('at the first read: error, a retry mends it', () => {
    const run = new Run({ account: down }).do({ type: 'configured' }).pass(1_000);
    assert.equal(run.view, 'error');
    run.script.account = account();
    run.do({ type: 'refresh' }).pass(500);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.state.error, undefined);
  });

  test('looking at the page tries again, not too often and without a second event', () => {
    const run = new Run({ account: down }).do({ type: 'configured' }).pass(1_000);
    for (let i = 0; i < 30; i++) run.do({ type: 'wake' }).pass(1_000);
    assert.equal(run.count('read'), 1 + 3);
    assert.equal(run.count('error:unreachable'), 1);
  });

  test('that says when to come back is left alone until then, but for a person', () => {
    const busy = new DestinationOAuthError('rate_limited', 'busy', { retryAfter: 60_000 });
    const run = ready();
    run.script.account = busy;
    run.do({ type: 'refresh' }).pass(500);
    assert.equal(run.view, 'error');
    for (let i = 0; i < 59; i++) run.do({ type: 'wake' }).pass(1_000);
    assert.equal(run.count('read'), 2);
    run.do({ type: 'refresh' });
    assert.equal(run.count('read'), 3);
    run.script.account = account();
    run.pass(60_500).do({ type: 'wake' }).pass(500);
    assert.equal(run.view, 'unauthorized');
  });

  test('that says so about a flow is not asked at a glance either', () => {
    const run = ready().do(begin()).pass(500);
    run.script.flow = () => new DestinationOAuthError('rate_limited', 'busy', { retryAfter: 60_000 });
    run.do({ type: 'wake' }).pass(500);
    assert.equal(run.count('ask:a'), 1);
    for (let i = 0; i < 55; i++) run.do({ type: 'wake' }).pass(1_000);
    assert.equal(run.count('ask:a'), 1);
    run.do(returned(A));
    assert.equal(run.count('ask:a'), 2, 'a message is worth a question');
  });

  test('check again says that the service cannot be reached, and not that there is nothing new', () => {
    const run = ready().do(begin()).pass(1_000).do(closed()).pass(1_000);
    assert.equal(run.view, 'unconfirmed');
    Object.assign(run.script, { account: down, flow: () => down });
    run.do({ type: 'refresh' }).pass(1_000);
    assert.equal(run.view, 'unconfirmed');
    assert.equal(run.state.error?.code, 'unreachable');
    assert.equal(run.state.notice, undefined);
    assert.equal(run.state.checking, false);
    Object.assign(run.script, { account: account(), flow: pending });
    run.do({ type: 'refresh' });
    assert.equal(run.state.error, undefined);
    run.pass(1_000);
    assert.equal(run.state.notice, 'not-yet');
  });

  test('in mid-flow: one event, the flow goes on and ends well', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = () => down;
    run.do(returned(A)).pass(40_000);
    assert.equal(run.view, 'unconfirmed');
    assert.equal(run.count('error:unreachable'), 1);
    grant(run).pass(12_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('a quiet read that fails changes nothing', () => {
    const run = ready().pass(TIMES.stale);
    run.script.account = down;
    run.do({ type: 'wake' }).pass(500);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.count('error:unreachable'), 0);
  });
});

describe('the end of an attempt', () => {
  test('expired at the proxy: the status is read, and the element says so', () => {
    const run = ready().do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'expired');
    run.pass(10_000);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.state.notice, 'expired');
    assert.equal(dueAt(run.state), undefined);
  });

  test('expired at the proxy, but the account is authorized by then: told as the success that it is', () => {
    for (const known of [{}, { account: authorized }]) {
      const run = ready().do(begin()).pass(5_000);
      run.script.flow = (flow) => report(flow, 'expired', known);
      run.script.account = authorized;
      run.pass(10_000);
      assert.equal(run.view, 'authorized');
      assert.equal(run.count('authorized:poll'), 1);
    }
  });

  test('expired, of an account that was authorized all along: no success', () => {
    const run = ready({ account: authorized }).do(begin()).pass(5_000);
    run.script.flow = (flow) => report(flow, 'expired', { account: authorized });
    run.pass(10_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 0);
  });

  test('a machine that slept through it: the account is asked at the end, and a grant is told', () => {
    for (const [what, flow] of [
      ['expired', (each: string) => report(each, 'expired')],
      ['unknown', () => 'flow-unknown' as const],
      ['pending', pending],
    ] as const) {
      const run = ready().do(begin()).do({ type: 'cancel' });
      Object.assign(run.script, { account: authorized, flow });
      run.pass(TIMES.life + 1_000);
      assert.equal(run.view, 'authorized', what);
      assert.equal(run.count('authorized:poll'), 1, what);
      assert.equal(dueAt(run.state), undefined, what);
    }
  });

  test('offline at its end: over, and a grant is told when the proxy can be reached', () => {
    const run = ready().do(begin()).pass(5_000);
    Object.assign(run.script, { account: down, flow: () => down });
    run.pass(TIMES.life);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.state.notice, 'expired');
    run.script.account = authorized;
    run.script.flow = (flow) => report(flow, 'expired');
    run.do({ type: 'wake' }).pass(1_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:poll'), 1);
    assert.equal(dueAt(run.state), undefined);
  });

  test('offline from its end on: given up after another life', () => {
    const run = ready().do(begin()).pass(5_000);
    Object.assign(run.script, { account: down, flow: () => down });
    run.pass(2 * TIMES.life + 20_000);
    assert.equal(run.state.attempts.length, 0);
    assert.equal(dueAt(run.state), undefined);
  });

  test('nobody ever says anything: over after its life', () => {
    const run = ready()
      .do(begin())
      .pass(TIMES.life + 1_000);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.state.notice, 'expired');
    assert.equal(run.state.attempts.length, 0);
    assert.equal(dueAt(run.state), undefined);
  });
});

describe('resume', () => {
  const kept = (given: Partial<Attempt> = {}): Attempt => ({
    flow: A,
    begunAt: START - 30_000,
    mode: 'redirect',
    renewal: false,
    resumed: true,
    live: true,
    ...given,
  });

  test('after the return: asks at once, authorized by resume', () => {
    const run = new Run({ account: authorized, flow: (flow) => report(flow, 'completed', { account: authorized }) });
    run.do({ type: 'configured' }).do({ type: 'resume', attempts: [kept()] });
    assert.equal(run.view, 'confirming');
    run.pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:resume'), 1);
  });

  test('in mid-flow: unconfirmed, and a message that still comes ends it', () => {
    const run = new Run({ flow: pending }).do({ type: 'configured' });
    run.do({ type: 'resume', attempts: [kept({ mode: 'popup' })] }).pass(500);
    assert.equal(run.view, 'unconfirmed');
    grant(run).do(returned(A)).pass(500);
    assert.equal(run.count('authorized:post-message'), 1);
  });

  test('while LiveRamp makes up its mind: confirming, then honest, and the end is learnt without a hint', () => {
    const run = new Run({ flow: (flow) => report(flow, 'processing', { hint: 'ok' }) }).do({ type: 'configured' });
    run.do({ type: 'resume', attempts: [kept()] }).pass(5_000);
    assert.equal(run.view, 'confirming');
    run.pass(60_000);
    assert.equal(run.view, 'incomplete');
    grant(run).pass(10_500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:resume'), 1);
  });

  test('an attempt whose time ran out meanwhile: the account is asked once, in the background', () => {
    const begunAt = START - TIMES.life;
    const run = new Run({ account: authorized, flow: (flow) => report(flow, 'expired') }).do({ type: 'configured' });
    run.do({ type: 'resume', attempts: [kept({ begunAt })] });
    assert.equal(run.view, 'loading');
    run.pass(1_000);
    assert.equal(run.view, 'authorized');
    assert.equal(run.count('authorized:resume'), 1);
  });

  test('a cancelled attempt stays in the background', () => {
    const run = new Run({ flow: pending }).do({ type: 'configured' });
    run.do({ type: 'resume', attempts: [kept({ live: false })] }).pass(500);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.count('ask:a'), 1);
  });

  test('an attempt past its life is dropped, one that seems to come from the future begins now', () => {
    const run = new Run({ flow: pending }).do({ type: 'configured' });
    const attempts = [kept({ begunAt: START - 2 * TIMES.life }), kept({ flow: B, begunAt: START + 600_000 })];
    run.do({ type: 'resume', attempts }).pass(500);
    assert.deepEqual(
      run.state.attempts.map(({ flow, begunAt }) => ({ flow, begunAt })),
      [{ flow: B, begunAt: START }],
    );
    run.pass(TIMES.life);
    assert.equal(run.view, 'unauthorized');
  });

  test('with a proxy that is down, then cancelled: the status is read, not waited for', () => {
    const run = new Run({ account: down, flow: () => down }).do({ type: 'configured' });
    run.do({ type: 'resume', attempts: [kept()] }).pass(19_000);
    assert.equal(run.view, 'unconfirmed');
    run.script.account = account();
    run.do({ type: 'cancel' }).pass(500);
    assert.equal(run.view, 'unauthorized');
  });

  test('restored from the back-forward cache in a full-page flow: the user came back without an outcome', () => {
    const run = ready().do({ type: 'authorize', flow: A, mode: 'redirect', popupOpen: false });
    assert.equal(run.count('navigate:a'), 1);
    run.pass(1_000).do({ type: 'wake', restored: true });
    assert.equal(run.view, 'unconfirmed');
  });
});

describe('the button', () => {
  test('a second click shows the popup, and opens another where the first is gone', () => {
    const run = ready().do(begin()).do(begin(B, true));
    assert.equal(run.count('focus:a'), 1);
    assert.equal(run.count('open:b'), 0);
    run.do(begin(B, false));
    assert.equal(run.count('open:b'), 1);
    assert.equal(run.view, 'awaiting');
  });

  test('blocked twice is counted, so that this tab can be used', () => {
    const run = ready().do(begin()).do({ type: 'blocked', flow: A }).do(begin(B)).do({ type: 'blocked', flow: B });
    assert.equal(run.view, 'blocked');
    assert.equal(run.state.timesBlocked, 2);
    assert.equal(run.count('error:popup_blocked'), 2);
  });

  test('blocked in the wrong: the flow in the orphan window still counts', () => {
    const run = ready().do(begin()).do({ type: 'blocked', flow: A });
    grant(run).do(returned(A)).pass(500);
    assert.equal(run.view, 'authorized');
    assert.equal(run.log.filter((entry) => entry.what.startsWith('authorized:')).length, 1);
  });

  for (const authorize_url of ['javascript:alert(1)', 'http://proxy.test/', '/authorize', ''])
    test(`opens nothing for ${JSON.stringify(authorize_url)}`, () => {
      const run = ready({ account: account({ authorize_url }) }).do(begin());
      assert.equal(run.view, 'error');
      assert.equal(run.count('open:a'), 0);
      assert.equal(run.count('error:unsafe_authorize_url'), 1);
    });

  // Ten minutes by the proxy's clock, which is another.
  const times = { checked_at: '2001-01-01T00:00:00Z', authorize_expires_at: '2001-01-01T00:10:00Z' };

  test('a ticket is renewed before it runs out, by the times of the proxy', () => {
    const run = ready({ account: account(times) }).pass(8 * 60_000);
    run.do({ type: 'wake' }).pass(500);
    const before = run.count('read');
    run.pass(4 * 60_000);
    assert.equal(run.count('read'), before);
    run.pass(5 * 60_000 + 1_000);
    assert.equal(run.count('read'), before + 1);
  });

  /** The proxy cannot be reached when the ticket wants to be renewed. */
  const late = (): Run => {
    const run = ready({ account: account(times) }).pass(530_000);
    run.script.account = down;
    return run.pass(71_000);
  };

  test('renewals that fail are tried again every ten seconds, whoever comes near', () => {
    const run = late();
    const before = run.count('read');
    for (let i = 0; i < 30; i++) run.do({ type: 'wake' }).pass(1_000);
    assert.equal(run.count('read'), before + 3);
    assert.equal(run.view, 'unauthorized');
    assert.equal(run.count('error:unreachable'), 0);
  });

  test('renewals wait for as long as the proxy says', () => {
    const run = ready({ account: account(times) }).pass(530_000);
    run.script.account = new DestinationOAuthError('rate_limited', 'busy', { retryAfter: 120_000 });
    run.pass(15_000);
    assert.equal(run.count('read'), 2);
    run.pass(110_000);
    assert.equal(run.count('read'), 2);
    run.pass(10_000);
    assert.equal(run.count('read'), 3);
  });

  for (const mode of ['popup', 'redirect'] as const) {
    const sent = mode === 'popup' ? 'direct:a' : 'navigate:a';

    test(`${mode}: a ticket that has run out opens at once, and goes on with a fresh one`, () => {
      const run = late();
      run.script.account = account(times);
      run.do(begin(A, false, mode));
      assert.equal(run.view, 'awaiting');
      assert.equal(run.count('open:a'), mode === 'popup' ? 1 : 0);
      assert.equal(run.count(sent), 0);
      run.pass(500);
      assert.equal(run.count(sent), 1);
      run.do({ type: 'refresh' }).pass(1_000);
      assert.equal(run.count(sent), 1);
    });

    for (const [what, answer, code] of [
      ['that does not come', down, 'unreachable'],
      ['that is none', account({ ...times, authorize_url: 'javascript:alert(1)' }), 'unsafe_authorize_url'],
    ] as const)
      test(`${mode}: a fresh ticket ${what} closes the window and says so`, () => {
        const run = late();
        run.script.account = answer;
        run.do(begin(A, false, mode)).pass(500);
        assert.equal(run.view, 'error');
        assert.equal(run.state.error?.code, code);
        assert.equal(run.count(`error:${code}`), 1);
        assert.equal(run.count(sent), 0);
        assert.equal(run.count('close:a'), 1);
        assert.equal(run.state.attempts.length, 0);
      });
  }
});
