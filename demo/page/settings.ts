/**
 * What can be chosen on the page, and how a URL's search holds it: one parameter a setting, none where it is as at the
 * start. What a URL holds may come from anybody: values of another shape count as absent.
 */

export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export const DIRECTIONS = ['ltr', 'rtl'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const HOSTS = ['bare', 'bootstrap', 'material', 'tailwind'] as const;
export type Host = (typeof HOSTS)[number];

export const VARIANTS = ['card', 'compact', 'button'] as const;
export type Variant = (typeof VARIANTS)[number];

/** In the order in which a customer meets them. */
export const VIEWS = [
  'loading',
  'not-applicable',
  'unauthorized',
  'awaiting',
  'confirming',
  'authorized',
  'reauthorize',
  'incomplete',
  'unconfirmed',
  'blocked',
  'failed',
  'error',
] as const;
export type View = (typeof VIEWS)[number];

export const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt-BR', 'ja', 'ko', 'zh-CN', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

export const FRAMEWORKS = ['html', 'react', 'vue', 'svelte', 'angular'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const MODES = ['auto', 'popup', 'redirect'] as const;
export type Mode = (typeof MODES)[number];

/** CSS pixels. */
export const WIDTH = { min: 240, max: 1200, step: 10 } as const;
/** Per cent. */
export const ZOOM = { min: 100, max: 200, step: 10 } as const;

/** Values of the element's custom properties by the part of their name after `--destination-oauth-`, as tokens. */
export type Style = Readonly<Record<string, string>>;

export interface Settings {
  readonly theme: Theme;
  readonly dir: Direction;
  readonly lang: Language;
  readonly host: Host;
  /** Of every element in the gallery; 0: whatever its place gives it. */
  readonly width: number;
  readonly zoom: number;
  readonly slow: boolean;
  readonly variant: Variant | 'all';
  readonly view: View | 'all';
  /** Search in the gallery. */
  readonly q: string;
  readonly code: Framework;
  /** In the snippet; '' is the gallery's variant. */
  readonly tag: Variant | '';
  readonly mode: Mode;
  readonly account: string;
  readonly proxy: string;
  readonly style: Style;
}

export const DEFAULTS: Settings = {
  theme: 'auto',
  dir: 'ltr',
  lang: 'en',
  host: 'bare',
  width: 0,
  zoom: ZOOM.min,
  slow: false,
  variant: 'all',
  view: 'all',
  q: '',
  code: 'html',
  tag: '',
  mode: 'auto',
  account: 'YOUR_DESTINATION_ACCOUNT_ID',
  proxy: '/api/destination-oauth',
  style: {},
};

const STYLE_PREFIX = 't-';
const STYLE_NAME = /^[a-z][a-z-]{0,40}$/;

/** `0b6b5f`, `0b6b5f-62cfbd` (light and dark); a length; a time; the name of a font or a keyword. */
export const TOKEN = {
  color: /^([0-9a-f]{6})(?:-([0-9a-f]{6}))?$/,
  length: /^\d{1,3}(\.\d{1,3})?(px|rem|em)$/,
  time: /^\d{1,4}ms$/,
  word: /^[a-z]{3,12}$/,
} as const;

const isToken = (text: string): boolean => Object.values(TOKEN).some((pattern) => pattern.test(text));

/** What the snippet may carry unescaped in every language that it comes in. */
export const ACCOUNT = /^[\w.~:-]{1,128}$/;
export const PROXY = /^[\w\-./:~%]{1,200}$/;
const LONGEST_SEARCH = 60;

const clamp = (value: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, Math.round(value)));

/** Reads a URL's search. */
export function readSettings(search: string): Settings {
  const params = new URLSearchParams(search);
  const one = <T extends string>(name: string, values: readonly T[], fallback: T): T =>
    values.find((value) => value === params.get(name)) ?? fallback;
  const number = (name: string, range: { min: number; max: number }, fallback: number): number => {
    const value = params.get(name) ?? '';
    return /^\d{1,5}$/.test(value) ? clamp(Number(value), range) : fallback;
  };
  const text = (name: string, pattern: RegExp, fallback: string): string => {
    const value = params.get(name) ?? '';
    return pattern.test(value) ? value : fallback;
  };
  const style: Record<string, string> = {};
  for (const [name, value] of params) {
    const property = name.startsWith(STYLE_PREFIX) ? name.slice(STYLE_PREFIX.length) : '';
    if (STYLE_NAME.test(property) && isToken(value)) style[property] = value;
  }
  return {
    theme: one('theme', THEMES, DEFAULTS.theme),
    dir: one('dir', DIRECTIONS, DEFAULTS.dir),
    lang: one('lang', LANGUAGES, DEFAULTS.lang),
    host: one('host', HOSTS, DEFAULTS.host),
    width: number('width', WIDTH, DEFAULTS.width),
    zoom: number('zoom', ZOOM, DEFAULTS.zoom),
    slow: params.get('slow') === '1',
    variant: one('variant', ['all', ...VARIANTS], DEFAULTS.variant),
    view: one('view', ['all', ...VIEWS], DEFAULTS.view),
    q: (params.get('q') ?? '').slice(0, LONGEST_SEARCH),
    code: one('code', FRAMEWORKS, DEFAULTS.code),
    tag: one('tag', ['', ...VARIANTS], DEFAULTS.tag),
    mode: one('mode', MODES, DEFAULTS.mode),
    account: text('account', ACCOUNT, DEFAULTS.account),
    proxy: text('proxy', PROXY, DEFAULTS.proxy),
    style,
  };
}

/** Sets the settings' parameters in a URL's search and leaves the others. */
export function writeSettings(settings: Settings, search: string): string {
  const params = new URLSearchParams(search);
  for (const name of [...params.keys()]) if (name.startsWith(STYLE_PREFIX)) params.delete(name);
  const { style, ...plain } = settings;
  const defaults = new Map<string, unknown>(Object.entries(DEFAULTS));
  for (const [name, value] of Object.entries(plain)) {
    if (value === defaults.get(name)) params.delete(name);
    else params.set(name, value === true ? '1' : String(value));
  }
  for (const [name, value] of Object.entries(style)) params.set(STYLE_PREFIX + name, value);
  return params.toString();
}
