/** The page's own controls, as templates; what they look like is in `controls.css`. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export type InputOf<T extends HTMLElement> = Event & { currentTarget: T };

/** A set of radio buttons that looks like one control. */
export function segmented<T extends string>(options: {
  legend: string;
  /** Shown above the control, or only read out. */
  legendVisible?: boolean;
  name: string;
  choices: readonly (readonly [value: T, label: string, title?: string])[];
  value: T;
  disabled?: boolean;
  onChange: (value: T) => void;
}): TemplateResult {
  const { legend, legendVisible, name, choices, value, disabled = false, onChange } = options;
  return html`<fieldset class="segmented ${legendVisible ? 'field' : ''}">
    <legend class=${legendVisible ? '' : 'visually-hidden'}>${legend}</legend>
    <div>
      ${choices.map(
        ([choice, label, title]) =>
          html`<label title=${title || nothing}>
            <input
              type="radio"
              name=${name}
              value=${choice}
              .checked=${live(choice === value)}
              ?disabled=${disabled}
              @change=${() => onChange(choice)}
            />
            <span>${label}${title ? html`<span class="visually-hidden">, ${title}</span>` : nothing}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

/** A checkbox that looks like a switch. */
export function toggle(label: string, hint: string, on: boolean, onChange: (on: boolean) => void): TemplateResult {
  return html`<label class="switch">
    <input
      type="checkbox"
      role="switch"
      .checked=${live(on)}
      @change=${(event: InputOf<HTMLInputElement>) => onChange(event.currentTarget.checked)}
    />
    <span><b>${label}</b>${hint ? html`<span class="hint">${hint}</span>` : nothing}</span>
  </label>`;
}

export function choice<T extends string>(options: {
  label: string;
  id: string;
  choices: readonly (readonly [value: T, label: string, lang?: string])[];
  value: T;
  onChange: (value: T) => void;
}): TemplateResult {
  const { label, id, choices, value, onChange } = options;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select
      class="select"
      id=${id}
      .value=${live(value)}
      @change=${({ currentTarget }: InputOf<HTMLSelectElement>) => {
        const chosen = choices.find(([each]) => each === currentTarget.value);
        if (chosen) onChange(chosen[0]);
      }}
    >
      ${choices.map(
        ([each, text, lang]) =>
          html`<option value=${each} lang=${lang ?? nothing} ?selected=${each === value}>${text}</option>`,
      )}
    </select>
  </div>`;
}

export function slider(options: {
  label: string;
  id: string;
  range: { readonly min: number; readonly max: number; readonly step: number };
  value: number;
  /** What stands beside the label, and is read out as the value. */
  text: string;
  onInput: (value: number) => void;
  /** Takes the value back to none; no button without it. */
  onReset?: (() => void) | undefined;
}): TemplateResult {
  const { label, id, range, value, text, onInput, onReset } = options;
  return html`<div class="field slider">
    <div>
      <label for=${id}>${label}</label>
      <output for=${id}>${text}</output>
      ${
        onReset
          ? html`<button class="clear" type="button" aria-label=${`Reset: ${label}`} @click=${onReset}>Reset</button>`
          : nothing
      }
    </div>
    <input
      type="range"
      id=${id}
      min=${range.min}
      max=${range.max}
      step=${range.step}
      .value=${live(String(value))}
      aria-valuetext=${text}
      @input=${({ currentTarget }: InputOf<HTMLInputElement>) => onInput(currentTarget.valueAsNumber)}
    />
  </div>`;
}

/** Copies, and says so on the button and to screen readers, or what to do where the browser does not let a page copy. */
export class CopyButton {
  #said = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #update: () => void;

  constructor(update: () => void) {
    this.#update = update;
  }

  template(label: string, name: string, text: () => string, kind = ''): TemplateResult {
    const copy = async (): Promise<void> => {
      try {
        await navigator.clipboard.writeText(text());
        this.#say('Copied');
      } catch {
        this.#say('Select the text and copy it');
      }
    };
    return html`<button class="btn copy" data-kind=${kind || nothing} type="button" @click=${copy}>
        <span aria-hidden="true">${this.#said || label}</span><span class="visually-hidden">${label}: ${name}</span>
      </button>
      <span class="visually-hidden" role="status">${this.#said && `${this.#said}: ${name}`}</span>`;
  }

  #say(text: string): void {
    this.#said = text;
    this.#update();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#said = '';
      this.#update();
    }, 2_500);
  }
}
