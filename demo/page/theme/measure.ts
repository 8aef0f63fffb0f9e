/** The contrast of what is really shown: colours as the browser has computed them, on what lies behind them. */
import { blend, contrast, hexOf, type Rgba } from './color.ts';

type OAuthElement = HTMLElementTagNameMap['destination-oauth'];

const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** Any colour that CSS knows. */
export function rgbaOf(color: string): Rgba {
  if (!context) return [0, 0, 0, 1];
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/** What lies behind the text of an element: its own background on those of the elements around it. */
function backdrop(element: Element | null): Rgba {
  if (!element) return [255, 255, 255, 1];
  const own = rgbaOf(getComputedStyle(element).backgroundColor);
  if (own[3] === 1) return own;
  const root = element.getRootNode();
  return blend(own, backdrop(element.parentElement ?? (root instanceof ShadowRoot ? root.host : null)));
}

const partOf = (element: OAuthElement, part: string): Element | null =>
  element.shadowRoot?.querySelector(`[part~="${part}"]`) ?? null;

const textContrast = (part: Element): number => {
  const behind = backdrop(part);
  return contrast(blend(rgbaOf(getComputedStyle(part).color), behind), behind);
};

export interface Measured {
  readonly label: string;
  readonly kind: 'text' | 'graphic';
  /** Not before the element shows it. */
  readonly ratio: number | undefined;
}

/** Elements of one colour scheme, by view. */
export type Panel = ReadonlyMap<string, OAuthElement | null>;

const TEXTS: readonly (readonly [label: string, view: string, part: string])[] = [
  ['Main button', 'unauthorized', 'button'],
  ['Title', 'unauthorized', 'title'],
  ['Explanation', 'unauthorized', 'description'],
  ['Other button', 'authorized', 'button'],
  ['Status: authorized', 'authorized', 'icon'],
  ['Status: wants attention', 'reauthorize', 'icon'],
  ['Status: went wrong', 'failed', 'icon'],
];

/** Every row from the start: a table that grows would move what is below it. */
export function measure(panel: Panel): Measured[] {
  const shown = (view: string, part: string): Element | null => {
    const element = panel.get(view);
    return element ? partOf(element, part) : null;
  };
  const button = shown('unauthorized', 'button');
  return [
    ...TEXTS.map(([label, view, part]): Measured => {
      const text = shown(view, part);
      return { label, kind: 'text', ratio: text ? textContrast(text) : undefined };
    }),
    {
      label: 'Button against the card',
      kind: 'graphic',
      ratio: button ? contrast(backdrop(button), backdrop(button.parentElement)) : undefined,
    },
  ];
}

/** What a colour property amounts to at present, as `#rrggbb`, where a part shows it plainly. */
export function effectiveColor(name: string, panel: Panel): string | undefined {
  const sources: Record<string, readonly [view: string, part: string, of: 'color' | 'background' | 'border']> = {
    accent: ['unauthorized', 'button', 'background'],
    'on-accent': ['unauthorized', 'button', 'color'],
    surface: ['unauthorized', 'base', 'background'],
    text: ['unauthorized', 'title', 'color'],
    muted: ['unauthorized', 'description', 'color'],
    border: ['unauthorized', 'base', 'border'],
    success: ['authorized', 'icon', 'color'],
    warning: ['reauthorize', 'icon', 'color'],
    danger: ['failed', 'icon', 'color'],
  };
  const [view = '', part = '', of = 'color'] = sources[name] ?? [];
  const element = panel.get(view);
  const shown = element && partOf(element, part);
  if (!shown) return undefined;
  const style = getComputedStyle(shown);
  if (of === 'background') return `#${hexOf(backdrop(shown))}`;
  const color = of === 'border' ? style.borderTopColor : style.color;
  return `#${hexOf(blend(rgbaOf(color), backdrop(shown)))}`;
}

/** A shade of `color` that can be read on a dark page: as much white as it takes. */
export function forDark(color: string): string {
  const page: Rgba = [24, 27, 30, 1];
  const own = rgbaOf(color);
  for (let share = 0; share <= 1; share += 0.05) {
    const shade = blend([255, 255, 255, share], own);
    if (contrast(shade, page) >= 7) return hexOf(shade);
  }
  return 'ffffff';
}
