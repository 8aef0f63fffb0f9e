import { expect, fixture, html } from '@open-wc/testing';
import { click, press, until } from './mouse.ts';
import { secondSite } from './second-site.ts';

describe('trusted input', () => {
  it('clicks with a trusted mouse event', async () => {
    const button = await fixture<HTMLButtonElement>(html`<button>Go</button>`);
    const events: Event[] = [];
    button.addEventListener('click', (event) => events.push(event));
    await click(button);
    expect(events.map((event) => event.isTrusted)).to.deep.equal([true]);
  });

  it('presses keys on the focused element', async () => {
    const button = await fixture<HTMLButtonElement>(html`<button>Go</button>`);
    let clicks = 0;
    button.addEventListener('click', () => clicks++);
    await press(button, 'Enter');
    expect(clicks).to.equal(1);
  });

  it('opens a popup on another site by a click, and none without one', async () => {
    const site = await secondSite();
    const url = `${site}/echo.html?to=${encodeURIComponent(location.origin)}`;
    const button = await fixture<HTMLButtonElement>(html`<button>Open</button>`);
    let popup: Window | null = null;
    let message: MessageEvent | undefined;
    const listen = (event: MessageEvent): unknown => (message = event);
    window.addEventListener('message', listen);
    try {
      expect(window.open(url, '_blank', 'popup'), 'a popup without a click').to.equal(null);
      button.addEventListener('click', () => {
        popup = window.open(url, '_blank', 'popup,width=400,height=300');
      });
      await click(button);
      expect(popup, 'a popup in a click').not.to.equal(null);
      const received = await until(() => message, 'a message from the popup');
      expect(received.origin).to.equal(site);
      expect(received.source).to.equal(popup);
    } finally {
      window.removeEventListener('message', listen);
      (popup as Window | null)?.close();
    }
  });
});
