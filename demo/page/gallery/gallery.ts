/** The Gallery section: every variant × view, each reached by a real element, under the switches of the toolbar. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { VARIANTS, WIDTH, type Settings, type Variant, type View } from '../settings.ts';
import type { Store } from '../store.ts';
import { Cell } from './cell.ts';
import { setSlow } from './simulated-proxy.ts';
import type { Described } from './simulated-account.ts';
import { toolbar } from './toolbar.ts';
import { HOSTILE_NAMES, SHOWN_VIEWS } from './views.ts';

interface Specimen {
  readonly key: string;
  readonly group: Variant | 'names';
  readonly variant: Variant;
  readonly view: View;
  /** In place of the view's name. */
  readonly label: string;
  readonly when: string;
  readonly account: Described;
}

const GROUPS: readonly (readonly [group: Specimen['group'], title: string, about: string])[] = [
  ['card', 'Card', 'One account, with room for an explanation.'],
  ['compact', 'Compact', 'One row of a list of accounts.'],
  ['button', 'Button', 'Only the action, where your page says the rest.'],
  ['names', 'Long and hostile names', 'Whatever a platform or a customer calls things, nothing breaks.'],
];

const SPECIMENS: readonly Specimen[] = [
  ...VARIANTS.flatMap((variant) =>
    SHOWN_VIEWS.map(({ view, when, situation }): Specimen => {
      const key = `${variant}-${view}`;
      const account = { ...situation, id: key, destination: 'Brightfjord', name: 'Acme Europe' };
      return { key, group: variant, variant, view, label: view, when, account };
    }),
  ),
  ...HOSTILE_NAMES.flatMap(([about, destination, name], index) =>
    VARIANTS.map((variant): Specimen => {
      const key = `name-${index}-${variant}`;
      const account: Described = { id: key, destination, name, status: 'unauthorized' };
      return { key, group: 'names', variant, view: 'unauthorized', label: about, when: variant, account };
    }),
  ),
];

function matches({ variant, view, label, when }: Specimen, settings: Settings): boolean {
  const words = settings.q.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${variant} ${view} ${label} ${when}`.toLowerCase();
  return (
    (settings.variant === 'all' || settings.variant === variant) &&
    (settings.view === 'all' || settings.view === view) &&
    words.every((word) => text.includes(word))
  );
}

export class GallerySection {
  readonly #root: HTMLElement;
  readonly #store: Store;
  readonly #cells = new Map<string, Cell>();
  readonly #begun = new Set<string>();

  constructor(root: HTMLElement, store: Store) {
    this.#root = root;
    this.#store = store;
    store.subscribe((settings, previous) => {
      setSlow(settings.slow);
      this.#render();
      if (previous && previous.slow !== settings.slow) this.#restart();
    });
  }

  #restart(): void {
    for (const key of this.#begun) this.#cells.get(key)?.start(this.#store.settings.slow);
  }

  /** Nothing that the filters leave out. */
  #begin(shown: readonly Specimen[]): void {
    for (const { key } of shown) {
      if (this.#begun.has(key)) continue;
      this.#begun.add(key);
      this.#cells.get(key)?.start(this.#store.settings.slow);
    }
  }

  #render = (): void => {
    const { settings } = this.#store;
    const shown = SPECIMENS.filter((specimen) => matches(specimen, settings));
    render(
      html`${toolbar(this.#store, { shown: shown.length, all: SPECIMENS.length, onRestart: () => this.#restart() })}
        <div
          class="stage"
          data-host=${settings.host}
          ?data-sized=${settings.width > 0}
          style="--zoom: ${settings.zoom / 100}; --cell-width: ${settings.width}px"
        >
          ${GROUPS.map(([group, title, about]) => {
            const specimens = SPECIMENS.filter((each) => each.group === group);
            const none = !specimens.some((each) => shown.includes(each));
            return html`<section class="specimens" data-group=${group} ?hidden=${none} aria-label=${title}>
              <header>
                <h3>${title}</h3>
                <p>${about}</p>
              </header>
              <ul>
                ${repeat(
                  specimens,
                  ({ key }) => key,
                  (each) => this.#specimen(each, shown.includes(each), settings),
                )}
              </ul>
            </section>`;
          })}
          ${shown.length ? nothing : this.#nothingFound()}
        </div>`,
      this.#root,
    );
    this.#begin(shown);
  };

  #specimen(specimen: Specimen, shown: boolean, settings: Settings): TemplateResult {
    const { key, variant, view, label, when, account } = specimen;
    const strayed = this.#cells.get(key)?.strayed;
    const attach = (place: Element | undefined): void => {
      if (!(place instanceof HTMLElement) || this.#cells.has(key)) return;
      this.#cells.set(key, new Cell(place, { view, variant, account, onChange: this.#render }));
    };
    return html`<li class="specimen" data-variant=${variant} data-view=${view} ?hidden=${!shown}>
      <header>
        <h4>${label}</h4>
        <p>${strayed ? html`now <code>${strayed}</code>` : when}</p>
        ${
          strayed
            ? html`<button
                class="btn"
                data-kind="quiet"
                type="button"
                @click=${() => this.#cells.get(key)?.start(settings.slow)}
              >
                Reset<span class="visually-hidden">: ${variant}, ${label}</span>
              </button>`
            : nothing
        }
      </header>
      <div class="place" lang=${settings.lang} ${ref(attach)}></div>
      <span class="grip" aria-hidden="true" @pointerdown=${this.#grab}></span>
    </li>`;
  }

  /** A specimen's edge, drawn by the pointer, sets the width of all; the slider in the toolbar does it by keyboard. */
  #grab = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { currentTarget: grip } = event;
    const place = grip.parentElement?.querySelector('.place');
    if (!place) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const { left, right } = place.getBoundingClientRect();
    const leftward = place.matches(':dir(rtl)');
    const move = ({ clientX }: PointerEvent): void => {
      const width = leftward ? right - clientX : clientX - left;
      const stepped = Math.round(width / WIDTH.step) * WIDTH.step;
      this.#store.set({ width: Math.min(WIDTH.max, Math.max(WIDTH.min, stepped)) });
    };
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), { once: true });
  };

  #nothingFound(): TemplateResult {
    return html`<div class="empty">
      <p>Nothing matches these filters.</p>
      <button class="btn" type="button" @click=${() => this.#store.set({ variant: 'all', view: 'all', q: '' })}>
        Show everything
      </button>
    </div>`;
  }
}
