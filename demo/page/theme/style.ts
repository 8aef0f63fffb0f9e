/** From the tokens of a theme, as the address holds them, to CSS. */
import { TOKEN, type Style } from '../settings.ts';
import { PREFIX, type Property } from './properties.ts';

export const FONTS = {
  page: 'inherit',
  system: 'system-ui, sans-serif',
  humanist: "Seravek, 'Gill Sans Nova', Ubuntu, Calibri, 'DejaVu Sans', sans-serif",
  geometric: "Avenir, Montserrat, Corbel, 'URW Gothic', sans-serif",
  rounded: "ui-rounded, 'Hiragino Maru Gothic ProN', Quicksand, Comfortaa, 'Arial Rounded MT Bold', sans-serif",
  serif: "'Iowan Old Style', 'Palatino Linotype', 'URW Palladio L', P052, serif",
  mono: "ui-monospace, 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
} as const;

const fonts = new Map<string, string>(Object.entries(FONTS));

/** A token as a CSS value. Undefined if it is none for this kind of property. */
export function cssValue(token: string, { kind }: Pick<Property, 'kind'>): string | undefined {
  switch (kind) {
    case 'color': {
      const [, light, dark] = TOKEN.color.exec(token) ?? [];
      if (light === undefined) return undefined;
      return dark === undefined ? `#${light}` : `light-dark(#${light}, #${dark})`;
    }
    case 'font':
      return fonts.get(token);
    case 'word':
      return TOKEN.word.test(token) ? token : undefined;
    default:
      return TOKEN[kind].test(token) ? token : undefined;
  }
}

/** The two colours of a colour token, as `#rrggbb`. */
export function colorsOf(token: string | undefined): { light: string; dark: string } | undefined {
  const [, light, dark = light] = TOKEN.color.exec(token ?? '') ?? [];
  return light === undefined || dark === undefined ? undefined : { light: `#${light}`, dark: `#${dark}` };
}

/** One rule with every property that is set; '' if none is. */
export function cssOf(style: Style, properties: readonly Property[], selector = 'destination-oauth'): string {
  const lines = properties.flatMap((property) => {
    const value = cssValue(style[property.name] ?? '', property);
    return value === undefined ? [] : [`  ${PREFIX}${property.name}: ${value};`];
  });
  return lines.length ? `${selector} {\n${lines.join('\n')}\n}` : '';
}
