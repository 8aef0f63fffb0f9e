/** No view moves what stands around the element, at any width, in any language; and nothing scrolls sideways. */
import { expect } from '@open-wc/testing';
import { account } from './helpers/fake-proxy.ts';
import { ALL_VIEWS, showAllViews } from './helpers/all-views.ts';
import { part, Stage } from './helpers/stage.ts';
import { until } from './helpers/until.ts';
import type { DestinationOAuth, Variant } from '../src/element.ts';
import type { View } from '../src/flow.ts';

const LONG_NAME = 'Gesellschaft für Werbeflächenvermarktung, Außenwerbung 🚀🚀🚀';

let stage: Stage;
let frame: HTMLElement;
let elements: Map<View, DestinationOAuth>;

/** Elements of one variant, each in a row of its own, as wide as the frame. */
async function show(variant: Variant, lang = '', names = {}): Promise<void> {
  frame.style.font = '14px/1.5 sans-serif';
  elements = await showAllViews(
    stage,
    () => frame.appendChild(document.createElement('div')),
    { variant, lang },
    () => ({ name: 'Seat 7', ...names }),
  );
  // The texts come when they have been loaded, and the clock stands still.
  stage.clock?.restore();
  await until(() => [...elements.values()].every((each) => !lang || part(each, 'base')?.lang === lang), lang);
}

const expectOneBox = (width: number, views: readonly View[] = ALL_VIEWS): void => {
  frame.style.inlineSize = `${width}px`;
  const boxes = views.map((view) => elements.get(view)?.getBoundingClientRect() ?? new DOMRect());
  const spread = (sizes: number[]): number => Math.max(...sizes) - Math.min(...sizes);
  const heights = boxes.map((box) => box.height);
  const found = `${width} px: ${views.map((view, index) => `${view} ${heights[index]}`).join(', ')}`;
  // Where an element stands decides to which part of a pixel an engine rounds.
  expect(spread(boxes.map((box) => box.width)), `widths at ${width} px`).to.be.lessThan(0.5);
  expect(spread(heights), found).to.be.lessThan(0.5);
};

beforeEach(() => {
  stage = new Stage();
  frame = document.body.appendChild(document.createElement('div'));
});
afterEach(async () => {
  frame.remove();
  stage.clock = undefined;
  await stage.strike();
});

describe('the box is the same in every view', () => {
  for (const lang of ['', 'de', 'ja', 'ar'])
    it(`of a card in ${lang || 'English'}`, async () => {
      await show('card', lang);
      // In the narrowest, the two buttons beside the main one take a line each where their labels are long.
      for (const width of [...(lang ? [] : [240, 280]), 330, 400, 480, 640, 900]) expectOneBox(width);
    });

  for (const lang of ['', 'de', 'ja', 'ar'])
    it(`of a row in ${lang || 'English'}`, async () => {
      await show('compact', lang);
      for (const width of [481, 560, 640, 641, 700, 960, 1200]) expectOneBox(width);
    });

  for (const variant of ['card', 'compact', 'button'] as const)
    it(`of a ${variant} with a long name, once that is known`, async () => {
      await show(variant, '', { destination_name: LONG_NAME, name: LONG_NAME });
      const known = ALL_VIEWS.filter((view) => elements.get(view)?.account);
      expect(known.length).to.equal(ALL_VIEWS.length - 2);
      for (const width of [700, 960, 1200]) expectOneBox(width, known);
    });

  for (const lang of ['', 'de'])
    it(`of a button in ${lang || 'English'}`, async () => {
      await show('button', lang);
      expectOneBox(600);
    });
});

it('in a row, the account’s name gives way to the destination’s', async () => {
  await show('compact', '', { destination_name: 'Brightfjord', name: 'x'.repeat(60) });
  frame.style.inlineSize = '650px';
  const isCut = (element: Element | null | undefined): boolean | undefined =>
    element ? element.scrollWidth > element.clientWidth : undefined;
  for (const [view, element] of elements) {
    if (!element.account) continue;
    expect(isCut(element.shadowRoot?.querySelector('.name')), `account, ${view}`).to.equal(true);
    expect(isCut(part(element, 'title')), `destination, ${view}`).to.equal(false);
  }
});

describe('a message', () => {
  it('is all that makes a card higher, and makes no row higher', async () => {
    for (const variant of ['card', 'compact'] as const) {
      frame.style.inlineSize = '700px';
      const element = await stage.ready({ variant });
      frame.append(element);
      const height = (): number => element.getBoundingClientRect().height;
      const before = height();
      element.authorize();
      await stage.view(element, 'awaiting');
      expect(height()).to.equal(before);
      element.cancel();
      await stage.view(element, 'unauthorized');
      expect(part(element, 'message')).not.to.equal(null);
      if (variant === 'card') expect(height()).to.be.greaterThan(before);
      else expect(height()).to.equal(before);
      element.remove();
    }
  });
});

describe('nothing scrolls sideways', () => {
  const overflowing = (): string[] =>
    [...elements].flatMap(([view, element]) =>
      [...(element.shadowRoot?.querySelectorAll('*') ?? [])]
        .filter((each) => {
          const { right, left, width } = each.getBoundingClientRect();
          const box = element.getBoundingClientRect();
          return width > 1 && (right > box.right + 1 || left < box.left - 1 || box.width > frame.clientWidth + 1);
        })
        .map((each) => `${view}: ${each.localName}.${each.getAttribute('class') ?? ''}`),
    );

  for (const variant of ['card', 'compact', 'button'] as const)
    for (const direction of ['ltr', 'rtl'])
      it(`${variant}, ${direction}, at 240 px and with text twice as large`, async () => {
        frame.dir = direction;
        await show(variant, 'de', { destination_name: LONG_NAME, name: 'x'.repeat(60) });
        frame.style.inlineSize = '240px';
        expect(overflowing()).to.deep.equal([]);
        frame.style.fontSize = '28px';
        frame.style.inlineSize = '320px';
        expect(overflowing()).to.deep.equal([]);
      });
});

it('a name that nobody can break over lines stays inside', async () => {
  stage.proxy.account = account({ destination_name: 'W'.repeat(128) });
  const element = await stage.ready();
  frame.append(element);
  frame.style.inlineSize = '240px';
  expect(part(element, 'title')?.getBoundingClientRect().width).to.be.lessThan(240);
});
