/** Shows every event of every `<destination-oauth>` in a part of the page with its fields, newest first. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

const EVENT_TYPES = ['oauth-status-change', 'oauth-authorized', 'oauth-view-change', 'oauth-error'] as const;

/** More would only slow the page down; the oldest go first. */
const MOST_ENTRIES = 200;
/** A burst of events is read out once, when it has settled. */
const ANNOUNCE_AFTER_MS = 1500;

interface Entry {
  id: number;
  time: Date;
  type: string;
  accountId: string;
  fields: [key: string, value: string][];
}

const timeFormat = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

/** The event's own fields: every getter that its classes define below `Event`, errors spread to code and message. */
export function fieldsOf(event: Event): [key: string, value: string][] {
  const fields: [string, string][] = [];
  const names = new Set(Object.keys(event).filter((name) => name !== 'isTrusted'));
  for (
    let prototype: unknown = Object.getPrototypeOf(event);
    prototype !== null && prototype !== Event.prototype;
    prototype = Object.getPrototypeOf(prototype)
  )
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (descriptor.get) names.add(name);
  for (const name of names) {
    const value: unknown = Reflect.get(event, name);
    if (value instanceof Error) {
      const code: unknown = Reflect.get(value, 'code');
      if (typeof code === 'string') fields.push([`${name}.code`, code]);
      fields.push([`${name}.message`, value.message]);
    } else if (typeof value !== 'function') {
      fields.push([name, value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)]);
    }
  }
  return fields;
}

export class EventLog {
  #root: HTMLElement | undefined;
  #entries: Entry[] = [];
  #count = 0;
  #announced = 0;
  #announcement = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #painting = false;

  constructor(scope: HTMLElement) {
    for (const type of EVENT_TYPES) scope.addEventListener(type, (event) => this.#add(event));
  }

  show(root: HTMLElement): void {
    this.#root = root;
    this.#render();
  }

  clear(): void {
    this.#entries = [];
    this.#announcement = 'Event log cleared';
    this.#announced = this.#count;
    this.#render();
  }

  #add(event: Event): void {
    const target = event.composedPath()[0];
    const fields = fieldsOf(event);
    const accountId =
      fields.find(([key]) => key === 'accountId')?.[1] ??
      (target instanceof Element ? (target.getAttribute('account-id') ?? '') : '');
    this.#count += 1;
    this.#entries = [
      {
        id: this.#count,
        time: new Date(),
        type: event.type,
        accountId,
        fields: fields.filter(([key]) => key !== 'accountId'),
      },
      ...this.#entries,
    ].slice(0, MOST_ENTRIES);
    this.#announceLater();
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#render();
    });
  }

  #announceLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const news = this.#count - this.#announced;
      const latest = this.#entries[0];
      this.#announced = this.#count;
      if (!latest) return;
      this.#announcement = `${news === 1 ? 'One event' : `${news} events`} logged, latest: ${latest.type} of ${latest.accountId}`;
      this.#render();
    }, ANNOUNCE_AFTER_MS);
  }

  #render(): void {
    if (!this.#root) return;
    const entries = this.#entries;
    render(
      html`<div class="panel-head">
          <h3 id="log-title">Events <span class="count">${entries.length || nothing}</span></h3>
          <button
            class="btn"
            data-kind="quiet"
            type="button"
            ?disabled=${entries.length === 0}
            @click=${() => this.clear()}
          >
            Clear<span class="visually-hidden"> the event log</span>
          </button>
        </div>
        ${
          entries.length === 0
            ? html`<p class="log-empty hint">
                Nothing yet. Every event that an element fires shows here with its fields.
              </p>`
            : html`<div class="log-scroll" tabindex="0" role="group" aria-labelledby="log-title">
                <ol class="log">
                  ${repeat(
                    entries,
                    (entry) => entry.id,
                    (entry) => entryTemplate(entry),
                  )}
                </ol>
              </div>`
        }
        <p class="visually-hidden" role="status">${this.#announcement}</p>`,
      this.#root,
    );
  }
}

function entryTemplate(entry: Entry): TemplateResult {
  return html`<li data-type=${entry.type} dir="ltr">
    <div>
      <b>${entry.type}</b>
      <time datetime=${entry.time.toISOString()}>${timeFormat.format(entry.time)}</time>
    </div>
    <code>${entry.accountId}</code>
    <p>${entry.fields.map(([key, value]) => html`<span><i>${key}</i>=<code>${value}</code></span> `)}</p>
  </li>`;
}
