/** A field for each custom property, by its kind. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { choice, slider, type InputOf } from '../controls.ts';
import type { Style } from '../settings.ts';
import type { Kind, Property } from './properties.ts';
import type { FONTS } from './style.ts';
import { colorsOf } from './style.ts';

type Scheme = 'light' | 'dark';

export interface FieldActions {
  readonly set: (name: string, token: string | undefined) => void;
  readonly setColor: (name: string, scheme: Scheme, color: string) => void;
  /** What a colour amounts to where it is not set. */
  readonly effective: (property: Property, scheme: Scheme) => string | undefined;
}

const TITLES: readonly (readonly [Kind, string])[] = [
  ['color', 'Colours'],
  ['length', 'Shape and space'],
  ['font', 'Type'],
  ['time', 'Motion'],
];

/** CSS pixels, and where the element stands unless told otherwise. */
const LENGTHS: Record<string, { min: number; max: number; step: number; initial: number }> = {
  radius: { min: 0, max: 32, step: 1, initial: 12 },
  'button-radius': { min: 0, max: 24, step: 1, initial: 8 },
  space: { min: 4, max: 40, step: 1, initial: 16 },
  'font-size': { min: 11, max: 22, step: 1, initial: 14 },
};
const ANY_LENGTH = { min: 0, max: 48, step: 1, initial: 8 };
const TIME = { min: 0, max: 2_000, step: 50, initial: 1_000 };

const FONT_NAMES: Record<keyof typeof FONTS, string> = {
  page: 'The page’s own',
  system: 'System',
  humanist: 'Humanist',
  geometric: 'Geometric',
  rounded: 'Rounded',
  serif: 'Serif',
  mono: 'Monospaced',
};

const labelOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');

export function propertyFields(properties: readonly Property[], style: Style, actions: FieldActions): TemplateResult {
  return html`${TITLES.map(([kind, title]) => {
    const own = properties.filter((property) => sectionOf(property) === kind);
    return own.length
      ? html`<section aria-label=${title}>
          <h3>${title}</h3>
          ${own.map((property) => field(property, style[property.name], actions))}
        </section>`
      : nothing;
  })}`;
}

const sectionOf = ({ name, kind }: Property): Kind => (name.startsWith('font') || kind === 'word' ? 'font' : kind);

function field(property: Property, token: string | undefined, actions: FieldActions): TemplateResult {
  const { name, kind } = property;
  switch (kind) {
    case 'color':
      return colorField(property, token, actions);
    case 'font': {
      const names = Object.entries(FONT_NAMES);
      return choice({
        label: labelOf(name),
        id: `theme-${name}`,
        choices: names,
        value: token ?? 'page',
        onChange: (value) => actions.set(name, value === 'page' ? undefined : value),
      });
    }
    case 'word':
      return html`<div class="field">
        <label for=${`theme-${name}`}>${labelOf(name)}</label>
        <input
          class="text"
          id=${`theme-${name}`}
          pattern="[a-z]{3,12}"
          .value=${live(token ?? '')}
          @change=${({ currentTarget }: InputOf<HTMLInputElement>) =>
            actions.set(name, currentTarget.value === '' ? undefined : currentTarget.value)}
        />
      </div>`;
    default: {
      const range = kind === 'time' ? TIME : (LENGTHS[name] ?? ANY_LENGTH);
      const unit = kind === 'time' ? 'ms' : 'px';
      const number = Math.min(range.max, token === undefined ? range.initial : Number.parseFloat(token));
      return slider({
        label: labelOf(name),
        id: `theme-${name}`,
        range,
        value: number,
        text: token === undefined ? 'Default' : `${Number.parseFloat(token)} ${token.replace(/^[\d.]+/, '')}`,
        onInput: (value) => actions.set(name, `${value}${unit}`),
        onReset: token === undefined ? undefined : () => actions.set(name, undefined),
      });
    }
  }
}

function colorField(property: Property, token: string | undefined, actions: FieldActions): TemplateResult {
  const { name, about } = property;
  const chosen = colorsOf(token);
  const input = (scheme: Scheme): TemplateResult =>
    html`<input
      type="color"
      id=${`theme-${name}-${scheme}`}
      aria-label=${`${labelOf(name)}, ${scheme}`}
      title=${scheme === 'light' ? 'In light pages' : 'In dark pages'}
      .value=${live(chosen?.[scheme] ?? actions.effective(property, scheme) ?? '#808080')}
      @input=${({ currentTarget }: InputOf<HTMLInputElement>) => actions.setColor(name, scheme, currentTarget.value)}
    />`;
  return html`<div class="colour" ?data-set=${chosen !== undefined}>
    <div>
      <b>${labelOf(name)}</b>
      <span class="hint">${about}</span>
    </div>
    ${input('light')}${input('dark')}
    <button
      class="clear"
      type="button"
      aria-label=${`Reset: ${labelOf(name)}`}
      title="Back to the default"
      ?disabled=${chosen === undefined}
      @click=${() => actions.set(name, undefined)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
    </button>
  </div>`;
}
