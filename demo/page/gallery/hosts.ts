/** Four pages of four kinds: what the element looks like with nothing but the page's own font and colours handed to it. */
import { html, render, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { HOSTS, type Host, type Variant, type View } from '../settings.ts';
import type { Store } from '../store.ts';
import { Cell } from './cell.ts';
import { HOST_CSS } from './host-css.ts';
import { SHOWN_VIEWS } from './views.ts';

const NAMES: Record<Host, string> = {
  bare: 'A bare page',
  bootstrap: 'Bootstrap',
  material: 'Material',
  tailwind: 'Tailwind',
};

const ROWS: readonly (readonly [View, Variant, destination: string])[] = [
  ['unauthorized', 'compact', 'Brightfjord'],
  ['authorized', 'compact', 'Quillo'],
  ['reauthorize', 'compact', 'Tamarack'],
  ['incomplete', 'card', 'Harbor Lane'],
];

/** The framework's tokens, handed to the elements in pages of its kind. */
export function applyHostCss(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    HOSTS.map((host) => HOST_CSS[host].replace('destination-oauth', `[data-host='${host}'] destination-oauth`)).join(
      '\n',
    ),
  );
  document.adoptedStyleSheets.push(sheet);
}

export function showHosts(root: HTMLElement, store: Store): void {
  const cells = new Map<string, Cell>();
  const page = (host: Host): TemplateResult =>
    html`<figure class="host">
      <figcaption><b>${NAMES[host]}</b></figcaption>
      <div class="browser" data-host=${host}>
        <div class="host-bar"><span class="host-brand">Acme</span><span>Audiences</span><span>Destinations</span></div>
        <div class="host-main">
          <div class="host-title">Destinations</div>
          <div class="host-list">
            ${ROWS.map(([view, variant, destination]) => {
              const key = `host-${host}-${view}`;
              const attach = (place: Element | undefined): void => {
                const situation = SHOWN_VIEWS.find((each) => each.view === view)?.situation;
                if (!(place instanceof HTMLElement) || !situation || cells.has(key)) return;
                const account = { ...situation, id: key, destination, name: 'Acme Europe' };
                cells.set(key, new Cell(place, { view, variant, account, onChange: () => undefined }));
              };
              return html`<div class="host-row place" data-variant=${variant} ${ref(attach)}></div>`;
            })}
          </div>
          <div class="host-actions">
            <button type="button" class="host-primary">Add destination</button>
            <button type="button" class="host-secondary">Export</button>
          </div>
        </div>
      </div>
      <details>
        <summary>${HOST_CSS[host] ? `CSS that hands its tokens over` : 'No CSS at all'}</summary>
        <div class="code" dir="ltr">
          <pre tabindex="0" role="group" aria-label=${`CSS for ${NAMES[host]}`}><code>${
            HOST_CSS[host] || '/* It takes the page’s font and colours as they are. */'
          }</code></pre>
        </div>
      </details>
    </figure>`;
  store.subscribe(({ lang }) => {
    root.lang = lang;
  });
  render(
    html`<div class="hosts-head" lang="en">
        <h3>In your page</h3>
        <p>It takes over the page’s font and colour scheme; a handful of lines hands the rest to it.</p>
      </div>
      <div class="hosts">${HOSTS.map(page)}</div>`,
    root,
  );
  for (const cell of cells.values()) cell.start(false);
}
