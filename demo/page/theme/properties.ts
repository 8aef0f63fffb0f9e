/** The element's custom properties, from its own description: the docblock of its class. */

export type Kind = 'color' | 'length' | 'time' | 'font' | 'word';

export interface Property {
  /** After `--destination-oauth-`. */
  readonly name: string;
  readonly about: string;
  readonly kind: Kind;
}

export const PREFIX = '--destination-oauth-';

function kindOf(name: string): Kind {
  if (name === 'font') return 'font';
  if (/(radius|space|gap|size|width|height|padding)$/.test(name)) return 'length';
  if (/(motion|duration|speed|time)$/.test(name)) return 'time';
  return /(weight|style|transform)$/.test(name) ? 'word' : 'color';
}

/** Reads `@cssprop [--destination-oauth-name=default] - About.` lines, with or without default. */
export function readProperties(source: string): Property[] {
  const tag = /@cssprop(?:erty)?\s+(?:\{[^}]*\}\s*)?\[?--destination-oauth-([a-z-]+)(?:=[^\]\n]*\])?\]?\s*-?\s*(.*)/g;
  return [...source.matchAll(tag)].map(([, name = '', about = '']) => ({ name, about, kind: kindOf(name) }));
}
