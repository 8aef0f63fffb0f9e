/** The page's settings, kept in its address: a reload restores them, and the back button undoes. */
import { readSettings, writeSettings, type Settings } from './settings.ts';

type Listener = (settings: Settings, previous: Settings | undefined) => void;

/** Changes of one setting in quick succession, as of a slider, are one step back. */
const ONE_STEP_MS = 1_000;

export class Store {
  #settings = readSettings(location.search);
  #listeners = new Set<Listener>();
  #last = { what: '', at: -Infinity };

  constructor() {
    addEventListener('popstate', () => this.#apply(readSettings(location.search)));
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Calls the listener now, without `previous`, and after every change. */
  subscribe(listener: Listener): void {
    this.#listeners.add(listener);
    listener(this.#settings, undefined);
  }

  set(change: Partial<Settings>): void {
    const settings = { ...this.#settings, ...change };
    const search = writeSettings(settings, location.search);
    const url = new URL(location.href);
    url.search = search;
    if (url.href === location.href) return;
    const what = Object.keys(change).join();
    const now = performance.now();
    const continues = what === this.#last.what && now - this.#last.at < ONE_STEP_MS;
    this.#last = { what, at: now };
    if (continues) history.replaceState(history.state, '', url);
    else history.pushState(null, '', url);
    this.#apply(settings);
  }

  #apply(settings: Settings): void {
    const previous = this.#settings;
    this.#settings = settings;
    for (const listener of this.#listeners) listener(settings, previous);
  }
}
