/** Contrast as WCAG 2.2 reckons it. Colours are sRGB, 0 to 255, with an alpha of 0 to 1. */

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** `over` on `under`, which is opaque. */
export const blend = (over: Rgba, under: Rgba): Rgba => {
  const mix = (index: 0 | 1 | 2): number => over[index] * over[3] + under[index] * (1 - over[3]);
  return [mix(0), mix(1), mix(2), 1];
};

/** WCAG 2.2, "relative luminance". */
function luminance([red, green, blue]: Rgba): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** WCAG 2.2, "contrast ratio", 1 to 21; of opaque colours. */
export function contrast(one: Rgba, other: Rgba): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

export type Verdict = 'AAA' | 'AA' | 'fails';

/** For text (1.4.3 and 1.4.6) of less than 24 px, or for what only has to be seen (1.4.11), which knows no AAA. */
export function verdict(ratio: number, kind: 'text' | 'graphic'): Verdict {
  if (kind === 'graphic') return ratio >= 3 ? 'AA' : 'fails';
  return ratio >= 7 ? 'AAA' : ratio >= 4.5 ? 'AA' : 'fails';
}

/** Rounded down, so that what fails does not look as if it passed. */
export const ratioText = (ratio: number): string => `${(Math.floor(ratio * 100) / 100).toFixed(2)} : 1`;

export const hexOf = ([red, green, blue]: Rgba): string =>
  [red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
