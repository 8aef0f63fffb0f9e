/** The element and real windows: on another site, opened by real clicks, with the popup blocker on. */
import { expect, fixture, fixtureCleanup, html } from '@open-wc/testing';
import { DestinationOAuth } from '../src/index.ts';
import { ackMessage, channelName, resultMessage } from '../src/protocol.ts';
import { account, FakeProxy } from './helpers/fake-proxy.ts';
import { click, until } from './helpers/mouse.ts';
import { secondSite } from './helpers/second-site.ts';
import { mainButton, secondaryButton } from './helpers/stage.ts';

const proxy = new FakeProxy();
const windows: Window[] = [];
let site: string;
let heard: { data: unknown; origin: string }[];
let authorized: string[];
const realOpen = window.open.bind(window);

const hear = ({ data, origin }: MessageEvent<unknown>): void => void heard.push({ data, origin });

/** The window that was opened last. */
const popup = (): Window => {
  const last = windows.at(-1);
  if (!last) throw new Error('Nothing was opened.');
  return last;
};

/** Waits for a message of the window that has a field, and gives the field. */
const word = <T>(field: string): Promise<NonNullable<T>> =>
  until(() => {
    const found = heard.find(({ data }) => typeof data === 'object' && data !== null && field in data);
    return (found?.data as Record<string, T> | undefined)?.[field];
  }, `${field} from the window`);

const flowOf = (search: string): string => new URLSearchParams(search).get('flow') ?? '';

async function mount(given: Partial<DestinationOAuth> = {}): Promise<DestinationOAuth> {
  const element = new DestinationOAuth();
  Object.assign(element, { accountId: 'acc', proxyUrl: proxy.base, redirectOrigin: site, ...given });
  element.addEventListener('oauth-authorized', (event) => authorized.push(event.channel));
  await fixture(html`${element}`);
  await until(() => element.view !== 'loading', 'the first read');
  await element.updateComplete;
  return element;
}

/** Clicks the main button, waits for the window to load, and gives the flow that it was opened with. */
async function begin(element: DestinationOAuth): Promise<string> {
  heard = [];
  await click(mainButton(element));
  return flowOf(await word<string>('ready'));
}

const say = (message: unknown, to = location.origin): void => popup().postMessage({ say: message, to }, site);

const grant = (): void => {
  proxy.account = { oauth_status: 'authorized' };
  proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
};

before(async () => {
  site = await secondSite();
});

beforeEach(() => {
  heard = [];
  authorized = [];
  sessionStorage.clear();
  proxy.install();
  proxy.asked.length = 0;
  proxy.account = { authorize_url: `${site}/puppet.html?ticket=t` };
  proxy.flow = { state: 'pending' };
  window.open = (...given) => {
    const opened = realOpen(...given);
    if (opened) windows.push(opened);
    return opened;
  };
  window.addEventListener('message', hear);
});

afterEach(async () => {
  window.removeEventListener('message', hear);
  window.open = realOpen;
  for (const each of windows.splice(0)) each.close();
  fixtureCleanup();
  await new Promise((resolve) => setTimeout(resolve));
  proxy.restore();
});

describe('the popup blocker', () => {
  // First, because a click leaves a user activation that lasts for seconds.
  it('refuses a window that nobody asked for: blocked, with a retry by a click', async () => {
    const element = await mount();
    element.authorize();
    expect(element.view).to.equal('blocked');
    await element.updateComplete;
    expect(secondaryButton(element, 'Continue in this tab')).not.to.equal(null);
    await begin(element);
    expect(element.view).to.equal('awaiting');
  });
});

describe('the window', () => {
  it('opens in the click at authorize_url and a flow, without a name, with an opener, by one request', async () => {
    const element = await mount();
    const flow = await begin(element);
    expect(flow).to.match(/^[A-Za-z0-9_-]{22,128}$/);
    expect(windows.length).to.equal(1);
    expect(await word<string>('ready')).to.equal(`?ticket=t&flow=${flow}`);
    expect(heard[0]?.data).to.have.property('name', '');
    expect(heard[0]?.origin).to.equal(site);
    expect(proxy.count('accounts')).to.equal(1);
    expect(popup().closed).to.equal(false);
  });

  it('is shown by a second click, and opened anew once it is closed', async () => {
    const element = await mount();
    await begin(element);
    await click(mainButton(element));
    expect(windows.length).to.equal(1);
    popup().close();
    await until(() => element.view === 'unconfirmed', 'unconfirmed', 6_000);
    await element.updateComplete;
    heard = [];
    await click(secondaryButton(element, 'Reopen window'));
    await word('ready');
    expect(windows.length).to.equal(2);
    expect(element.view).to.equal('awaiting');
  });

  it('closes with a cancel', async () => {
    const element = await mount();
    await begin(element);
    await element.updateComplete;
    await click(secondaryButton(element, 'Cancel'));
    expect(element.view).to.equal('unauthorized');
    await until(() => popup().closed, 'the window to close');
  });
});

describe('what the window says', () => {
  it('is acknowledged, and asked about: authorized', async () => {
    const element = await mount();
    const flow = await begin(element);
    say(resultMessage(flow, 'ok'));
    await until(() => element.view === 'confirming', 'the message');
    // Not before: a poll that is under way would tell of the grant.
    grant();
    await until(() => element.view === 'authorized', 'authorized');
    expect(await word('heard')).to.deep.equal({ ...ackMessage(flow) });
    expect(await word('from')).to.equal(location.origin);
    expect(authorized).to.deep.equal(['post-message']);
    say([resultMessage(flow, 'ok'), resultMessage(flow, 'ok')]);
    heard = [];
    say({ probe: 1 });
    await word('probe');
    expect(authorized).to.deep.equal(['post-message']);
  });

  it('counts after the window has closed', async () => {
    const element = await mount();
    const flow = await begin(element);
    grant();
    say(resultMessage(flow, 'ok'));
    popup().close();
    await until(() => element.view === 'authorized', 'authorized');
    expect(authorized.length).to.equal(1);
  });

  it('counts after a cancel', async () => {
    const element = await mount({ redirectOrigin: location.origin });
    const flow = await begin(element);
    element.cancel();
    expect(element.view).to.equal('unauthorized');
    const channel = new BroadcastChannel(channelName(flow));
    try {
      channel.postMessage(resultMessage(flow, 'ok'));
      await until(() => element.view === 'confirming', 'the message');
      grant();
      await until(() => element.view === 'authorized', 'authorized');
      expect(authorized).to.deep.equal(['broadcast-channel']);
    } finally {
      channel.close();
    }
  });

  it('is refused from an origin that is not the redirect page’s', async () => {
    const element = await mount({ redirectOrigin: location.origin });
    const flow = await begin(element);
    say(resultMessage(flow, 'ok'));
    say({ probe: 1 });
    await word('probe');
    expect(element.view).to.equal('awaiting');
    expect(heard.some(({ data }) => typeof data === 'object' && data !== null && 'heard' in data)).to.equal(false);
  });

  it('is refused in another shape, about another flow, and from another window', async () => {
    const element = await mount();
    const flow = await begin(element);
    const good = resultMessage(flow, 'ok');
    say([
      { ...good, flow: 'x'.repeat(32) },
      { ...good, state: 's' },
      { ...good, v: 2 },
      { ...good, hint: 'authorized' },
      [good],
      JSON.stringify(good),
      ackMessage(flow),
    ]);
    window.postMessage(good, location.origin);
    const frame = await fixture<HTMLIFrameElement>(html`<iframe src="${site}/puppet.html"></iframe>`);
    frame.contentWindow?.postMessage({ say: good, to: location.origin }, site);
    say({ probe: 1 });
    await word('probe');
    expect(element.view).to.equal('awaiting');
    expect(proxy.count('flows')).to.be.at.most(1);
    grant();
    say(good);
    await until(() => element.view === 'authorized', 'authorized');
  });

  it('10,000 times costs one request at most', async () => {
    const element = await mount();
    const flow = await begin(element);
    proxy.asked.length = 0;
    proxy.flow = () => new Promise(() => undefined);
    say([
      ...Array.from({ length: 5_000 }, () => resultMessage('x'.repeat(32), 'ok')),
      ...Array.from({ length: 5_000 }, () => resultMessage(flow, 'ok')),
      { probe: 1 },
    ]);
    await word('probe');
    expect(element.view).to.equal('confirming');
    expect(proxy.asked.length).to.be.at.most(1);
  });
});

describe('a window that leaves no word', () => {
  it('closed by the user: one check, then unconfirmed within 5 s; a grant made all the same shows', async () => {
    const element = await mount();
    await begin(element);
    const closedAt = performance.now();
    popup().close();
    await until(() => element.view === 'unconfirmed', 'unconfirmed', 6_000);
    expect(performance.now() - closedAt).to.be.lessThan(5_000);
    grant();
    await element.updateComplete;
    await click(mainButton(element));
    await until(() => element.view === 'authorized', 'authorized');
    expect(authorized).to.deep.equal(['poll']);
  });

  it('severed by its opener policy: told by the channel of the flow', async () => {
    const element = await mount({ redirectOrigin: location.origin });
    const flow = await begin(element);
    popup().postMessage({ go: '/echo.html?coop=same-origin' }, site);
    // It may read as closed from here on, which decides nothing.
    grant();
    const channel = new BroadcastChannel(channelName(flow));
    try {
      channel.postMessage(resultMessage(flow, 'ok'));
      await until(() => element.view === 'authorized', 'authorized');
      expect(authorized.length).to.equal(1);
    } finally {
      channel.close();
    }
  });
});
