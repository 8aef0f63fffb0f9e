import { expect } from '@open-wc/testing';
import type { DestinationOAuth } from '../src/index.ts';
import { ackMessage, channelName, resultMessage } from '../src/protocol.ts';
import { account, never } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';
import { everything, mainButton, secondaryButton, Stage, text } from './helpers/stage.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(() => stage.strike());

const grant = (): void => {
  stage.proxy.account = { oauth_status: 'authorized' };
  stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
};

describe('the click', () => {
  it('opens authorize_url with a flow of its own, in the click and without a request', async () => {
    const element = await stage.ready();
    const requests = stage.proxy.asked.length;
    let inClick = 0;
    element.addEventListener('click', () => (inClick = stage.opened.length));
    mainButton(element).click();
    expect(inClick, 'open before the click is over').to.equal(1);
    const { url, name, features } = stage.opened[0]!;
    expect(url.origin + url.pathname).to.equal('https://proxy.test/authorize');
    expect(url.searchParams.get('ticket')).to.equal('canary-ticket');
    expect([...url.searchParams.keys()]).to.deep.equal(['ticket', 'flow']);
    expect(stage.flow).to.match(/^[A-Za-z0-9_-]{22,128}$/);
    expect(name).to.equal('_blank');
    expect(features).not.to.match(/noopener|noreferrer/);
    expect(element.view).to.equal('awaiting');
    await element.updateComplete;
    expect(stage.proxy.asked.length).to.equal(requests);
  });

  it('gives every attempt another flow', async () => {
    const element = await stage.ready();
    const flows = new Set<string>();
    for (let i = 0; i < 20; i++) {
      element.authorize();
      flows.add(stage.flow);
      stage.popups.at(-1)?.close();
      element.cancel();
    }
    expect(flows.size).to.equal(20);
  });

  it('a second click shows the window, one after it has gone opens another', async () => {
    const element = await stage.ready();
    mainButton(element).click();
    await element.updateComplete;
    mainButton(element).click();
    mainButton(element).click();
    expect(stage.opened.length).to.equal(1);
    expect(stage.popups[0]?.focused).to.equal(2);
    stage.popups[0]?.close();
    mainButton(element).click();
    expect(stage.opened.length).to.equal(2);
  });

  for (const authorize_url of [
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'http://proxy.test/authorize',
    '/authorize',
    '//proxy.test/authorize',
    'https://www.linkedin.com@evil.test/',
    'https:\\\\evil.test',
    ' https://proxy.test/',
    '',
  ])
    it(`opens nothing for ${JSON.stringify(authorize_url)}`, async () => {
      stage.proxy.account = { authorize_url };
      const element = await stage.ready();
      mainButton(element).click();
      await element.updateComplete;
      expect(stage.opened).to.deep.equal([]);
      expect(element.view).to.equal('error');
      expect(stage.names.filter((name) => name.startsWith('error'))).to.deep.equal(['error unsafe_authorize_url']);
    });

  it('does nothing where there is nothing to open', async () => {
    stage.proxy.account = { authorize_url: null };
    const element = await stage.ready();
    element.authorize();
    expect(mainButton(element).getAttribute('aria-disabled')).to.equal('true');
    mainButton(element).click();
    expect(stage.opened).to.deep.equal([]);
    expect(element.view).to.equal('unauthorized');
  });

  it('does nothing before the first read', async () => {
    stage.proxy.account = never;
    const element = await stage.mount();
    element.authorize();
    mainButton(element).click();
    expect(stage.opened).to.deep.equal([]);
  });

  it('never opens for an account that is another by now', async () => {
    const element = await stage.ready();
    element.accountId = 'other';
    element.authorize();
    expect(stage.opened).to.deep.equal([]);
    await until(() => element.account?.account_id === 'other', 'the other account');
    expect(element.view).to.equal('unauthorized');
  });

  it('blocked: says so, tries again, and the second time uses this tab only when asked', async () => {
    stage.blocked = true;
    const element = await stage.ready();
    mainButton(element).click();
    await element.updateComplete;
    expect(element.view).to.equal('blocked');
    expect(stage.count('error popup_blocked')).to.equal(1);
    expect(element.error?.code).to.equal('popup_blocked');
    stage.blocked = false;
    mainButton(element).click();
    expect(element.view).to.equal('awaiting');
    expect(element.error).to.equal(undefined);
  });

  it('blocked twice: the third uses this tab, unless the mode is popup', async () => {
    // A ticket that has run out: a window would open at once, where this tab waits for another ticket.
    stage.proxy.account = { checked_at: '2001-01-01T00:10:00Z', authorize_expires_at: '2001-01-01T00:00:00Z' };
    const modes = ['popup', 'auto', 'other'] as DestinationOAuth['mode'][];
    const elements = await Promise.all(modes.map((mode) => stage.ready({ accountId: mode, mode })));
    stage.proxy.account = never;
    stage.blocked = true;
    const opened = elements.map((element) => {
      stage.opened.length = 0;
      for (let i = 0; i < 3; i++) element.authorize();
      return stage.opened.length;
    });
    expect(opened).to.deep.equal([3, 2, 2]);
  });

  it('a window.open that throws is a blocked popup', async () => {
    const element = await stage.ready();
    stage.open.throws(new DOMException('sandboxed', 'SecurityError'));
    element.authorize();
    expect(element.view).to.equal('blocked');
  });
});

describe('disabled', () => {
  it('starts nothing, by whatever way', async () => {
    const element = await stage.ready({ disabled: true });
    expect(element.hasAttribute('disabled')).to.equal(true);
    expect(mainButton(element).disabled).to.equal(true);
    mainButton(element).click();
    element.authorize();
    expect(stage.opened).to.deep.equal([]);
    element.disabled = false;
    await element.updateComplete;
    mainButton(element).click();
    expect(stage.opened.length).to.equal(1);
  });

  it('in mid-flow: shows the window, opens no other, and the flow goes on', async () => {
    const element = await stage.ready();
    element.authorize();
    element.disabled = true;
    await element.updateComplete;
    mainButton(element).click();
    expect(stage.popups[0]?.focused).to.equal(1);
    stage.popups[0]?.close();
    element.authorize();
    mainButton(element).click();
    expect(stage.opened.length).to.equal(1);
    await stage.view(element, 'unconfirmed');
    expect(text(element, 'base')).not.to.contain('Reopen');
    grant();
    mainButton(element).click();
    await stage.view(element, 'authorized');
  });
});

describe('the return', () => {
  it('by a message: asks, and believes the proxy', async () => {
    const element = await stage.ready();
    element.authorize();
    grant();
    const acks: unknown[] = [];
    stage.popups[0]?.window.addEventListener('message', (event) => acks.push(event.data));
    stage.say();
    await stage.view(element, 'authorized');
    expect(await until(() => acks[0], 'an ack')).to.deep.equal({ ...ackMessage(stage.flow) });
    expect(stage.names).to.deep.equal([
      'view loading>unauthorized',
      'status none>unauthorized',
      'view unauthorized>awaiting',
      'view awaiting>confirming',
      'status unauthorized>authorized',
      'view confirming>authorized',
      'authorized post-message',
    ]);
  });

  it('by the channel of the flow', async () => {
    const element = await stage.ready();
    element.authorize();
    grant();
    const channel = new BroadcastChannel(channelName(stage.flow));
    try {
      const heard: unknown[] = [];
      channel.onmessage = ({ data }) => heard.push(data);
      channel.postMessage(resultMessage(stage.flow, 'ok'));
      await stage.view(element, 'authorized');
      expect(stage.count('authorized broadcast-channel')).to.equal(1);
      await until(() => heard.length, 'an ack');
      expect(heard).to.deep.equal([{ ...ackMessage(stage.flow) }]);
    } finally {
      channel.close();
    }
  });

  it('by polling, when no message comes', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    grant();
    await stage.pass(1_900);
    expect(stage.proxy.count('flows')).to.equal(0);
    await stage.pass(200);
    expect(stage.proxy.count('flows')).to.equal(1);
    expect(element.view).to.equal('authorized');
    expect(stage.count('authorized poll')).to.equal(1);
  });

  it('ok without a grant is not authorized: incomplete, in those words, within 20 s', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    await stage.pass(100);
    stage.say();
    await stage.pass(20_000);
    expect(element.view).to.equal('incomplete');
    expect(text(element, 'description')).to.contain('permission');
    expect(stage.count('authorized')).to.equal(0);
    grant();
    mainButton(element).click();
    stage.say();
    await stage.view(element, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
  });

  it('with an error: failed, with its words', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.proxy.flow = { state: 'failed', hint: 'service_unavailable', account: account() };
    stage.say({ hint: 'service_unavailable' });
    await stage.view(element, 'failed');
    expect(text(element, 'description')).to.contain('not available');
    expect(stage.count('error authorization_failed')).to.equal(1);
  });

  it('an error that the proxy does not confirm decides nothing: the account is authorized', async () => {
    const element = await stage.ready();
    element.authorize();
    grant();
    stage.say({ hint: 'internal_server_error' });
    await stage.view(element, 'authorized');
  });

  for (const [what, answer] of [
    ['is 404 HTML', () => new Response('<h1>Not found</h1>', { status: 404 })],
    ['is 500 HTML', () => new Response('<h1>Oops</h1>', { status: 500 })],
    ['is another 404', () => 'not_found' as const],
    ['is 200 HTML', () => new Response('<h1>Hello</h1>')],
    [
      'is the report of another flow',
      () => Response.json({ flow: 'x'.repeat(32), account_id: 'acc', state: 'completed' }),
    ],
    [
      'is the report of another account',
      (flow: string) => Response.json({ flow, account_id: 'other', state: 'completed' }),
    ],
  ] as const)
    it(`a proxy whose /flows ${what}: the status against the baseline, at once`, async () => {
      stage.proxy.flow = answer;
      const element = await stage.ready();
      element.authorize();
      stage.say();
      await until(() => stage.proxy.count('accounts') === 2, 'a read of the account');
      expect(stage.proxy.count('flows')).to.equal(1);
      expect(element.view).to.equal('confirming');
      stage.proxy.account = { oauth_status: 'authorized' };
      element.refresh();
      await stage.view(element, 'authorized');
      expect(stage.count('authorized post-message')).to.equal(1);
      expect(stage.proxy.count('flows')).to.equal(1);
    });

  it('a report about an account that is not this one is not believed', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.proxy.flow = { state: 'completed', account: account({ account_id: 'other', oauth_status: 'authorized' }) };
    stage.say();
    await until(() => stage.proxy.count('accounts') === 2, 'a read of the account');
    await stage.view(element, 'confirming');
    expect(stage.count('authorized')).to.equal(0);
    expect(element.oauthStatus).to.equal('unauthorized');
  });
});

describe('messages that do not count', () => {
  const other = resultMessage('x'.repeat(32), 'ok');
  const cases: [string, () => Parameters<Stage['say']>[0]][] = [
    ['from another origin', () => ({ origin: 'https://evil.test' })],
    ['from an opaque origin', () => ({ origin: 'null' })],
    ['from this window', () => ({ source: window })],
    ['from nobody', () => ({ source: null })],
    ['about another flow', () => ({ data: other })],
    ['an ack', () => ({ data: ackMessage(stage.flow) })],
    ['a string', () => ({ data: JSON.stringify(resultMessage(stage.flow, 'ok')) })],
    ['with a field too many', () => ({ data: { ...resultMessage(stage.flow, 'ok'), state: 's' } })],
    ['with a field too few', () => ({ data: { ns: 'destination-oauth', v: 1, type: 'result', flow: stage.flow } })],
    ['of another version', () => ({ data: { ...resultMessage(stage.flow, 'ok'), v: 2 } })],
    ['with an unknown hint', () => ({ data: { ...resultMessage(stage.flow, 'ok'), hint: 'authorized' } })],
    ['null', () => ({ data: null })],
  ];
  for (const [what, given] of cases)
    it(`${what}: silence`, async () => {
      const element = await stage.ready();
      element.authorize();
      const before = stage.names.length;
      stage.say(given());
      await element.updateComplete;
      expect(element.view).to.equal('awaiting');
      expect(stage.names.length).to.equal(before);
      expect(stage.proxy.count('flows')).to.equal(0);
      grant();
      stage.say();
      await stage.view(element, 'authorized');
    });

  it('without a flow: silence', async () => {
    const element = await stage.ready();
    stage.say({ data: resultMessage('x'.repeat(32), 'ok'), source: window });
    expect(element.view).to.equal('unauthorized');
    expect(stage.proxy.count('flows')).to.equal(0);
  });

  it('the channel of another flow: silence', async () => {
    const element = await stage.ready();
    element.authorize();
    const mine = new BroadcastChannel(channelName(stage.flow));
    const theirs = new BroadcastChannel(channelName('x'.repeat(32)));
    try {
      theirs.postMessage(resultMessage(stage.flow, 'ok'));
      mine.postMessage(resultMessage('x'.repeat(32), 'ok'));
      mine.postMessage({ ...resultMessage(stage.flow, 'ok'), more: 1 });
      grant();
      mine.postMessage(resultMessage(stage.flow, 'ok'));
      await stage.view(element, 'authorized');
      expect(stage.proxy.count('flows')).to.equal(1);
    } finally {
      mine.close();
      theirs.close();
    }
  });

  it('the channel is not believed where the redirect page is on another origin', async () => {
    const element = await stage.ready({ redirectOrigin: 'https://app.example' });
    element.authorize();
    const channel = new BroadcastChannel(channelName(stage.flow));
    const probe = new BroadcastChannel(channelName(stage.flow));
    try {
      const heard = new Promise((resolve) => probe.addEventListener('message', resolve));
      channel.postMessage(resultMessage(stage.flow, 'ok'));
      await heard;
      expect(element.view).to.equal('awaiting');
      stage.say();
      expect(element.view).to.equal('awaiting');
      stage.say({ origin: 'https://app.example' });
      expect(element.view).to.equal('confirming');
    } finally {
      channel.close();
      probe.close();
    }
  });

  it('one that is told twice, by both channels, asks once', async () => {
    const element = await stage.ready();
    stage.proxy.flow = never;
    element.authorize();
    const channel = new BroadcastChannel(channelName(stage.flow));
    const probe = new BroadcastChannel(channelName(stage.flow));
    try {
      const heard = new Promise((resolve) => (probe.onmessage = resolve));
      stage.say();
      stage.say({ hint: 'internal_server_error' });
      channel.postMessage(resultMessage(stage.flow, 'ok'));
      await heard;
      expect(stage.proxy.count('flows')).to.equal(1);
      expect(stage.count('view awaiting>confirming')).to.equal(1);
    } finally {
      channel.close();
      probe.close();
    }
  });

  it('a flood of 10,000 costs at most one request', async () => {
    const element = await stage.ready();
    element.authorize();
    const start = performance.now();
    for (let i = 0; i < 5_000; i++) {
      stage.say({ origin: 'https://evil.test' });
      stage.say({ data: { ...resultMessage(stage.flow, 'ok'), flow: 'x'.repeat(32) } });
    }
    stage.proxy.flow = never;
    for (let i = 0; i < 10_000; i++) stage.say();
    expect(performance.now() - start).to.be.lessThan(2_000);
    await element.updateComplete;
    expect(stage.proxy.count('flows')).to.be.lessThan(2);
    expect(element.view).to.equal('confirming');
  });
});

describe('polling', () => {
  it('first at 2 s, then rarer, at most every 10 s, never two at once', async () => {
    stage.freeze();
    const times: number[] = [];
    let open = 0;
    stage.proxy.flow = () => {
      times.push(Date.now());
      expect(++open).to.equal(1);
      return Promise.resolve().then(() => {
        open--;
        return { state: 'pending' as const };
      });
    };
    const element = await stage.ready();
    const start = Date.now();
    element.authorize();
    await stage.pass(90_000);
    expect(times[0]! - start).to.be.within(2_000, 2_050);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    for (const [index, gap] of gaps.entries()) {
      expect(gap).to.be.within(2_000, 10_100);
      if (index) expect(gap).to.be.at.least(gaps[index - 1]! - 50);
    }
    expect(gaps.at(-1)).to.be.at.least(10_000);
    expect(element.view).to.equal('awaiting');
  });

  it('asks at once when the page is looked at again', async () => {
    // Long before it would ask by itself.
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    grant();
    window.dispatchEvent(new Event('focus'));
    await stage.view(element, 'authorized');
  });

  it('stops when there is nothing to ask', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    grant();
    stage.say();
    await stage.view(element, 'authorized');
    const asked = stage.proxy.asked.length;
    stage.popups[0]?.close();
    await stage.pass(600_000);
    expect(stage.proxy.asked.length).to.equal(asked);
    expect(stage.clock?.countTimers()).to.equal(0);
  });
});

describe('closed', () => {
  for (const [what, flow] of [
    ['pending', { state: 'pending' }],
    ['not begun', 'flow_not_found'],
    ['hanging', never],
    ['down', 'upstream_unavailable'],
    ['unreachable', new TypeError('Failed to fetch')],
    ['untracked', new Response('')],
  ] as const)
    it(`one check, then unconfirmed within 5 s: the proxy is ${what}`, async () => {
      stage.freeze();
      stage.proxy.flow = flow;
      const element = await stage.ready();
      element.authorize();
      await stage.pass(1_000);
      stage.popups[0]?.close();
      await stage.pass(260);
      expect(stage.proxy.count('flows')).to.equal(1);
      await stage.pass(4_740);
      expect(element.view).to.equal('unconfirmed');
      expect(stage.count('error authorization_failed')).to.equal(0);
      grant();
      await stage.pass(16_000);
      await stage.pass(10_000);
      expect(element.view).to.equal('authorized');
      expect(stage.count('authorized')).to.equal(1);
    });

  it('check again says that there is nothing new; reopen opens; cancel cancels', async () => {
    const element = await stage.ready();
    element.authorize();
    stage.popups[0]?.close();
    await stage.view(element, 'unconfirmed');
    mainButton(element).click();
    await until(() => /^Not authorized (as of|at) \d.*\.$/.test(text(element, 'message')), 'a word');
    secondaryButton(element, 'Reopen window').click();
    expect(stage.opened.length).to.equal(2);
    expect(element.view).to.equal('awaiting');
    await element.updateComplete;
    secondaryButton(element, 'Cancel').click();
    expect(element.view).to.equal('unauthorized');
  });
});

describe('cancel', () => {
  it('closes the window, stops polling, and says what may still happen', async () => {
    stage.freeze();
    const element = await stage.ready();
    element.authorize();
    await element.updateComplete;
    secondaryButton(element, 'Cancel').click();
    await element.updateComplete;
    expect(element.view).to.equal('unauthorized');
    expect(stage.popups[0]?.closedByPage).to.equal(1);
    expect(text(element, 'message')).to.contain('Cancelled');
    await stage.pass(60_000);
    expect(stage.proxy.count('flows')).to.equal(0);
  });

  it('a success after it counts, once', async () => {
    const element = await stage.ready();
    element.authorize();
    element.cancel();
    grant();
    stage.say();
    await stage.view(element, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
    expect(text(element, 'message')).to.equal('');
  });

  it('a success in an older attempt counts, once', async () => {
    const element = await stage.ready();
    element.authorize();
    const [older, olderFlow] = [stage.popups[0]!, stage.flow];
    element.cancel();
    element.authorize();
    grant();
    stage.say({ source: older.window, data: resultMessage(olderFlow, 'ok') });
    await stage.view(element, 'authorized');
    stage.say();
    window.dispatchEvent(new Event('focus'));
    element.refresh();
    await until(() => stage.proxy.count('accounts') > 1, 'a read');
    expect(stage.count('authorized')).to.equal(1);
  });
});

describe('the element moves', () => {
  it('within the document: the flow stays, and nothing is asked', async () => {
    const element = await stage.ready();
    element.authorize();
    const place = document.body.appendChild(document.createElement('div'));
    try {
      const asked = stage.proxy.asked.length;
      place.append(element);
      await new Promise((resolve) => setTimeout(resolve));
      expect(element.view).to.equal('awaiting');
      expect(stage.proxy.asked.length).to.equal(asked);
      grant();
      stage.say();
      await stage.view(element, 'authorized');
      expect(stage.count('authorized post-message')).to.equal(1);
    } finally {
      place.remove();
    }
  });

  it('away, with another in its place: that one takes the flow over', async () => {
    const place = document.body.appendChild(document.createElement('div'));
    try {
      const markup = `<destination-oauth account-id="acc" proxy-url="${stage.proxy.base}"></destination-oauth>`;
      const render = (): DestinationOAuth => {
        place.innerHTML = markup;
        return place.querySelector('destination-oauth')!;
      };
      const first = render();
      await stage.view(first, 'unauthorized');
      first.authorize();
      const other = render();
      await stage.view(other, 'unconfirmed');
      // The first one comes back, and finds that its flow is another's.
      place.append(first);
      await stage.view(first, 'unauthorized');
      grant();
      other.refresh();
      await stage.view(other, 'authorized');
      await stage.view(first, 'authorized');
      expect(stage.count('authorized')).to.equal(1);
      expect(sessionStorage.length).to.equal(0);
    } finally {
      place.remove();
    }
  });

  it('away, with another in its place: from then on it hears nothing', async () => {
    stage.freeze();
    const first = await stage.ready();
    first.authorize();
    let told = 0;
    first.addEventListener('oauth-authorized', () => told++);
    const other = document.createElement('destination-oauth');
    Object.assign(other, { accountId: first.accountId, proxyUrl: first.proxyUrl });
    first.replaceWith(other);
    await other.updateComplete;
    grant();
    // The task in which it was taken away is not over: time stands still.
    stage.say();
    await stage.view(other, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
    expect(told).to.equal(0);
    other.remove();
  });

  it('out of the document: timers and requests end; put back, it resumes', async () => {
    stage.freeze();
    const element = await stage.ready();
    const parent = element.parentElement!;
    element.authorize();
    stage.proxy.flow = never;
    await stage.pass(2_100);
    expect(stage.proxy.count('flows')).to.equal(1);
    element.remove();
    await stage.pass(10);
    expect(stage.proxy.asked.at(-1)?.signal?.aborted).to.equal(true);
    expect(stage.clock?.countTimers()).to.equal(0);
    stage.say();
    await stage.pass(60_000);
    expect(stage.proxy.count('flows')).to.equal(1);
    grant();
    parent.append(element);
    await stage.view(element, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
  });

  it('out of the document in the first read: it ends, and begins again', async () => {
    stage.freeze();
    stage.proxy.account = never;
    const element = await stage.mount();
    const parent = element.parentElement!;
    await stage.pass(10);
    element.remove();
    await stage.pass(10);
    expect(stage.proxy.asked[0]?.signal?.aborted).to.equal(true);
    stage.proxy.account = {};
    parent.append(element);
    await stage.view(element, 'unauthorized');
    expect(stage.count('error')).to.equal(0);
  });
});

describe('another account in mid-flow', () => {
  it('drops the flow and shows the new account', async () => {
    const element = await stage.ready();
    element.authorize();
    const flow = stage.flow;
    stage.proxy.account = (id) => ({ destination_name: id === 'other' ? 'TikTok' : 'LinkedIn' });
    element.accountId = 'other';
    await until(() => text(element, 'title') === 'TikTok', 'the new account');
    expect(element.view).to.equal('unauthorized');
    expect(sessionStorage.length).to.equal(0);
    const asked = stage.proxy.count('flows');
    grant();
    stage.say({ data: resultMessage(flow, 'ok') });
    await element.updateComplete;
    expect(element.view).to.equal('unauthorized');
    expect(stage.proxy.count('flows')).to.equal(asked);
    expect(stage.count('authorized')).to.equal(0);
  });

  it('an answer for the old account that comes late is dropped', async () => {
    let answer: (value: { oauth_status: 'authorized' }) => void = () => undefined;
    stage.proxy.account = (id) => (id === 'acc' ? new Promise((resolve) => (answer = resolve)) : {});
    const element = await stage.mount();
    await until(() => stage.proxy.count('accounts') === 1, 'the first read');
    element.accountId = 'other';
    await stage.view(element, 'unauthorized');
    answer({ oauth_status: 'authorized' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.view).to.equal('unauthorized');
    expect(element.account?.account_id).to.equal('other');
  });

  it('another proxy: drops the flow and asks there', async () => {
    const element = await stage.ready();
    element.authorize();
    const asked = stage.proxy.asked.length;
    element.proxyUrl = `${stage.proxy.base}/v2`;
    stage.proxy.anything = () => Response.json(account({ oauth_status: 'authorized' }));
    await stage.view(element, 'authorized');
    expect(stage.proxy.asked.length).to.equal(asked + 1);
    expect(stage.count('authorized')).to.equal(0);
  });
});

describe('T1, T24: secrets stay inside', () => {
  it('no ticket, URL or flow in markup, events, storage values or the console', async () => {
    const said: string[] = [];
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
    const original = { ...console };
    for (const method of methods) console[method] = (...words: unknown[]) => said.push(words.map(String).join(' '));
    const seen: string[] = [];
    try {
      const element = await stage.ready();
      const secrets = ['canary-ticket', 'proxy.test'];
      const look = (): void => {
        seen.push(everything(element), JSON.stringify(element.account), String(element.error?.message));
        seen.push(JSON.stringify(element.error?.cause ?? null));
      };
      element.authorize();
      secrets.push(stage.flow);
      await element.updateComplete;
      look();
      stage.proxy.flow = 'upstream_unavailable';
      stage.say();
      await until(() => stage.count('error') === 1, 'an error');
      await element.updateComplete;
      look();
      stage.proxy.flow = { state: 'failed', hint: 'internal_server_error' };
      element.refresh();
      await stage.view(element, 'failed');
      look();
      stage.proxy.account = { authorize_url: 'javascript:canary-ticket' };
      element.refresh();
      await until(() => stage.proxy.count('accounts') >= 3, 'a read');
      await new Promise((resolve) => setTimeout(resolve));
      element.authorize();
      await stage.view(element, 'error');
      look();
      for (const event of stage.events) {
        const prototype = Object.getPrototypeOf(event) as object;
        for (const key of Object.keys(Object.getOwnPropertyDescriptors(prototype)))
          seen.push(`${key}: ${String((event as unknown as Record<string, unknown>)[key])}`);
        seen.push(JSON.stringify(event));
      }
      for (const secret of secrets) for (const place of [...seen, ...said]) expect(place).not.to.contain(secret);
      expect(element.account).not.to.have.property('authorize_url');
    } finally {
      Object.assign(console, original);
    }
  });
});
