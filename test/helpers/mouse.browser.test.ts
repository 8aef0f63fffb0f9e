import { expect, fixture, html } from '@open-wc/testing';
import { click, press, until } from './mouse.ts';
import { secondSite } from './second-site.ts';

describe('trusted input', () => {
  // First, because a click or a key press leaves a user activation that lasts for seconds.
  it('finds the popup blocker on', () => {
    expect(navigator.userActivation.hasBeenActive).to.equal(false);
    expect(window.open('about:blank', '_blank', 'popup') === null).to.equal(true);
  });

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

  it('opens a popup on another site by a click', async () => {
    const site = await secondSite();
    const url = `${site}/echo.html?to=${encodeURIComponent(location.origin)}`;
    const button = await fixture<HTMLButtonElement>(html`<button>Open</button>`);
    const popups: (Window | null)[] = [];
    let message: MessageEvent | undefined;
    const listen = (event: MessageEvent): unknown => (message = event);
    window.addEventListener('message', listen);
    try {
      button.addEventListener('click', () => {
        popups.push(window.open(url, '_blank', 'popup,width=400,height=300'));
      });
      await click(button);
      expect(popups.length === 1 && popups[0] !== null, 'one popup in a click').to.equal(true);
      const received = await until(() => message, 'a message from the popup');
      expect(received.origin).to.equal(site);
      // Compared by hand: a failing assertion would print a window of another site, which hangs.
      expect(received.source === popups[0]).to.equal(true);
    } finally {
      window.removeEventListener('message', listen);
      for (const popup of popups) popup?.close();
    }
  });
});
