import { expect, fixture, html } from '@open-wc/testing';
import { DestinationOAuth } from '../src/element.ts';
import { account, never } from './helpers/fake-proxy.ts';
import { until } from './helpers/mouse.ts';
import { eventName, EVENTS, mainButton, part, Stage, text } from './helpers/stage.ts';
import { inView } from './helpers/views.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(() => stage.strike());

const render = (attributes: Record<string, string>): Promise<DestinationOAuth> => {
  const element = document.createElement('destination-oauth');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return fixture<DestinationOAuth>(html`${element}`);
};

describe('attributes and properties', () => {
  it('attributes set the properties', async () => {
    const element = await render({
      'account-id': 'acc',
      'proxy-url': stage.proxy.base,
      variant: 'compact',
      mode: 'redirect',
      opener: 'sever',
      loading: 'eager',
      disabled: '',
      'initial-status': 'authorized',
      'redirect-origin': 'https://app.example',
    });
    const { accountId, proxyUrl, variant, mode, opener, loading, disabled, initialStatus, redirectOrigin } = element;
    expect({
      accountId,
      proxyUrl,
      variant,
      mode,
      opener,
      loading,
      disabled,
      initialStatus,
      redirectOrigin,
    }).to.deep.equal({
      accountId: 'acc',
      proxyUrl: stage.proxy.base,
      variant: 'compact',
      mode: 'redirect',
      opener: 'sever',
      loading: 'eager',
      disabled: true,
      initialStatus: 'authorized',
      redirectOrigin: 'https://app.example',
    });
  });

  it('have their defaults', () => {
    const { variant, mode, opener, loading, disabled, accountId, view, oauthStatus, error } = new DestinationOAuth();
    expect({ variant, mode, opener, loading, disabled, accountId, view, oauthStatus, error }).to.deep.equal({
      variant: 'card',
      mode: 'auto',
      opener: 'keep',
      loading: 'lazy',
      disabled: false,
      accountId: undefined,
      view: 'loading',
      oauthStatus: undefined,
      error: undefined,
    });
  });

  it('a proxy-url is relative to the page, and may end in a slash', async () => {
    const element = await stage.ready({ proxyUrl: `${new URL(stage.proxy.base).pathname}/` });
    expect(stage.proxy.asked[0]?.url.href).to.equal(`${stage.proxy.base}/accounts/acc`);
    expect(element.view).to.equal('unauthorized');
  });

  it('an id that a framework sets as a number is that id', async () => {
    const element = Object.assign(new DestinationOAuth(), { accountId: 4711, proxyUrl: stage.proxy.base });
    await fixture(html`${element}`);
    await stage.view(element, 'unauthorized');
    expect(element.account?.account_id).to.equal('4711');
  });

  for (const name of ['account', 'oauthStatus', 'view', 'error'] as const)
    it(`${name} is read-only`, async () => {
      const element = await stage.ready();
      const before = JSON.stringify(element[name]);
      expect(() => Object.assign(element, { [name]: 'authorized' })).to.throw(TypeError);
      expect(JSON.stringify(element[name])).to.equal(before);
    });

  it('what a page does to the account that it was given changes nothing', async () => {
    const element = await stage.ready();
    try {
      Object.assign(element.account ?? {}, { oauth_status: 'authorized' });
    } catch {
      // A frozen object is as good.
    }
    await element.updateComplete;
    expect(element.account?.oauth_status).to.equal('unauthorized');
    expect(element.view).to.equal('unauthorized');
  });

  it('properties that were set before the element was defined are taken over', async () => {
    const name = 'destination-oauth-upgraded';
    const early = document.createElement(name);
    Object.assign(early, { accountId: 'acc', proxyUrl: stage.proxy.base });
    await fixture(html`${early}`);
    DestinationOAuth.define(name);
    customElements.upgrade(early);
    if (!(early instanceof DestinationOAuth)) throw new Error('not upgraded');
    await stage.view(early, 'unauthorized');
  });

  it('an unknown variant or mode does no harm', async () => {
    const element = await render({ 'account-id': 'acc', 'proxy-url': stage.proxy.base, variant: 'x', mode: 'y' });
    await stage.view(element, 'unauthorized');
    expect(part(element, 'button')).not.to.equal(null);
    element.authorize();
    expect(stage.opened.length).to.equal(1);
  });

  it('an attribute that is taken away leaves its default', async () => {
    const element = await render({ variant: 'compact', mode: 'redirect' });
    for (const name of ['variant', 'mode']) element.removeAttribute(name);
    expect([element.variant, element.mode]).to.deep.equal(['card', 'auto']);
  });
});

describe('initial-status', () => {
  for (const [word, view] of [
    ['oauth_not_applicable', 'not-applicable'],
    ['NotApplicable', 'not-applicable'],
    ['authorized', 'authorized'],
    ['Authorized', 'authorized'],
    ['oauth_unauthorized', 'unauthorized'],
    ['something new', 'unauthorized'],
    ['constructor', 'unauthorized'],
    ['', 'loading'],
  ] as const)
    it(`${JSON.stringify(word)} shows ${view} until the first read`, async () => {
      stage.proxy.account = never;
      const element = await stage.mount({ initialStatus: word });
      expect(element.view).to.equal(view);
      expect(stage.count('status'), 'the proxy has said nothing yet').to.equal(0);
      element.authorize();
      expect(stage.opened).to.deep.equal([]);
    });

  it('gives way to what the proxy says', async () => {
    const element = await stage.mount({ initialStatus: 'authorized' });
    await stage.view(element, 'unauthorized');
    expect(stage.names).to.include('status none>unauthorized');
    element.initialStatus = 'not_applicable';
    await element.updateComplete;
    expect(element.view).to.equal('unauthorized');
  });

  it('stays on the screen, beside the error, where the first read fails', async () => {
    stage.proxy.account = 'upstream_unavailable';
    const element = await stage.mount({ initialStatus: 'authorized' });
    await stage.view(element, 'error');
    expect(element.oauthStatus).to.equal('authorized');
    expect(text(element, 'message')).to.equal('Last known status: Authorized.');
  });
});

describe('messages', () => {
  it('override single texts, as text', async () => {
    const element = await stage.ready({ messages: { 'unauthorized.text': 'Weiter zu {destination} <b>!</b>' } });
    expect(text(element, 'description')).to.equal('Weiter zu LinkedIn <b>!</b>');
    expect(text(element, 'button')).to.equal('Authorize');
    element.messages = undefined;
    await element.updateComplete;
    expect(text(element, 'description')).to.contain('Sign in at LinkedIn');
  });

  it('an override that is no text, or of no key, does no harm', async () => {
    const messages = { 'unauthorized.text': undefined, nonsense: 'x' } as unknown as DestinationOAuth['messages'];
    const element = await stage.ready({ messages });
    expect(text(element, 'description')).to.contain('Sign in at LinkedIn');
  });
});

describe('events', () => {
  it('bubble, are composed, and their fields cannot be changed', async () => {
    const element = await inView(stage, 'failed');
    stage.proxy.account = { oauth_status: 'authorized' };
    stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    element.authorize();
    stage.say();
    await stage.view(element, 'authorized');
    for (const type of EVENTS) {
      const event = stage.events.find((each) => each.type === type);
      if (!event) throw new Error(`no ${type}`);
      expect([event.bubbles, event.composed, event.cancelable], type).to.deep.equal([true, true, false]);
      const before = eventName(event);
      const fields = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(event) as object));
      for (const field of fields.filter((each) => each !== 'constructor'))
        expect(() => Object.assign(event, { [field]: 'changed' }), `${type}.${field}`).to.throw(TypeError);
      expect(eventName(event)).to.equal(before);
      expect(event.constructor.name).to.match(/^OAuth\w+Event$/);
    }
  });

  it('name the account', async () => {
    await inView(stage, 'failed');
    for (const event of stage.events) if (!('view' in event)) expect(event.accountId).to.equal('acc');
  });

  it('find the view and the status that they tell of', async () => {
    const element = await stage.mount();
    const seen: string[] = [];
    element.addEventListener('oauth-status-change', (event) =>
      seen.push(`${event.oauthStatus} ${element.oauthStatus ?? ''} ${element.view}`),
    );
    element.addEventListener('oauth-error', (event) => seen.push(`${event.error.code} ${element.view}`));
    await stage.view(element, 'unauthorized');
    stage.proxy.account = 'account_not_found';
    element.refresh();
    await stage.view(element, 'error');
    expect(seen).to.deep.equal(['unauthorized unauthorized unauthorized', 'account_not_found error']);
  });

  it('a listener may call the element, or throw', async () => {
    const element = await stage.mount();
    element.addEventListener('oauth-view-change', () => element.refresh(), { once: true });
    await stage.view(element, 'unauthorized');
    await until(() => stage.proxy.count('accounts') === 2, 'the refresh');
    expect(element.view).to.equal('unauthorized');
  });
});

describe('requestInit', () => {
  const header = (index: number): string | null =>
    new Headers(stage.proxy.asked[index]?.init.headers).get('authorization');

  it('sends cookies unless it says otherwise', async () => {
    await stage.ready();
    expect(stage.proxy.asked[0]?.init.credentials).to.equal('include');
  });

  it('as an object', async () => {
    await stage.ready({ requestInit: { credentials: 'omit', headers: { authorization: 'Bearer 1' } } });
    expect(stage.proxy.asked[0]?.init.credentials).to.equal('omit');
    expect(header(0)).to.equal('Bearer 1');
  });

  it('as a function, asked for each request, for flows too', async () => {
    let token = 0;
    const element = await stage.ready({
      requestInit: () => Promise.resolve({ headers: { authorization: `Bearer ${++token}` } }),
    });
    element.authorize();
    stage.proxy.flow = never;
    stage.say();
    await until(() => stage.proxy.count('flows') === 1, 'a question');
    expect([header(0), header(1)]).to.deep.equal(['Bearer 1', 'Bearer 2']);
  });

  it('one that fails is an error with a retry', async () => {
    const element = await stage.mount({ requestInit: () => Promise.reject(new Error('no token')) });
    await stage.view(element, 'error');
    expect(element.error?.code).to.equal('unreachable');
    expect(stage.proxy.asked).to.deep.equal([]);
    element.requestInit = undefined;
    mainButton(element).click();
    await stage.view(element, 'unauthorized');
  });
});

describe('many elements', () => {
  it('for one account: one request, and one refresh reaches all', async () => {
    const elements = await Promise.all([1, 2, 3].map(() => stage.ready()));
    expect(stage.proxy.count('accounts')).to.equal(1);
    stage.proxy.account = { oauth_status: 'authorized' };
    for (const element of elements) element.refresh();
    for (const element of elements) await stage.view(element, 'authorized');
    expect(stage.proxy.count('accounts')).to.equal(2);
    expect(stage.count('status unauthorized>authorized')).to.equal(3);
  });

  it('for one account: what one authorizes shows in the other, which tells of no flow', async () => {
    const [mine, other] = await Promise.all([stage.ready(), stage.ready()]);
    mine.authorize();
    stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    stage.say();
    await stage.view(mine, 'authorized');
    await stage.view(other, 'authorized');
    expect(stage.count('authorized')).to.equal(1);
    expect(stage.proxy.count('accounts')).to.equal(1);
  });

  it('1,000 of them, all wanted, ask at most 10 times, each for its own', async function () {
    // A test machine may be busy; what counts is the number of requests.
    this.timeout(30_000);
    stage.proxy.account = (id) => ({ destination_name: `Destination ${id}` });
    const elements = Array.from({ length: 1_000 }, (_, index) => {
      const element = new DestinationOAuth();
      Object.assign(element, {
        accountId: `acc_${index}`,
        proxyUrl: stage.proxy.base,
        variant: 'compact',
        loading: 'eager',
      });
      return element;
    });
    await fixture(html`<div>${elements}</div>`);
    await until(() => elements.every((element) => element.view === 'unauthorized'), 'all read', 25_000);
    expect(stage.proxy.asked.length).to.be.at.most(10);
    for (const [index, element] of elements.entries())
      expect(element.account?.destination_name).to.equal(`Destination acc_${index}`);
    expect(stage.count('error')).to.equal(0);
  });

  it('a malformed id, and one that is not there, do not spoil the batch', async () => {
    stage.proxy.account = (id) => (id === 'gone' ? 'account_not_found' : {});
    const [good, bad, gone, better] = await Promise.all([
      stage.mount({ accountId: 'good' }),
      stage.mount({ accountId: 'b/ad' }),
      stage.mount({ accountId: 'gone' }),
      stage.mount({ accountId: 'better' }),
    ]);
    await stage.view(good, 'unauthorized');
    await stage.view(better, 'unauthorized');
    await stage.view(bad, 'error');
    await stage.view(gone, 'error');
    expect(bad.error?.code).to.equal('invalid_account_id');
    expect(gone.error?.code).to.equal('account_not_found');
    expect(stage.proxy.asked.map(({ url }) => url.searchParams.getAll('id'))).to.deep.equal([
      ['good', 'gone', 'better'],
    ]);
  });

  it('a proxy that takes no batches is asked one by one', async () => {
    stage.proxy.anything = ({ url }) => {
      const id = url.pathname.split('/').at(-1) ?? '';
      return url.search ? new Response('', { status: 404 }) : Response.json(account({ account_id: id }));
    };
    const elements = await Promise.all([stage.mount({ accountId: 'a' }), stage.mount({ accountId: 'b' })]);
    for (const element of elements) await stage.view(element, 'unauthorized');
  });

  it('a change in another tab is asked about', async () => {
    const element = await stage.ready();
    const tab = new BroadcastChannel('destination-oauth');
    try {
      tab.postMessage('acc');
      tab.postMessage(`${stage.proxy.base} other`);
      tab.postMessage({ key: `${stage.proxy.base} acc` });
      stage.proxy.account = { oauth_status: 'authorized' };
      tab.postMessage(`${stage.proxy.base} acc`);
      await stage.view(element, 'authorized');
      expect(stage.proxy.count('accounts')).to.equal(2);
    } finally {
      tab.close();
    }
  });

  it('a change here is told to the other tabs, by the account and nothing else', async () => {
    const element = await stage.ready();
    const tab = new BroadcastChannel('destination-oauth');
    try {
      const heard: unknown[] = [];
      tab.onmessage = ({ data }) => heard.push(data);
      stage.proxy.account = { oauth_status: 'authorized' };
      element.refresh();
      await until(() => heard.length, 'a word');
      expect(heard).to.deep.equal([`${stage.proxy.base} acc`]);
    } finally {
      tab.close();
    }
  });
});

describe('define', () => {
  it('takes another name, any number of times', () => {
    DestinationOAuth.define('my-destination');
    DestinationOAuth.define('my-destination');
    expect(document.createElement('my-destination')).to.be.instanceOf(DestinationOAuth);
    expect(document.createElement('destination-oauth')).to.be.instanceOf(DestinationOAuth);
  });

  it('leaves a name that is taken as it is', () => {
    class Other extends HTMLElement {}
    customElements.define('taken-name', Other);
    DestinationOAuth.define('taken-name');
    expect(customElements.get('taken-name')).to.equal(Other);
  });

  it('takes another registry', () => {
    const defined: [string, CustomElementConstructor][] = [];
    const registry = {
      get: (name: string) => defined.find(([each]) => each === name)?.[1],
      define: (name: string, constructor: CustomElementConstructor) => void defined.push([name, constructor]),
    } as unknown as CustomElementRegistry;
    DestinationOAuth.define(undefined, registry);
    DestinationOAuth.define('my-second', registry);
    expect(defined.map(([name]) => name)).to.deep.equal(['destination-oauth', 'my-second']);
    expect(customElements.get('my-second')).to.equal(undefined);
  });

  it('refuses a name that is none', () => {
    expect(() => DestinationOAuth.define('nodash')).to.throw();
  });
});
