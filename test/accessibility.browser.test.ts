import { expect } from '@open-wc/testing';
import type { DestinationOAuth, Variant } from '../src/element.ts';
import type { View } from '../src/flow.ts';
import { account } from './helpers/fake-proxy.ts';
import { press, until } from './helpers/mouse.ts';
import { mainButton, part, Stage } from './helpers/stage.ts';
import { inView, VIEWS } from './helpers/views.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  // Colours that are still on their way to what they will be have no contrast to speak of.
  document.body.style.setProperty('--destination-oauth-duration', '0s');
});
afterEach(() => stage.strike());

const VARIANTS: Variant[] = ['card', 'compact', 'button'];

const regions = (element: DestinationOAuth): Element[] => [
  ...(element.shadowRoot?.querySelectorAll('[role=status], [role=alert]') ?? []),
];
const said = (element: DestinationOAuth): string =>
  regions(element)
    .map((each) => each.textContent.trim())
    .join('');

describe('axe finds nothing', () => {
  for (const view of Object.keys(VIEWS) as View[])
    for (const variant of VARIANTS)
      it(`${view}, ${variant}`, async () => {
        const element = await inView(stage, view, { variant });
        await expect(element).to.be.accessible();
      });
});

describe('the main button', () => {
  for (const view of Object.keys(VIEWS) as View[])
    for (const variant of VARIANTS)
      it(`names the destination: ${view}, ${variant}`, async () => {
        const element = await inView(stage, view, { variant });
        const button = part(element, 'button');
        if (!button) return void expect(view).to.equal('not-applicable');
        const name = button.getAttribute('aria-label') ?? '';
        expect(name).to.contain(element.account ? 'LinkedIn' : 'Destination account');
        // WCAG 2.5.3: what is seen is what is said.
        expect(name).to.contain(button.textContent.trim());
      });

  it('is the same, and keeps the focus, in all views that have it', async () => {
    const element = await stage.ready();
    const button = mainButton(element);
    const kept = (): void => {
      expect(element.shadowRoot?.activeElement === button, `focus in ${element.view}`).to.equal(true);
      expect(mainButton(element) === button, `one button in ${element.view}`).to.equal(true);
      expect(button.disabled).to.equal(false);
    };
    button.focus();
    kept();
    stage.blocked = true;
    element.authorize();
    await stage.view(element, 'blocked');
    kept();
    stage.blocked = false;
    element.authorize();
    await stage.view(element, 'awaiting');
    kept();
    stage.popups[0]?.close();
    await stage.view(element, 'unconfirmed');
    kept();
    element.authorize();
    stage.say();
    await stage.view(element, 'confirming');
    kept();
    stage.proxy.flow = { state: 'failed', hint: 'internal_server_error' };
    element.refresh();
    await stage.view(element, 'failed');
    kept();
    stage.proxy.account = 'upstream_unavailable';
    element.refresh();
    await stage.view(element, 'error');
    kept();
    stage.proxy.account = { oauth_status: 'authorized' };
    element.refresh();
    await stage.view(element, 'authorized');
    kept();
    stage.proxy.account = { reauthorization: true };
    element.refresh();
    await stage.view(element, 'reauthorize');
    kept();
  });

  it('works with the keyboard', async () => {
    for (const key of ['Enter', ' ']) {
      const element = await stage.ready();
      const before = stage.opened.length;
      await press(mainButton(element), key);
      await until(() => stage.opened.length === before + 1, `a window by "${key}"`);
      element.remove();
    }
  });

  it('that can do nothing says so and does nothing, but can be reached', async () => {
    const element = await inView(stage, 'confirming');
    const button = mainButton(element);
    expect(button.getAttribute('aria-disabled')).to.equal('true');
    const opened = stage.opened.length;
    button.click();
    expect(stage.opened.length).to.equal(opened);
    button.focus();
    expect(element.shadowRoot?.activeElement === button).to.equal(true);
  });
});

describe('live regions', () => {
  it('are there from the start and say nothing at the first read', async () => {
    const element = await stage.mount();
    expect(regions(element).length).to.be.greaterThan(0);
    expect(said(element)).to.equal('');
    await stage.view(element, 'unauthorized');
    expect(said(element)).to.equal('');
  });

  it('say what has changed', async () => {
    const element = await stage.ready();
    element.authorize();
    await element.updateComplete;
    expect(said(element)).to.contain('LinkedIn: Waiting for you.');
    stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
    stage.say();
    await stage.view(element, 'authorized');
    expect(said(element)).to.contain('LinkedIn: Authorized.');
  });

  it('say what went wrong, in every variant', async () => {
    const element = await inView(stage, 'failed', { variant: 'button' });
    expect(said(element)).to.contain('LinkedIn: Not authorized.');
  });

  it('are not seen', async () => {
    const element = await inView(stage, 'failed');
    for (const each of regions(element)) {
      const { width, height } = each.getBoundingClientRect();
      expect(width * height).to.be.at.most(1);
    }
  });
});
