/**
 * One element of the gallery and what leads it to its view: it reads a simulated account, and where the view is a stage of
 * an authorization, `authorize()` begins one. It is shown once it is there, so that nobody sees or hears the way.
 */
import type { Variant, View } from '../settings.ts';
import type { Described } from './simulated-account.ts';
import { proxyUrlOf, retire, simulate } from './simulated-proxy.ts';

type OAuthElement = HTMLElementTagNameMap['destination-oauth'];

/** Views that do not last: milliseconds after which a fresh element takes the place of the old one. */
const LIFETIME: Partial<Record<View, number>> = {
  // The element gives a read up after 15 s,
  loading: 12_000,
  // and stops waiting for LiveRamp after 10 s.
  confirming: 7_000,
};

const BUTTONS = '[part~="button"], [part~="secondary-button"]';

export interface CellOptions {
  readonly view: View;
  readonly variant: Variant;
  readonly account: Described;
  /** `strayed` may have changed. */
  readonly onChange: () => void;
}

/** Makes it forget what it had begun, and takes it away. */
async function dismiss(element: OAuthElement): Promise<void> {
  element.hidden = true;
  if (element.accountId) retire(element.accountId);
  element.accountId = null;
  await element.updateComplete;
  element.remove();
}

export class Cell {
  readonly #options: CellOptions;
  readonly #place: HTMLElement;
  /** What is shown. */
  #element: OAuthElement | undefined;
  /** On its way to the view. */
  #next: OAuthElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  #used = false;

  constructor(place: HTMLElement, options: CellOptions) {
    this.#place = place;
    this.#options = options;
    place.addEventListener('click', (event) => this.#onClick(event), { capture: true });
    place.addEventListener('oauth-view-change', () => this.#onView());
  }

  /** What the element shows, if a visitor has made it show something else than it is here for. */
  get strayed(): View | undefined {
    const view = this.#element?.view;
    return this.#used && view !== this.#options.view ? view : undefined;
  }

  /** From the start. `visibly`: the way there is to be seen. */
  start(visibly: boolean): void {
    this.#used = false;
    this.#send(visibly);
    this.#options.onChange();
  }

  /** Sends a new element on its way. */
  #send(visibly: boolean): void {
    clearTimeout(this.#timer);
    if (this.#next && this.#next !== this.#element) void dismiss(this.#next);
    const { view, variant, account } = this.#options;
    this.#turn += 1;
    const id = `${account.id}.${this.#turn}`;
    simulate({ ...account, id });
    const element = document.createElement('destination-oauth');
    this.#next = element;
    element.accountId = id;
    element.proxyUrl = proxyUrlOf(id);
    element.variant = variant;
    // Never "this tab": the gallery stays where it is.
    element.mode = 'popup';
    // Its redirect page is this very page.
    element.redirectOrigin = location.origin;
    // On its way it is hidden, and what is hidden is never near.
    element.setAttribute('loading', 'eager');
    element.hidden = !visibly;
    let begun = account.ending === undefined;
    const drive = (): void => {
      if (!begun && (element.view === 'unauthorized' || element.view === 'reauthorize')) {
        begun = true;
        element.authorize();
      }
      if (begun && element.view === view && element === this.#next) this.#arrived(element);
    };
    element.addEventListener('oauth-view-change', drive);
    this.#place.append(element);
    if (visibly) this.#show(element);
    drive();
  }

  #arrived(element: OAuthElement): void {
    this.#next = undefined;
    this.#show(element);
    const lifetime = LIFETIME[this.#options.view];
    if (lifetime !== undefined) this.#timer = setTimeout(() => this.#replace(), lifetime);
  }

  #show(element: OAuthElement): void {
    if (this.#element && this.#element !== element) void dismiss(this.#element);
    this.#element = element;
    element.hidden = false;
    this.#place.dataset['ready'] = '';
  }

  #replace(): void {
    // Nobody's focus is taken away.
    if (this.#place.contains(document.activeElement)) this.#used = true;
    if (!this.#used) this.#send(false);
    else this.#options.onChange();
  }

  #onView(): void {
    if (this.#used) this.#options.onChange();
    // Time has gone by, as in a tab that was left open.
    else if (this.#element && !this.#next && this.#element.view !== this.#options.view) this.#replace();
  }

  #onClick(event: Event): void {
    const [target] = event.composedPath();
    const button = target instanceof Element ? target.closest(BUTTONS) : null;
    if (!button) return;
    this.#used = true;
    // "Continue in this tab": the simulated platform is nowhere to go to.
    if (this.#element?.view === 'blocked' && button.matches('[part~="secondary-button"]')) event.stopPropagation();
  }
}
