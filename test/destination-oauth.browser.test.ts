import { expect } from '@open-wc/testing';
import type { View } from '../src/flow.ts';
import { en } from '../src/locales/en.ts';
import { mainButton, part, Stage, text } from './helpers/stage.ts';
import { inView, VIEWS } from './helpers/views.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(() => stage.strike());

const VIEW_NAMES = Object.keys(VIEWS) as View[];

/** What the main button says; `undefined` where there is none. */
const ACTIONS: Record<View, string | undefined> = {
  loading: 'Authorize',
  'not-applicable': undefined,
  unauthorized: 'Authorize',
  reauthorize: 'Reauthorize',
  authorized: 'Renew',
  awaiting: 'Show window',
  confirming: 'Checking…',
  incomplete: 'Try again',
  unconfirmed: 'Check again',
  blocked: 'Try again',
  failed: 'Try again',
  error: 'Try again',
};

const SECONDARY: Partial<Record<View, string[]>> = {
  awaiting: ['Cancel'],
  confirming: ['Cancel'],
  unconfirmed: ['Reopen window', 'Cancel'],
  // Test pages run in the top window, so this tab can be used.
  blocked: ['Continue in this tab'],
};

describe('each view', () => {
  for (const view of VIEW_NAMES) {
    it(`${view}: is reached, and mirrored as a custom state`, async () => {
      const element = await inView(stage, view);
      expect(element.view).to.equal(view);
      const states = VIEW_NAMES.filter((each) => element.matches(`:state(${each})`));
      expect(states).to.deep.equal([view]);
    });

    it(`${view}: says so, and what can be done`, async () => {
      const element = await inView(stage, view);
      const name = view === 'loading' || view === 'error' ? 'Destination account' : 'LinkedIn';
      expect(text(element, 'title')).to.equal(name);
      expect(text(element, 'base')).to.contain(en[`${view}.status`]);
      const key =
        view === 'error'
          ? 'error.account_not_found'
          : view === 'failed'
            ? 'failed.unprocessable_entity'
            : `${view}.text`;
      expect(text(element, 'description')).to.equal(en[key as keyof typeof en].replaceAll('{destination}', name));
      if (ACTIONS[view] === undefined) expect(part(element, 'button')).to.equal(null);
      else expect(text(element, 'button')).to.equal(ACTIONS[view]);
      const secondary = [...(element.shadowRoot?.querySelectorAll('[part="secondary-button"]') ?? [])];
      expect(secondary.map((each) => each.textContent.trim())).to.deep.equal(SECONDARY[view] ?? []);
    });

    it(`${view}: has the parts and slots of its variants`, async () => {
      const element = await inView(stage, view);
      for (const variant of ['card', 'compact'] as const) {
        element.variant = variant;
        await element.updateComplete;
        for (const name of ['base', 'icon', 'title', 'description'])
          expect(part(element, name), `${variant} ${name}`).not.to.equal(null);
        const slots = [...(element.shadowRoot?.querySelectorAll('slot') ?? [])].map((slot) => slot.name);
        expect(slots.sort()).to.deep.equal(['description', 'footer', 'icon', 'title']);
        expect(element.shadowRoot?.querySelector('slot[part]'), 'a part on a slot').to.equal(null);
      }
      element.variant = 'button';
      await element.updateComplete;
      expect(part(element, 'base')).not.to.equal(null);
      expect(part(element, 'title')).to.equal(null);
      expect(part(element, 'button') === null).to.equal(ACTIONS[view] === undefined);
    });
  }

  it('unknown is shown as unauthorized', async () => {
    stage.proxy.account = { oauth_status: 'unknown' };
    const element = await stage.ready();
    expect(element.view).to.equal('unauthorized');
    expect(element.oauthStatus).to.equal('unknown');
  });

  it('a name of the account stands beside the name of the destination', async () => {
    stage.proxy.account = { name: 'Seat 7' };
    const element = await stage.ready();
    expect(text(element, 'title')).to.equal('LinkedIn');
    expect(text(element, 'base')).to.contain('Seat 7');
  });

  it('a name that is empty is as good as none', async () => {
    stage.proxy.account = { name: 'Seat 7', destination_name: '' };
    expect(text(await stage.ready(), 'title')).to.equal('Seat 7');
    stage.proxy.account = { name: '', destination_name: '' };
    expect(text(await stage.ready({ accountId: 'nameless' }), 'title')).to.equal('Destination account');
  });

  it('names are text and never markup', async () => {
    stage.proxy.account = { name: '<img src=x>', destination_name: '<b onclick=alert(1)>LinkedIn</b>{destination}' };
    const element = await stage.ready();
    expect(element.shadowRoot?.querySelector('img, b')).to.equal(null);
    expect(text(element, 'title')).to.equal('<b onclick=alert(1)>LinkedIn</b>{destination}');
  });
});

describe('slots', () => {
  it('take the place of what they name', async () => {
    const element = await stage.ready();
    for (const name of ['icon', 'title', 'description', 'footer']) {
      const child = document.createElement('span');
      child.slot = name;
      child.textContent = `my ${name}`;
      element.append(child);
      const slot = element.shadowRoot?.querySelector<HTMLSlotElement>(`slot[name=${name}]`);
      expect(slot?.assignedElements()).to.deep.equal([child]);
      expect(child.getBoundingClientRect().width, name).to.be.greaterThan(0);
    }
  });
});

describe('attributes that are wrong', () => {
  for (const [attribute, given, code] of [
    ['account-id', { accountId: null }, 'missing_account_id'],
    ['account-id', { accountId: '' }, 'missing_account_id'],
    ['account-id', { accountId: 'a/b' }, 'invalid_account_id'],
    ['account-id', { accountId: '.' }, 'invalid_account_id'],
    ['account-id', { accountId: '..' }, 'invalid_account_id'],
    ['account-id', { accountId: 'a&id=b' }, 'invalid_account_id'],
    ['account-id', { accountId: 'a'.repeat(129) }, 'invalid_account_id'],
    ['account-id', { accountId: 'a\n' }, 'invalid_account_id'],
    ['proxy-url', { proxyUrl: null }, 'missing_proxy_url'],
    ['proxy-url', { proxyUrl: '' }, 'missing_proxy_url'],
    ['proxy-url', { proxyUrl: 'http://' }, 'invalid_proxy_url'],
    ['proxy-url', { proxyUrl: 'javascript:alert(1)' }, 'invalid_proxy_url'],
    ['proxy-url', { proxyUrl: 'data:text/html,x' }, 'invalid_proxy_url'],
    ['proxy-url', { proxyUrl: 'https://user:pass@proxy.test/' }, 'invalid_proxy_url'],
    ['proxy-url', { proxyUrl: '/proxy?x=1' }, 'invalid_proxy_url'],
    ['proxy-url', { proxyUrl: '/proxy#x' }, 'invalid_proxy_url'],
    ['redirect-origin', { redirectOrigin: 'app.example' }, 'invalid_redirect_origin'],
    ['redirect-origin', { redirectOrigin: 'https://app.example/' }, 'invalid_redirect_origin'],
    ['redirect-origin', { redirectOrigin: 'https://app.example/done' }, 'invalid_redirect_origin'],
    ['redirect-origin', { redirectOrigin: '*' }, 'invalid_redirect_origin'],
    ['redirect-origin', { redirectOrigin: 'null' }, 'invalid_redirect_origin'],
    ['redirect-origin', { redirectOrigin: 'javascript:alert(1)' }, 'invalid_redirect_origin'],
  ] as const)
    it(`${JSON.stringify(given)}: error, said once, with the attribute's name, and nothing is sent`, async () => {
      const element = await stage.mount(given);
      await stage.view(element, 'error');
      expect(stage.names.filter((name) => name.startsWith('error'))).to.deep.equal([`error ${code}`]);
      expect(element.error?.code).to.equal(code);
      expect(element.error?.message).to.match(new RegExp(`^${attribute} is (missing|invalid)\\. .+`));
      expect(text(element, 'description')).to.contain(attribute);
      element.authorize();
      element.refresh();
      // Nothing that a click could mend.
      expect(part(element, 'button')).to.equal(null);
      element.cancel();
      await element.updateComplete;
      expect(stage.proxy.asked).to.deep.equal([]);
      expect(stage.opened).to.deep.equal([]);
      expect(stage.count('error')).to.equal(1);
      expect(element.view).to.equal('error');
    });

  it('are mended by the right ones', async () => {
    const element = await stage.mount({ accountId: null });
    await stage.view(element, 'error');
    element.accountId = 'acc';
    await stage.view(element, 'unauthorized');
    expect(element.error).to.equal(undefined);
  });
});

describe('the first read', () => {
  it('asks once, and tells the status and the view', async () => {
    const element = await stage.ready();
    expect(stage.proxy.asked.map(({ url }) => url.href)).to.deep.equal([`${stage.proxy.base}/accounts/acc`]);
    expect(stage.names).to.deep.equal(['view loading>unauthorized', 'status none>unauthorized']);
    for (const event of stage.events) {
      expect(event.target).to.equal(element);
      expect([event.bubbles, event.composed]).to.deep.equal([true, true]);
    }
    expect(stage.events[1]).to.have.property('accountId', 'acc');
  });

  for (const [what, account, code, words] of [
    ['an unknown account', 'account_not_found', 'account_not_found', /not found/],
    ['a user who is signed out', 'unauthenticated', 'unauthenticated', /[Ss]ign in/],
    ['a page that is not listed', 'origin_not_allowed', 'forbidden', /embedOrigins/],
    ['too many requests', 'rate_limited', 'rate_limited', /[Tt]oo many/],
    ['LiveRamp being down', 'upstream_unavailable', 'unavailable', /cannot be reached|not available/],
    ['a store that is down', 'store_unavailable', 'unavailable', /cannot be reached|not available/],
    ['the network being down', new TypeError('Failed to fetch'), 'unreachable', /cannot be reached/],
    ['HTML', new Response('<!doctype html><h1>It works!</h1>'), 'invalid_response', /outside the contract/],
    [
      'an HTML error page',
      new Response('<h1>502</h1>', { status: 502 }),
      'unavailable',
      /cannot be reached|not available/,
    ],
    ['nothing', new Response(''), 'invalid_response', /outside the contract/],
    ['an empty object', Response.json({}), 'invalid_response', /outside the contract/],
    ['null', Response.json(null), 'invalid_response', /outside the contract/],
    ['an array', Response.json([]), 'invalid_response', /outside the contract/],
    ['an account that is not one', { oauth_status: 'Authorized' as never }, 'invalid_response', /outside the contract/],
    [
      'another account',
      { account_id: 'other', oauth_status: 'authorized' as const },
      'invalid_response',
      /outside the contract/,
    ],
    ['a code of a prototype', Response.json({ code: 'constructor' }, { status: 400 }), 'invalid_response', /outside/],
  ] as const)
    it(`${what}: error in words, one event, and a retry`, async () => {
      stage.proxy.account = account;
      const element = await stage.mount();
      await stage.view(element, 'error');
      expect(element.error?.code).to.equal(code);
      expect(text(element, 'description')).to.match(words);
      expect(stage.names.filter((name) => name.startsWith('error'))).to.deep.equal([`error ${code}`]);
      expect(element.oauthStatus).to.equal(undefined);
      stage.proxy.account = {};
      mainButton(element).click();
      await stage.view(element, 'unauthorized');
      expect(element.error).to.equal(undefined);
    });

  it('later failures keep the last known status on the screen', async () => {
    stage.proxy.account = { oauth_status: 'authorized' };
    const element = await stage.ready();
    stage.proxy.account = 'upstream_unavailable';
    element.refresh();
    await stage.view(element, 'error');
    expect(element.oauthStatus).to.equal('authorized');
    expect(text(element, 'title')).to.equal('LinkedIn');
    expect(text(element, 'message')).to.equal('Last known status: Authorized.');
    expect(stage.count('error')).to.equal(1);
    stage.proxy.account = { oauth_status: 'authorized' };
    element.refresh();
    await stage.view(element, 'authorized');
    expect(stage.count('status')).to.equal(1);
  });

  it('gives up after 15 seconds', async () => {
    stage.freeze();
    stage.proxy.account = () => new Promise(() => undefined);
    const element = await stage.mount();
    await stage.pass(14_900);
    expect(element.view).to.equal('loading');
    await stage.pass(200);
    expect(element.view).to.equal('error');
    expect(element.error?.code).to.equal('timeout');
    expect(element.error?.cause).to.have.property('name', 'AbortError');
    expect(stage.proxy.asked[0]?.signal?.aborted).to.equal(true);
  });
});
