/** Custom properties, colour schemes and contrast. */
import { expect } from '@open-wc/testing';
import { styles } from '../src/destination-oauth.styles.ts';
import type { DestinationOAuth } from '../src/element.ts';
import type { View } from '../src/flow.ts';
import { mainButton, part, Stage } from './helpers/stage.ts';
import { inView } from './helpers/views.ts';

let stage: Stage;
let page: HTMLElement;
beforeEach(() => {
  stage = new Stage();
  page = document.body.appendChild(document.createElement('div'));
  // Colours are what they will be, at once.
  page.style.setProperty('--destination-oauth-duration', '0s');
});
afterEach(async () => {
  page.remove();
  await stage.strike();
});

async function show(view: View, given: Partial<DestinationOAuth> = {}): Promise<DestinationOAuth> {
  const element = await inView(stage, view, given);
  page.append(element);
  await stage.view(element, view);
  return element;
}

const inside = (element: Element, selector: string): HTMLElement => {
  const found = element.shadowRoot?.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
};

/** What one sees where these colours lie on each other, the last on top: sRGB, 0 to 255. */
function painted(colours: readonly string[]): [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('There is no canvas.');
  for (const colour of ['#fff', ...colours]) {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
  }
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

/** WCAG 2.2, relative luminance. */
const luminance = (rgb: readonly number[]): number => {
  const [r = 0, g = 0, b = 0] = rgb.map((each) => {
    const c = each / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** An element's background and those below it, up through shadow roots. */
function backgrounds(node: Element): string[] {
  const stack: string[] = [];
  for (let at: Element | null = node; at;) {
    stack.unshift(getComputedStyle(at).backgroundColor);
    const root = at.getRootNode();
    at = at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return stack;
}

function contrast(node: Element): number {
  const below = backgrounds(node);
  const [a, b] = [luminance(painted(below)), luminance(painted([...below, getComputedStyle(node).color]))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const hex = (element: Element, property: 'color' | 'backgroundColor' | 'borderTopColor'): string =>
  `#${painted([getComputedStyle(element)[property]])
    .map((each) => each.toString(16).padStart(2, '0'))
    .join('')}`;

describe('every custom property', () => {
  const button = (element: Element): HTMLElement => mainButton(element);
  const base = (element: Element): HTMLElement => inside(element, '[part=base]');
  const status = (element: Element): HTMLElement => inside(element, '.status');
  const EFFECTS: Record<string, [view: View, value: string, effect: (element: Element) => string, seen?: string]> = {
    accent: ['unauthorized', '#123456', (element) => hex(button(element), 'backgroundColor')],
    'on-accent': ['unauthorized', '#fedcba', (element) => hex(button(element), 'color')],
    surface: ['unauthorized', '#123456', (element) => hex(base(element), 'backgroundColor')],
    text: ['unauthorized', '#123456', (element) => hex(base(element), 'color')],
    muted: ['unauthorized', '#123456', (element) => hex(inside(element, 'p'), 'color')],
    border: ['unauthorized', '#123456', (element) => hex(base(element), 'borderTopColor')],
    success: ['authorized', '#123456', (element) => hex(status(element), 'color')],
    warning: ['reauthorize', '#123456', (element) => hex(status(element), 'color')],
    danger: ['error', '#123456', (element) => hex(status(element), 'color')],
    radius: ['unauthorized', '3px', (element) => getComputedStyle(base(element)).borderTopLeftRadius],
    'button-radius': ['unauthorized', '3px', (element) => getComputedStyle(button(element)).borderTopLeftRadius],
    space: ['unauthorized', '23px', (element) => getComputedStyle(base(element)).paddingTop],
    font: ['unauthorized', 'monospace', (element) => getComputedStyle(button(element)).fontFamily],
    'font-size': ['unauthorized', '23px', (element) => getComputedStyle(base(element)).fontSize],
    duration: ['unauthorized', '3s', (element) => getComputedStyle(button(element)).transitionDuration],
  };

  it('is known here', () => {
    const names = [...styles.cssText.matchAll(/--destination-oauth-([a-z-]+)/g)].map(([, name = '']) => name);
    expect(Object.keys(EFFECTS).sort()).to.deep.equal([...new Set(names)].sort());
  });

  for (const [name, [view, value, effect]] of Object.entries(EFFECTS))
    it(`has its effect: ${name}`, async () => {
      const element = await show(view);
      expect(effect(element)).not.to.equal(value);
      page.style.setProperty(`--destination-oauth-${name}`, value);
      expect(effect(element)).to.equal(value);
    });
});

describe('contrast', () => {
  it('is kept on whatever accent colour', async () => {
    const element = await show('unauthorized');
    const accents = ['#e90000', '#6366f1', '#767676', '#777', '#fc0', 'white', 'black', 'oklch(60% 0.2 250)'];
    for (let hue = 0; hue < 360; hue += 20)
      for (const lightness of [35, 45, 50, 55, 65]) accents.push(`hsl(${hue} 80% ${lightness}%)`);
    for (const accent of accents) {
      element.style.setProperty('--destination-oauth-accent', accent);
      expect(contrast(mainButton(element)), accent).to.be.at.least(4.5);
    }
  });

  const PAGES: Record<string, Partial<CSSStyleDeclaration>> = {
    'a light page': { colorScheme: 'light', background: 'canvas', color: 'canvastext' },
    'a dark page': { colorScheme: 'dark', background: 'canvas', color: 'canvastext' },
    'a page that is dark by its own colours': { background: '#0f172a', color: '#e2e8f0' },
    'a grey page': { background: '#f1f5f9', color: '#334155' },
  };
  for (const [name, style] of Object.entries(PAGES))
    it(`of every text is enough on ${name}`, async () => {
      Object.assign(page.style, style);
      for (const variant of ['card', 'compact'] as const)
        for (const view of ['unauthorized', 'reauthorize', 'authorized', 'error'] as const) {
          const element = await show(view, { variant });
          for (const selector of ['.title', '.status', 'p', 'button'])
            expect(contrast(inside(element, selector)), `${variant} ${view} ${selector}`).to.be.at.least(4.5);
          element.remove();
          await stage.strike();
          stage = new Stage();
        }
    });
});

describe('the colour scheme', () => {
  for (const where of ['page', 'element'] as const)
    it(`is that of the ${where}`, async () => {
      const element = await show('authorized');
      const target = where === 'page' ? page : element;
      const light = (name: string): number =>
        luminance(painted([getComputedStyle(inside(element, name)).backgroundColor]));
      target.style.colorScheme = 'light';
      expect(light('.card')).to.be.greaterThan(0.9);
      target.style.colorScheme = 'dark';
      expect(light('.card')).to.be.lessThan(0.1);
      expect(contrast(inside(element, '.title'))).to.be.at.least(7);
    });
});

it('type is the page’s', async () => {
  page.style.font = '21px/1.5 cursive';
  const element = await show('unauthorized');
  const { fontFamily, fontSize } = getComputedStyle(inside(element, '.title'));
  expect([fontFamily, fontSize]).to.deep.equal(['cursive', '21px']);
  expect(getComputedStyle(mainButton(element)).fontFamily).to.equal('cursive');
  expect(part(element, 'button')?.getBoundingClientRect().height).to.be.greaterThan(40);
});
