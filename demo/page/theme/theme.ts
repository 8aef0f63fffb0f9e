/** The Theme section: presets, the element's custom properties, what they look like, and how well it can be read. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { CopyButton } from '../controls.ts';
import { Cell } from '../gallery/cell.ts';
import { SHOWN_VIEWS } from '../gallery/views.ts';
import type { Style, Variant, View } from '../settings.ts';
import type { Store } from '../store.ts';
import { PROPERTIES } from './apply.ts';
import { ratioText, verdict, type Verdict } from './color.ts';
import { propertyFields } from './fields.ts';
import { effectiveColor, forDark, measure, type Measured, type Panel } from './measure.ts';
import { PRESETS } from './presets.ts';
import type { Property } from './properties.ts';
import { colorsOf, cssOf } from './style.ts';

const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

const PREVIEWED: readonly (readonly [View, Variant])[] = [
  ['unauthorized', 'card'],
  ['authorized', 'compact'],
  ['reauthorize', 'compact'],
  ['failed', 'compact'],
];

const VERDICTS: Record<Verdict, string> = { AAA: 'Passes AAA', AA: 'Passes AA', fails: 'Fails' };

/** Colours that lie behind or under others: what is chosen for light says nothing of dark. */
const OPPOSED = ['surface', 'text', 'muted', 'border', 'on-accent'];

const sameStyle = (one: Style, other: Style): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

export class ThemeSection {
  readonly #root: HTMLElement;
  readonly #store: Store;
  readonly #cells = new Map<string, { place: HTMLElement; cell: Cell }>();
  /** Colours whose dark side follows the light one, until someone chooses it. */
  readonly #following = new Set<string>();
  #copyCss = new CopyButton(() => this.#render());
  #copyLink = new CopyButton(() => this.#render());
  #measuring = false;

  constructor(root: HTMLElement, store: Store) {
    this.#root = root;
    this.#store = store;
    root.addEventListener('oauth-view-change', () => this.#measureSoon());
    store.subscribe((settings, previous) => {
      this.#render();
      if (settings.style !== previous?.style || settings.theme !== previous.theme) this.#measureSoon();
    });
    for (const { cell } of this.#cells.values()) cell.start(false);
  }

  /** Once what is shown has been painted. */
  #measureSoon(): void {
    if (this.#measuring) return;
    this.#measuring = true;
    setTimeout(() => {
      this.#measuring = false;
      this.#render();
    }, 50);
  }

  #panel(scheme: Scheme): Panel {
    return new Map(
      PREVIEWED.map(([view]) => [
        view,
        this.#cells.get(`${scheme}-${view}`)?.place.querySelector('destination-oauth:not([hidden])') ?? null,
      ]),
    );
  }

  #set = (name: string, token: string | undefined): void => {
    const { [name]: _, ...rest } = this.#store.settings.style;
    if (token === undefined) this.#following.delete(name);
    this.#store.set({ style: token === undefined ? rest : { ...rest, [name]: token } });
  };

  #setColor = (name: string, scheme: Scheme, color: string): void => {
    const chosen = colorsOf(this.#store.settings.style[name]);
    const hex = color.slice(1);
    if (scheme === 'light' && !chosen && !OPPOSED.includes(name)) this.#following.add(name);
    if (scheme === 'dark') this.#following.delete(name);
    const other = (of: Scheme): string => (chosen?.[of] ?? effectiveColor(name, this.#panel(of)) ?? color).slice(1);
    const light = scheme === 'light' ? hex : other('light');
    const dark = scheme === 'dark' ? hex : this.#following.has(name) ? forDark(color) : other('dark');
    this.#set(name, light === dark ? light : `${light}-${dark}`);
  };

  #render(): void {
    const { style } = this.#store.settings;
    const css = cssOf(style, PROPERTIES);
    const panels = { light: this.#panel('light'), dark: this.#panel('dark') };
    const effective = (property: Property, scheme: Scheme): string | undefined =>
      effectiveColor(property.name, panels[scheme]);
    render(
      html`<div class="presets" role="group" aria-label="Presets">
          ${PRESETS.map(
            (preset) =>
              html`<button
                class="preset"
                type="button"
                aria-pressed=${sameStyle(preset.style, style)}
                @click=${() => {
                  this.#following.clear();
                  this.#store.set({ style: preset.style });
                }}
              >
                ${swatch(preset.style)}${preset.name}
              </button>`,
          )}
        </div>
        <div class="editor">
          <div class="panel knobs" role="group" aria-label="Custom properties">
            ${propertyFields(PROPERTIES, style, { set: this.#set, setColor: this.#setColor, effective })}
          </div>
          <div class="effects">
            <div class="previews">${SCHEMES.map((scheme) => this.#preview(scheme))}</div>
            ${contrastTable(measure(panels.light), measure(panels.dark))}
            <div class="css-out">
              <div class="code" dir="ltr">
                <pre tabindex="0" role="group" aria-label="CSS of this theme"><code>${
                  css || '/* Nothing is changed. Choose a preset or a colour. */'
                }</code></pre>
              </div>
              <div class="css-actions">
                ${this.#copyCss.template('Copy CSS', 'the theme', () => css, 'primary')}
                ${this.#copyLink.template('Copy link', 'this page with its theme', () => location.href)}
                <button
                  class="btn"
                  data-kind="quiet"
                  type="button"
                  ?disabled=${!css}
                  @click=${() => this.#store.set({ style: {} })}
                >
                  Reset the theme
                </button>
              </div>
            </div>
          </div>
        </div>`,
      this.#root,
    );
  }

  #preview(scheme: Scheme): TemplateResult {
    return html`<section class="preview" data-scheme=${scheme} aria-label=${`Preview, ${scheme}`}>
      <h3>${scheme === 'light' ? 'Light' : 'Dark'}</h3>
      ${PREVIEWED.map(([view, variant]) => {
        const key = `${scheme}-${view}`;
        const attach = (place: Element | undefined): void => {
          const situation = SHOWN_VIEWS.find((each) => each.view === view)?.situation;
          if (!(place instanceof HTMLElement) || !situation || this.#cells.has(key)) return;
          const account = { ...situation, id: `theme-${key}`, destination: 'Brightfjord', name: 'Acme Europe' };
          this.#cells.set(key, { place, cell: new Cell(place, { view, variant, account, onChange: () => undefined }) });
        };
        return html`<div class="place" data-variant=${variant} ${ref(attach)}></div>`;
      })}
    </section>`;
  }
}

function swatch(style: Style): TemplateResult {
  const accent = colorsOf(style['accent']) ?? { light: '#1144cc', dark: '#99bbff' };
  return html`<span class="swatch" aria-hidden="true" style="--light: ${accent.light}; --dark: ${accent.dark}"></span>`;
}

function contrastTable(light: readonly Measured[], dark: readonly Measured[]): TemplateResult {
  const cell = (measured: Measured | undefined): TemplateResult => {
    if (measured?.ratio === undefined) return html`<td><b>–</b> <span>&nbsp;</span></td>`;
    const result = verdict(measured.ratio, measured.kind);
    return html`<td data-verdict=${result}><b>${ratioText(measured.ratio)}</b> <span>${VERDICTS[result]}</span></td>`;
  };
  const all = [...light, ...dark];
  const failures = all.filter(({ ratio, kind }) => ratio !== undefined && verdict(ratio, kind) === 'fails').length;
  return html`<div class="panel contrast">
    <table>
      <caption>
        <b>Contrast</b>
        <span role="status"
          >${
            all.some(({ ratio }) => ratio === undefined)
              ? nothing
              : failures === 0
                ? 'Everything passes WCAG 2.2 AA.'
                : `${failures} ${failures === 1 ? 'pair fails' : 'pairs fail'} WCAG 2.2 AA.`
          }</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">What is read</th>
          <th scope="col">Light</th>
          <th scope="col">Dark</th>
        </tr>
      </thead>
      <tbody>
        ${light.map(
          (row, index) =>
            html`<tr>
              <th scope="row">${row.label}</th>
              ${cell(row)} ${cell(dark[index])}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
