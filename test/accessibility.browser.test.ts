/** What WCAG 2.2 AA asks of the element: by axe, and by hand where axe cannot see it. */
import 'axe-core/axe.min.js';
import { expect } from '@open-wc/testing';
import type { AxeResults, RunOptions } from 'axe-core';
import type { DestinationOAuth, Variant } from '../src/element.ts';
import { ALL_VIEWS, showAllViews } from './helpers/all-views.ts';
import { account } from './helpers/fake-proxy.ts';
import { press, until } from './helpers/mouse.ts';
import { mainButton, part, secondaryButton, Stage } from './helpers/stage.ts';
import { inView } from './helpers/views.ts';

declare const axe: { run(context: Element, options: RunOptions): Promise<AxeResults> };

const VARIANTS: Variant[] = ['card', 'compact', 'button'];

const region = (element: DestinationOAuth, role: 'status' | 'alert'): string =>
  element.shadowRoot?.querySelector(`[role=${role}]`)?.textContent.trim() ?? 'no region';

const buttons = (element: DestinationOAuth): HTMLElement[] => [
  ...(element.shadowRoot?.querySelectorAll<HTMLElement>('button') ?? []),
];

describe('every variant in every view', () => {
  let stage: Stage;
  let place: HTMLElement;
  const elements: DestinationOAuth[] = [];

  before(async function () {
    this.timeout(60_000);
    stage = new Stage();
    place = document.body.appendChild(document.createElement('main'));
    for (const variant of VARIANTS) {
      const shown = await showAllViews(stage, () => place.appendChild(document.createElement('div')), { variant });
      elements.push(...shown.values());
    }
    // The views stay, for what was to come is lost with the clock.
    stage.clock?.restore();
    stage.clock = undefined;
  });
  beforeEach(() => {
    place.removeAttribute('dir');
    // Colours that are still on their way to what they will be have no contrast to speak of.
    place.style.cssText = 'background: canvas; color: canvastext; --destination-oauth-duration: 0s';
  });
  after(async () => {
    place.remove();
    await stage.strike();
  });

  it('is there', () => {
    const shown = elements.map(({ variant, view }) => `${variant} ${view}`);
    expect(shown).to.deep.equal(VARIANTS.flatMap((variant) => ALL_VIEWS.map((view) => `${variant} ${view}`)));
  });

  /** What axe objects to, and what it cannot judge. */
  async function objections(): Promise<string[]> {
    const { violations, incomplete, passes } = await axe.run(place, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      // Off unless asked for.
      rules: { 'target-size': { enabled: true } },
      // There are no style sheets to fetch.
      preload: false,
    });
    for (const rule of ['button-name', 'color-contrast', 'target-size'])
      expect(passes.find(({ id }) => id === rule)?.nodes.length, rule).to.be.greaterThan(20);
    return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ''}`),
    );
  }

  for (const scheme of ['light', 'dark'])
    for (const direction of ['ltr', 'rtl'])
      it(`has nothing that axe finds: ${scheme}, ${direction}`, async () => {
        place.style.colorScheme = scheme;
        place.dir = direction;
        // On one line: axe does not see what is behind words that go over several.
        place.style.inlineSize = '1400px';
        expect(await objections()).to.deep.equal([]);
      }).timeout(60_000);

  it('that axe would object to is found', async () => {
    place.style.setProperty('--destination-oauth-muted', 'color-mix(in srgb, currentcolor 40%, transparent)');
    expect((await objections()).join()).to.contain('color-contrast');
  }).timeout(60_000);

  it('has buttons that name the destination and what they show', () => {
    for (const element of elements) {
      const main = part(element, 'button');
      expect(main === null, element.view).to.equal(element.view === 'not-applicable');
      for (const button of buttons(element)) {
        const name = button.getAttribute('aria-label') ?? '';
        const which = `${element.variant} ${element.view}: ${name}`;
        expect(name, which).to.contain(element.account ? 'LinkedIn' : 'Destination account');
        // WCAG 2.5.3: what is seen is what is said.
        expect(button.textContent.trim(), which).not.to.equal('');
        expect(name, which).to.contain(button.textContent.trim());
      }
    }
  });

  it('has buttons that are 24 pixels high and wide at the least, in small type too', () => {
    place.style.fontSize = '12px';
    for (const element of elements)
      for (const button of buttons(element)) {
        const { width, height } = button.getBoundingClientRect();
        expect(Math.min(width, height), `${element.variant} ${element.view}: ${button.ariaLabel ?? ''}`).to.be.at.least(
          24,
        );
      }
  });

  for (const direction of ['ltr', 'rtl'])
    it(`fits in 320 pixels, with the text spacing of WCAG 1.4.12 too, ${direction}`, () => {
      place.dir = direction;
      place.style.inlineSize = '320px';
      for (const spacing of ['', 'letter-spacing: 0.12em; word-spacing: 0.16em; line-height: 1.5']) {
        place.style.cssText += spacing;
        expect(place.scrollWidth, spacing).to.equal(320);
        for (const element of elements)
          for (const each of [element, ...buttons(element)])
            expect(each.scrollWidth, `${element.variant} ${element.view} ${spacing}`).to.be.at.most(
              each.clientWidth + 1,
            );
      }
    });

  it('differs from the others in its words or its icon, wherever it differs in its colours', () => {
    const colourOf = new Map<string, string>();
    for (const { variant, shadowRoot } of elements) {
      const words = [...(shadowRoot?.querySelectorAll('.status, button') ?? [])].map((each) => each.textContent.trim());
      const seen = [variant, ...words, shadowRoot?.querySelector('path')?.getAttribute('d')].join();
      const colours = [...(shadowRoot?.querySelectorAll('.icon, .status, .main button') ?? [])].map((each) => {
        const { color, backgroundColor, borderColor } = getComputedStyle(each);
        return [color, backgroundColor, borderColor].join();
      });
      expect(colourOf.get(seen) ?? colours.join(), seen).to.equal(colours.join());
      colourOf.set(seen, colours.join());
    }
    const rows = [...colourOf.keys()].filter((seen) => !seen.startsWith('button'));
    expect(rows.length).to.equal(2 * ALL_VIEWS.length);
  });
});

describe('one element', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.strike());

  describe('the main button', () => {
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
      for (const [accountId, key] of [
        ['enter', 'Enter'],
        ['space', ' '],
      ] as const) {
        const element = await stage.ready({ accountId });
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

  describe('the keyboard', () => {
    it('goes through the buttons in the order in which they are seen', async () => {
      for (const variant of ['card', 'compact'] as const) {
        const element = await inView(stage, 'unconfirmed', { variant });
        // After the page's last button a browser may give the focus to its own.
        const next = document.body.appendChild(document.createElement('button'));
        const order = [
          mainButton(element),
          secondaryButton(element, 'Reopen window'),
          secondaryButton(element, 'Cancel'),
        ];
        expect(buttons(element)).to.deep.equal(order);
        order[0]?.focus();
        for (const [index, button] of order.entries()) {
          expect(element.shadowRoot?.activeElement === button, `${variant} ${index}`).to.equal(true);
          await press(button, 'Tab');
        }
        expect(document.activeElement === next, 'focus goes on').to.equal(true);
        next.remove();
        const places = order.map((each) => each.getBoundingClientRect());
        expect(places[1]?.left).to.be.lessThan(places[2]?.left ?? 0);
        element.remove();
        await stage.strike();
        stage = new Stage();
      }
    });

    it('finds the main button where the one that it pressed is gone', async () => {
      for (const view of ['awaiting', 'unconfirmed', 'confirming'] as const) {
        const element = await inView(stage, view);
        await press(secondaryButton(element, 'Cancel'), 'Enter');
        await stage.view(element, 'unauthorized');
        expect(element.shadowRoot?.activeElement === mainButton(element), view).to.equal(true);
        await stage.strike();
        stage = new Stage();
      }
    });

    it('is where it was when the window has closed', async () => {
      const element = await stage.ready();
      await press(mainButton(element), 'Enter');
      await stage.view(element, 'awaiting');
      stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
      stage.say();
      stage.popups[0]?.close();
      await stage.view(element, 'authorized');
      expect(document.activeElement === element && element.shadowRoot?.activeElement === mainButton(element)).to.equal(
        true,
      );
    });

    it('is not taken from the page', async () => {
      const elsewhere = document.body.appendChild(document.createElement('button'));
      const element = await inView(stage, 'awaiting');
      elsewhere.focus();
      element.cancel();
      await stage.view(element, 'unauthorized');
      expect(document.activeElement === elsewhere).to.equal(true);
      elsewhere.remove();
    });
  });

  describe('live regions', () => {
    /** What a screen reader hears from here on, in order. */
    function hear(element: DestinationOAuth): string[] {
      const heard: string[] = [];
      for (const role of ['status', 'alert'] as const) {
        const node = element.shadowRoot?.querySelector(`[role=${role}]`);
        if (!node) throw new Error(`There is no ${role}.`);
        new MutationObserver(() => {
          const words = region(element, role);
          if (words) heard.push(`${role}: ${words}`);
        }).observe(node, { childList: true, characterData: true, subtree: true });
      }
      return heard;
    }

    it('are there from the start and say nothing at the first read', async () => {
      const element = await stage.mount();
      expect([region(element, 'status'), region(element, 'alert')]).to.deep.equal(['', '']);
      await stage.view(element, 'unauthorized');
      expect([region(element, 'status'), region(element, 'alert')]).to.deep.equal(['', '']);
    });

    it('say each change once, politely', async () => {
      const element = await stage.ready();
      const heard = hear(element);
      element.authorize();
      await stage.view(element, 'awaiting');
      element.cancel();
      await stage.view(element, 'unauthorized');
      element.authorize();
      await stage.view(element, 'awaiting');
      stage.proxy.flow = { state: 'completed', account: account({ oauth_status: 'authorized' }) };
      stage.say();
      await stage.view(element, 'authorized');
      await until(() => heard.at(-1)?.includes('Authorized.'), 'the end');
      expect(heard.map((words) => words.slice(0, 34))).to.deep.equal([
        'status: LinkedIn: Waiting for you.',
        'status: LinkedIn: Not authorized. ',
        'status: LinkedIn: Waiting for you.',
        'status: LinkedIn: Confirming… Chec',
        'status: LinkedIn: Authorized. Data',
      ]);
      expect(heard[1]).to.contain('Cancelled.');
    });

    it('say a message that comes without a change of view, each time', async () => {
      const element = await inView(stage, 'unconfirmed');
      const heard = hear(element);
      for (const times of [1, 2]) {
        mainButton(element).click();
        await until(() => heard.length === times, `message ${times}`);
        expect(heard.at(-1)).to.match(/^status: LinkedIn: Finished\? .*Not authorized/);
      }
    });

    it('say at once what went wrong', async () => {
      for (const variant of VARIANTS) {
        const element = await inView(stage, 'failed', { variant });
        expect(region(element, 'alert')).to.contain('LinkedIn: Not authorized.');
        expect(region(element, 'status')).to.equal('');
        await stage.strike();
        stage = new Stage();
      }
    });

    it('are not seen', async () => {
      const element = await inView(stage, 'failed');
      for (const each of element.shadowRoot?.querySelectorAll('[role=status], [role=alert]') ?? []) {
        const { width, height } = each.getBoundingClientRect();
        expect(width * height).to.be.at.most(1);
      }
    });
  });
});
