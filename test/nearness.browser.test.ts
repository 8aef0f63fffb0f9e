/** Who is read before anybody sees it, and how many requests a long list costs. */
import type * as nearness from '../src/nearness.ts';
import { expect, fixture, html } from '@open-wc/testing';
import { DestinationOAuth } from '../src/index.ts';
import { account } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';
import { mainButton, Stage } from './helpers/stage.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(async () => {
  await stage.strike();
  scrollTo(0, 0);
});

const create = (given: Partial<DestinationOAuth> = {}): DestinationOAuth =>
  Object.assign(new DestinationOAuth(), { accountId: 'acc', proxyUrl: stage.proxy.base, ...given });

/** Elements in a column, so far (in screens) from the top of the page. */
async function column(screens: number, ...elements: DestinationOAuth[]): Promise<HTMLElement> {
  return fixture(html`<div style="padding-block: ${screens * innerHeight}px">${elements}</div>`);
}

const ids = (): string[][] =>
  stage.proxy.asked.map(({ url }) => [...url.searchParams.getAll('id'), ...(url.search ? [] : ['one'])]);

/** Two frames: an observer has looked. */
const looked = (): Promise<unknown> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));

describe('an element out of sight', () => {
  it('is read when it comes within a screen of what is seen, and not again', async () => {
    const far = create();
    await column(4, far);
    await looked();
    expect(stage.proxy.asked).to.deep.equal([]);
    expect(far.view).to.equal('loading');
    scrollTo(0, innerHeight);
    await looked();
    expect(stage.proxy.asked).to.deep.equal([]);
    scrollTo(0, 3.5 * innerHeight);
    await stage.view(far, 'unauthorized');
    scrollTo(0, 0);
    await looked();
    scrollTo(0, 4 * innerHeight);
    await looked();
    expect(stage.proxy.asked.length).to.equal(1);
  });

  it('costs what is near nothing', async () => {
    const near = create({ accountId: 'near' });
    await Promise.all([column(0, near), column(4, create())]);
    await stage.view(near, 'unauthorized');
    await looked();
    expect(stage.proxy.asked.map(({ url }) => url.pathname.split('/').at(-1))).to.deep.equal(['near']);
  });

  it('is read at once with loading="eager", set now or later', async () => {
    const [far, later] = [create({ accountId: 'a', loading: 'eager' }), create({ accountId: 'b' })];
    await column(4, far, later);
    await stage.view(far, 'unauthorized');
    expect(later.view).to.equal('loading');
    later.setAttribute('loading', 'eager');
    await stage.view(later, 'unauthorized');
  });

  for (const call of ['refresh', 'authorize'] as const)
    it(`is read at once by ${call}()`, async () => {
      const far = create();
      await column(4, far);
      await looked();
      far[call]();
      await stage.view(far, 'unauthorized');
      expect(stage.opened).to.deep.equal([]);
    });

  it('is asked about a flow that it resumes', async () => {
    const flow = 'kept'.padEnd(32, '_');
    const kept = {
      owner: `${stage.proxy.base} acc`,
      flow,
      begunAt: Date.now(),
      mode: 'popup',
      renewal: false,
      live: true,
    };
    sessionStorage.setItem(`destination-oauth:${flow}`, JSON.stringify(kept));
    stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    const far = create();
    await column(4, far);
    await stage.view(far, 'authorized');
    expect(stage.count('authorized resume')).to.equal(1);
  });

  it('shows what another element of its account has learnt', async () => {
    const [near, far] = [create(), create()];
    await Promise.all([column(0, near), column(4, far)]);
    await stage.view(near, 'unauthorized');
    expect(far.view).to.equal('unauthorized');
    scrollTo(0, 4 * innerHeight);
    await looked();
    expect(stage.proxy.asked.length).to.equal(1);
  });

  it('is read when a page that hid it shows it', async () => {
    const hidden = create();
    const parent = await column(0, hidden);
    parent.hidden = true;
    const never = create({ accountId: 'never' });
    never.hidden = true;
    parent.append(never);
    await looked();
    await looked();
    const before = stage.proxy.asked.length;
    expect(never.view).to.equal('loading');
    parent.hidden = never.hidden = false;
    await stage.view(never, 'unauthorized');
    await stage.view(hidden, 'unauthorized');
    expect(before).to.be.at.most(1);
  });

  it('is read at once where the browser has no observer', async () => {
    const own = Object.getOwnPropertyDescriptor(window, 'IntersectionObserver');
    Reflect.deleteProperty(window, 'IntersectionObserver');
    try {
      // A module of its own: the page's has its observer.
      const path = '../src/nearness.ts?without-observer';
      const { whenNear } = (await import(path)) as typeof nearness;
      const parent = await column(4, create());
      await new Promise<void>((resolve) => whenNear(parent.children[0] ?? parent, resolve));
      expect(stage.proxy.asked).to.deep.equal([]);
    } finally {
      if (own) Object.defineProperty(window, 'IntersectionObserver', own);
    }
  });
});

describe('a thousand elements', () => {
  it('cost one request for the first screen, and ten however they are scrolled', async function () {
    // A test machine may be busy; what counts is the number of requests.
    this.timeout(30_000);
    const elements = Array.from({ length: 1_000 }, (_, index) =>
      create({ accountId: `acc_${index}`, variant: 'button' }),
    );
    for (const element of elements) element.style.display = 'block';
    await column(0, ...elements);
    await stage.view(elements[0] as DestinationOAuth, 'unauthorized');
    await looked();
    expect(stage.proxy.asked.length).to.equal(1);
    expect(elements.at(-1)?.view).to.equal('loading');
    const { scrollHeight } = document.documentElement;
    for (let top = 0; top < scrollHeight; top += 2 * innerHeight) {
      scrollTo(0, top);
      await looked();
    }
    await until(() => elements.every(({ view }) => view === 'unauthorized'), 'all read', 25_000);
    expect(stage.proxy.asked.length).to.be.at.most(10);
    expect(new Set(ids().flat()).size).to.equal(1_000);
  });
});

describe('an idle page', () => {
  it('asks nothing, until its tickets want to be renewed, and then once for all', async () => {
    stage.freeze();
    const soon = { checked_at: '2001-01-01T00:00:00Z', authorize_expires_at: '2001-01-01T00:10:00Z' };
    stage.proxy.account = (id) => ({ ...soon, ...(id === 'b' && { oauth_status: 'authorized' }) });
    const [element] = await Promise.all([
      stage.ready({ accountId: 'a' }),
      stage.ready({ accountId: 'b', variant: 'compact' }),
    ]);
    await stage.pass(100);
    // One timer for the page, however many elements.
    expect(stage.clock?.countTimers()).to.equal(1);
    await stage.pass(8 * 60_000);
    expect(stage.proxy.asked.length).to.equal(1);
    stage.proxy.account = () => ({ ...soon, authorize_url: 'https://proxy.test/authorize?ticket=fresh' });
    await stage.pass(61_000);
    expect(stage.proxy.asked.length).to.equal(2);
    expect(stage.opened).to.deep.equal([]);
    mainButton(element).click();
    expect(stage.opened[0]?.url.searchParams.get('ticket')).to.equal('fresh');
  });

  it('opens in the click all the same where that has failed, and goes on when the fresh ticket comes', async () => {
    stage.freeze();
    const fresh = {
      checked_at: '2001-01-01T00:00:00Z',
      authorize_expires_at: '2001-01-01T00:10:00Z',
      authorize_url: `${location.origin}/test/fixtures/echo.html?ticket=fresh`,
    };
    stage.proxy.account = fresh;
    const element = await stage.ready();
    stage.proxy.account = 'upstream_unavailable';
    await stage.pass(10 * 60_000);
    stage.proxy.account = fresh;
    element.authorize();
    expect(stage.opened.map(({ url }) => url.href)).to.deep.equal(['about:blank']);
    expect(element.view).to.equal('awaiting');
    const popup = stage.popups[0]?.window;
    await stage.pass(100);
    await until(() => popup?.location.pathname.endsWith('/echo.html'), 'the page');
    const query = new URLSearchParams(popup?.location.search);
    expect(query.get('ticket')).to.equal('fresh');
    expect(query.get('flow')).to.match(/^[\w-]{22,}$/);
  });
});
