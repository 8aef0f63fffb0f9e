/** The gallery's switches. Theme and direction are the whole page's, in its header. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { choice, segmented, slider, toggle, type InputOf } from '../controls.ts';
import { VIEWS, WIDTH, ZOOM, type Host, type Language, type Settings } from '../settings.ts';
import type { Store } from '../store.ts';

const LANGUAGE_NAMES: readonly (readonly [Language, string, string])[] = [
  ['en', 'English', 'en'],
  ['de', 'Deutsch', 'de'],
  ['es', 'Español', 'es'],
  ['fr', 'Français', 'fr'],
  ['it', 'Italiano', 'it'],
  ['nl', 'Nederlands', 'nl'],
  ['pl', 'Polski', 'pl'],
  ['pt-BR', 'Português (Brasil)', 'pt-BR'],
  ['ja', '日本語', 'ja'],
  ['ko', '한국어', 'ko'],
  ['zh-CN', '简体中文', 'zh-CN'],
  ['ar', 'العربية', 'ar'],
];

const HOST_NAMES: readonly (readonly [Host, string])[] = [
  ['bare', 'Bare'],
  ['bootstrap', 'Bootstrap'],
  ['material', 'Material'],
  ['tailwind', 'Tailwind'],
];

const FILTERS_CLEAR = { variant: 'all', view: 'all', q: '' } as const;

/** Arabic is read from right to left; choosing it, or leaving it, turns the page with it. */
function chooseLanguage(store: Store, lang: Language): void {
  const { lang: previous, dir } = store.settings;
  if (lang === 'ar') store.set({ lang, dir: 'rtl' });
  else store.set({ lang, dir: previous === 'ar' ? 'ltr' : dir });
}

export function toolbar(
  store: Store,
  { shown, all, onRestart }: { shown: number; all: number; onRestart: () => void },
): TemplateResult {
  const { settings } = store;
  const filtered = shown < all;
  return html`<div class="toolbar-panel panel" role="group" aria-label="Gallery controls">
    <div class="filters">
      ${segmented({
        legend: 'Variant',
        legendVisible: true,
        name: 'gallery-variant',
        choices: [
          ['all', 'All'],
          ['card', 'Card'],
          ['compact', 'Compact'],
          ['button', 'Button'],
        ],
        value: settings.variant,
        onChange: (variant) => store.set({ variant }),
      })}
      ${choice({
        label: 'View',
        id: 'gallery-view',
        choices: [['all', 'All 12 views'], ...VIEWS.map((view) => [view, view] as const)],
        value: settings.view,
        onChange: (view) => store.set({ view }),
      })}
      <div class="field search">
        <label for="gallery-search">Search</label>
        <input
          class="text"
          type="search"
          id="gallery-search"
          placeholder="permission, blocked…"
          maxlength="60"
          autocomplete="off"
          .value=${live(settings.q)}
          @input=${({ currentTarget }: InputOf<HTMLInputElement>) => store.set({ q: currentTarget.value })}
        />
      </div>
      <p class="tally">
        <span role="status">${filtered ? `${shown} of ${all}` : `${all} specimens`}</span>
        ${
          filtered
            ? html`<button class="btn" data-kind="quiet" type="button" @click=${() => store.set(FILTERS_CLEAR)}>
                Show all
              </button>`
            : html`<button class="btn" data-kind="quiet" type="button" @click=${onRestart}>Restart</button>`
        }
      </p>
    </div>
    <div class="conditions">
      ${segmented({
        legend: 'Host page',
        legendVisible: true,
        name: 'gallery-host',
        choices: HOST_NAMES,
        value: settings.host,
        onChange: (host) => store.set({ host }),
      })}
      ${choice({
        label: 'Language',
        id: 'gallery-lang',
        choices: LANGUAGE_NAMES,
        value: settings.lang,
        onChange: (lang) => chooseLanguage(store, lang),
      })}
      ${slider({
        label: 'Width',
        id: 'gallery-width',
        range: WIDTH,
        value: settings.width || WIDTH.min,
        text: settings.width ? `${settings.width} px` : 'Natural',
        onInput: (width) => store.set({ width }),
        onReset: settings.width ? () => store.set({ width: 0 }) : undefined,
      })}
      ${slider({
        label: 'Text size',
        id: 'gallery-zoom',
        range: ZOOM,
        value: settings.zoom,
        text: `${settings.zoom} %`,
        onInput: (zoom) => store.set({ zoom }),
        onReset: settings.zoom > ZOOM.min ? () => store.set({ zoom: ZOOM.min }) : undefined,
      })}
      ${toggle('Slow network', '', settings.slow, (slow) => store.set({ slow }))}
    </div>
    ${contrastHint(settings)}
  </div>`;
}

const contrastHint = ({ theme }: Settings): TemplateResult | typeof nothing =>
  theme === 'contrast'
    ? html`<p class="hint">
        An approximation, by custom properties. For the real thing turn on a contrast theme in your system, or in
        Chromium’s developer tools: Rendering › Emulate CSS media feature <code>forced-colors</code>.
      </p>`
    : nothing;
