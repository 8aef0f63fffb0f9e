/** T8: the platform's page and the page that opened it. */
import { expect, fixture, html } from '@open-wc/testing';
import type { DestinationOAuth } from '../src/index.ts';
import '../src/index.ts';
import { FakeProxy } from './helpers/fake-proxy.ts';
import { click, until } from './helpers/mouse.ts';

describe('T8: a platform page that navigates its opener', () => {
  const proxy = new FakeProxy();
  before(() => proxy.install());
  after(() => proxy.restore());
  afterEach(() => history.replaceState(null, '', location.pathname + location.search));

  /** Opens the hostile page by a click, and tells what it said of its opener. */
  async function meet(opener: 'keep' | 'sever'): Promise<string> {
    const name = `tabnab-${opener}`;
    const said: unknown[] = [];
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => said.push(data);
    const page = new URL(`/test/fixtures/tabnab.html?tell=${name}`, location.href).href;
    proxy.account = { oauth_status: 'unauthorized', authorize_url: page };
    const element = await fixture<DestinationOAuth>(
      html`<destination-oauth
        account-id=${`acc-${opener}`}
        proxy-url=${proxy.base}
        opener=${opener}
      ></destination-oauth>`,
    );
    await until(() => element.view === 'unauthorized', 'the account');
    const button = element.shadowRoot?.querySelector('[part="button"]');
    if (!button) throw new Error('no button');
    await click(button);
    await until(() => said.includes('tried'), 'the popup');
    expect(element.view).to.equal('awaiting');
    element.cancel();
    channel.close();
    return String(said[0]);
  }

  it('opener="sever": the page has no opener, and this page stays where it is', async () => {
    expect(await meet('sever')).to.equal('has none');
    expect(location.hash).to.equal('');
  });

  it('opener="keep": it has one', async () => {
    expect(await meet('keep')).to.equal('has an opener');
  });
});
