/** Flows that outlive their page. */
import { expect } from '@open-wc/testing';
import { stub } from 'sinon';
import type { Attempt } from '../src/flow.ts';
import type { DestinationOAuth } from '../src/index.ts';
import { forget, isClaimed, keep, release, takeUp } from '../src/session.ts';
import { account, never } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';
import { eventName, mainButton, secondaryButton, Stage, text } from './helpers/stage.ts';

let stage: Stage;
let ids = 0;

const grant = (): void => {
  stage.proxy.account = { oauth_status: 'authorized' };
  stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
};

const attempt = (given: Partial<Attempt> = {}): Attempt => ({
  flow: `flow-${++ids}`.padEnd(32, '_'),
  begunAt: Date.now(),
  mode: 'popup',
  renewal: false,
  resumed: false,
  live: true,
  ...given,
});

const stays = (): boolean => false;

beforeEach(() => sessionStorage.clear());
afterEach(() => sessionStorage.clear());

describe('what is kept', () => {
  it('is taken up by the same owner, once, oldest first', () => {
    const [older, newer] = [
      attempt({ begunAt: 1 }),
      attempt({ begunAt: 2, mode: 'redirect', top: 40, renewal: true, live: false }),
    ];
    for (const each of [newer, older]) keep('me', each, stays);
    for (const each of [newer, older]) release(each);
    const taken = takeUp('me');
    expect(
      taken.map(({ flow, begunAt, mode, top, renewal, live, resumed }) => ({
        flow,
        begunAt,
        mode,
        top,
        renewal,
        live,
        resumed,
      })),
    ).to.deep.equal([
      { flow: older.flow, begunAt: 1, mode: 'popup', top: undefined, renewal: false, live: true, resumed: true },
      { flow: newer.flow, begunAt: 2, mode: 'redirect', top: 40, renewal: true, live: false, resumed: true },
    ]);
    for (const each of taken) keep('me', each, stays);
    expect(takeUp('me')).to.deep.equal([]);
    for (const each of taken) release(each);
    expect(takeUp('me').length).to.equal(2);
  });

  it('is nobody else’s, and not that of an element that still looks after it', () => {
    const mine = attempt();
    keep('me', mine, stays);
    expect(takeUp('me')).to.deep.equal([]);
    release(mine);
    expect(takeUp('you')).to.deep.equal([]);
    expect(takeUp('me').length).to.equal(1);
  });

  it('is let go of where its element has left the document', () => {
    const mine = attempt();
    let asked = 0;
    keep('me', mine, () => ++asked > 0);
    expect(takeUp('you')).to.deep.equal([]);
    expect(asked).to.equal(0);
    expect(takeUp('me').length).to.equal(1);
    expect(asked).to.equal(1);
  });

  it('goes when it is no longer kept', () => {
    const [gone, left] = [attempt(), attempt()];
    for (const each of [gone, left]) keep('me', each, stays);
    forget(gone.flow);
    release(left);
    expect(takeUp('me').map(({ flow }) => flow)).to.deep.equal([left.flow]);
    forget(left.flow);
    expect(sessionStorage.length).to.equal(0);
  });

  it('can be claimed again unless another has it', () => {
    const mine = attempt();
    expect(isClaimed(mine.flow)).to.equal(false);
    keep('me', mine, stays);
    expect(isClaimed(mine.flow)).to.equal(true);
    release(mine);
    expect(isClaimed(mine.flow)).to.equal(false);
    keep('me', mine, stays);
    expect(isClaimed(mine.flow)).to.equal(true);
    forget(mine.flow);
    expect(isClaimed(mine.flow)).to.equal(false);
  });

  it('holds no URL and no ticket', () => {
    keep('https://proxy.test/api acc', attempt({ hint: 'ok', channel: 'poll', askAt: 1 }), stays);
    const value = sessionStorage.getItem(sessionStorage.key(0) ?? '') ?? '{}';
    expect(Object.keys(JSON.parse(value) as object)).to.have.members([
      'begunAt',
      'flow',
      'live',
      'mode',
      'owner',
      'renewal',
    ]);
  });
});

describe('a storage that holds something else', () => {
  const id = (): string => `flow-${++ids}`.padEnd(32, '_');
  const entry = (flow: string, change: object = {}): string =>
    JSON.stringify({ owner: 'me', flow, begunAt: 1, mode: 'popup', renewal: false, live: true, ...change });
  type Case = [what: string, flow: string, value: (flow: string) => string, key?: (flow: string) => string];
  const cases: Case[] = [
    ['no JSON', id(), () => '{'],
    ['null', id(), () => 'null'],
    ['a number', id(), () => '1'],
    ['an array', id(), () => '[]'],
    ['no owner', id(), (flow) => entry(flow, { owner: undefined })],
    ['no flow', id(), (flow) => entry(flow, { flow: undefined })],
    ['a time that is none', id(), (flow) => entry(flow, { begunAt: '1' })],
    ['a mode that is none', id(), (flow) => entry(flow, { mode: 'tab' })],
    ['a place that is none', id(), (flow) => entry(flow, { top: '1' })],
    ['no word on whether it renews', id(), (flow) => entry(flow, { renewal: undefined })],
    ['no word on whether it lives', id(), (flow) => entry(flow, { live: 1 })],
    ['a prototype', id(), (flow) => `{"__proto__":${entry(flow)}}`],
    ['a flow that is none', '../x'.padEnd(32, '_'), entry],
    ['a flow that is too short', 'short', entry],
    ['another flow', id(), () => entry('x'.repeat(32))],
    ['another key', id(), entry, (flow) => `something-else:${flow}`],
  ];
  for (const [what, flow, value, key = (of: string): string => `destination-oauth:${of}`] of cases)
    it(`${what}: nothing is taken up`, () => {
      sessionStorage.setItem(key(flow), value(flow));
      expect(takeUp('me')).to.deep.equal([]);
      expect(sessionStorage.getItem(key(flow))).to.equal(value(flow));
    });

  it('beside what is ours: what is ours is taken up', () => {
    const flow = id();
    sessionStorage.setItem('something-else', '{');
    sessionStorage.setItem(`destination-oauth:${flow}`, entry(flow));
    expect(takeUp('me').map((each) => each.flow)).to.deep.equal([flow]);
  });
});

describe('a storage that throws', () => {
  it('is survived, and the flow goes on without it', async () => {
    stage = new Stage();
    const refuse = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const stubs = (['getItem', 'setItem', 'removeItem'] as const).map((name) =>
      stub(Storage.prototype, name).callsFake(refuse),
    );
    try {
      const element = await stage.ready();
      element.authorize();
      grant();
      stage.say();
      await stage.view(element, 'authorized');
      expect(stage.count('authorized')).to.equal(1);
    } finally {
      for (const each of stubs) each.restore();
      await stage.strike();
    }
  });
});

/** What the embedded page calls on this one. */
interface Embedding {
  fetch: typeof window.fetch;
  open: typeof window.open;
  heard(event: Parameters<typeof eventName>[0]): void;
}
declare global {
  interface Window {
    embedding?: Embedding;
  }
}

describe('a page that is reloaded in mid-flow', () => {
  let frame: HTMLIFrameElement;
  let heard: string[];

  const load = async (change: () => void): Promise<DestinationOAuth> => {
    heard = [];
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    change();
    await loaded;
    const element = frame.contentDocument?.querySelector('destination-oauth');
    if (!element) throw new Error('The page has no element.');
    await frame.contentWindow?.customElements.whenDefined('destination-oauth');
    await until(() => element.view !== 'loading', 'the first read');
    return element;
  };

  const open = (): Promise<DestinationOAuth> => {
    const query = new URLSearchParams({ 'account-id': 'acc', 'proxy-url': stage.proxy.base });
    return load(() => {
      frame.src = `/test/fixtures/embedding.html?${query}`;
      document.body.append(frame);
    });
  };
  const reload = (): Promise<DestinationOAuth> => load(() => frame.contentWindow?.location.reload());

  beforeEach(() => {
    stage = new Stage();
    frame = document.createElement('iframe');
    window.embedding = {
      fetch: (...given) => window.fetch(...given),
      open: (...given) => window.open(...given),
      heard: (event) => void heard.push(eventName(event)),
    };
  });
  afterEach(async () => {
    frame.remove();
    delete window.embedding;
    await stage.strike();
  });

  it('resumes: asks at once, and tells of the success', async () => {
    const first = await open();
    first.authorize();
    grant();
    const again = await reload();
    await until(() => again.view === 'authorized', 'authorized');
    expect(heard.filter((name) => name.startsWith('authorized'))).to.deep.equal(['authorized resume']);
    expect(sessionStorage.length).to.equal(0);
    const third = await reload();
    await until(() => third.view === 'authorized', 'authorized');
    expect(heard.filter((name) => name.startsWith('authorized'))).to.deep.equal([]);
  });

  it('in the middle of it: says that nobody can tell, and still learns of it', async () => {
    const first = await open();
    first.authorize();
    const again = await reload();
    await until(() => again.view === 'unconfirmed', 'unconfirmed');
    await again.updateComplete;
    grant();
    mainButton(again).click();
    await until(() => again.view === 'authorized', 'authorized');
    expect(heard.filter((name) => name.startsWith('authorized'))).to.deep.equal(['authorized resume']);
  });

  it('after a cancel: shows the status, and a success that comes late counts', async () => {
    const first = await open();
    first.authorize();
    first.cancel();
    const again = await reload();
    await until(() => again.view === 'unauthorized', 'unauthorized');
    grant();
    frame.contentWindow?.dispatchEvent(new Event('focus'));
    // The last question may be younger than the patience between two.
    await until(() => {
      frame.contentWindow?.dispatchEvent(new Event('focus'));
      return again.view === 'authorized';
    }, 'authorized');
    expect(heard.filter((name) => name.startsWith('authorized'))).to.deep.equal(['authorized resume']);
  });

  it('with a proxy that is down: cancel leads to the status, not to waiting', async () => {
    const first = await open();
    first.authorize();
    stage.proxy.account = 'upstream_unavailable';
    stage.proxy.flow = never;
    const again = await reload();
    await until(() => heard.includes('error unavailable'), 'the failure');
    expect(again.view).to.equal('confirming');
    await again.updateComplete;
    stage.proxy.account = {};
    secondaryButton(again, 'Cancel').click();
    await until(() => again.view === 'unauthorized', 'unauthorized');
    expect(text(again, 'message')).to.contain('Cancelled');
  });

  it('of another account: nothing is resumed', async () => {
    const first = await open();
    first.authorize();
    const kept = sessionStorage.length;
    expect(kept).to.equal(1);
    const query = new URLSearchParams({ 'account-id': 'other', 'proxy-url': stage.proxy.base });
    const other = await load(() => (frame.src = `/test/fixtures/embedding.html?${query}`));
    expect(other.view).to.equal('unauthorized');
    expect(sessionStorage.length).to.equal(kept);
    expect(stage.proxy.count('flows')).to.equal(0);
  });
});
