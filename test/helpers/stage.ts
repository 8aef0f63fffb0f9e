/** What a test of the element stands on: a scripted proxy, windows that it controls, and a record of events. */
import { fixture, fixtureCleanup, html } from '@open-wc/testing';
import { restore, stub, useFakeTimers, type SinonFakeTimers, type SinonStub } from 'sinon';
import type { Hint } from '../../src/contract.ts';
import { DestinationOAuth } from '../../src/index.ts';
import { resultMessage } from '../../src/protocol.ts';
import { FakeProxy } from './fake-proxy.ts';
import { until } from './until.ts';

export const EVENTS = ['oauth-status-change', 'oauth-authorized', 'oauth-view-change', 'oauth-error'] as const;
type OAuthEvent = HTMLElementEventMap[(typeof EVENTS)[number]];

/** An event in a word: `status none>authorized`, `view loading>authorized`, `authorized poll`, `error timeout`. */
export function eventName(event: OAuthEvent): string {
  if ('oauthStatus' in event) return `status ${event.previous ?? 'none'}>${event.oauthStatus}`;
  if ('view' in event) return `view ${event.previous}>${event.view}`;
  if ('channel' in event) return `authorized ${event.channel}`;
  return `error ${event.error.code}`;
}

/** A window that the test opens, closes and speaks from: a frame's, since those cost no click. */
export class FakePopup {
  readonly #frame = document.body.appendChild(document.createElement('iframe'));
  readonly window: Window;
  focused = 0;
  closedByPage = 0;

  constructor() {
    this.#frame.hidden = true;
    const { contentWindow } = this.#frame;
    if (!contentWindow) throw new Error('The frame has no window.');
    this.window = contentWindow;
    stub(contentWindow, 'focus').callsFake(() => this.focused++);
    stub(contentWindow, 'close').callsFake(() => this.closedByPage++);
  }

  /** From here on `closed` is true, as it is for a severed window. */
  close(): void {
    this.#frame.remove();
  }
}

export class Stage {
  readonly proxy = new FakeProxy().install();
  readonly events: OAuthEvent[] = [];
  readonly popups: FakePopup[] = [];
  /** What was opened, in order. */
  readonly opened: { url: URL; name: string; features: string }[] = [];
  blocked = false;
  clock: SinonFakeTimers | undefined;
  readonly open: SinonStub<Parameters<typeof window.open>, Window | null>;
  readonly #hear = (event: Event): void => {
    this.events.push(event as OAuthEvent);
  };

  constructor() {
    sessionStorage.clear();
    for (const type of EVENTS) document.addEventListener(type, this.#hear);
    this.open = stub(window, 'open').callsFake((url = '', name = '', features = '') => {
      this.opened.push({ url: new URL(url || 'about:blank', 'invalid:'), name, features });
      if (this.blocked) return null;
      const popup = new FakePopup();
      this.popups.push(popup);
      return popup.window;
    });
  }

  /** Undoes everything. Elements let go of what they hold in the task after they are removed. */
  async strike(): Promise<void> {
    for (const type of EVENTS) document.removeEventListener(type, this.#hear);
    fixtureCleanup();
    for (const popup of this.popups) popup.close();
    if (this.clock) await this.clock.tickAsync(1);
    else await new Promise((resolve) => setTimeout(resolve));
    this.clock?.restore();
    restore();
    this.proxy.restore();
    sessionStorage.clear();
  }

  get names(): string[] {
    return this.events.map(eventName);
  }

  count(name: string): number {
    return this.names.filter((each) => each === name || each.startsWith(`${name} `)).length;
  }

  /** Time stands still, but for `pass`. */
  freeze(): void {
    const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
    this.clock = useFakeTimers({ now: Date.now(), toFake: [...toFake] });
  }

  async pass(ms: number): Promise<void> {
    if (!this.clock) throw new Error('Time is not frozen.');
    await this.clock.tickAsync(ms);
  }

  /** An element in the page, as its attributes and properties say. */
  async mount(given: Partial<DestinationOAuth> = {}): Promise<DestinationOAuth> {
    const element = new DestinationOAuth();
    Object.assign(element, { accountId: 'acc', proxyUrl: this.proxy.base, ...given });
    return fixture<DestinationOAuth>(html`${element}`);
  }

  /** An element whose account has been read. */
  async ready(given: Partial<DestinationOAuth> = {}): Promise<DestinationOAuth> {
    const element = await this.mount(given);
    await this.view(element, (view) => view !== 'loading');
    return element;
  }

  /** Waits for a view; in frozen time too. */
  async view(element: DestinationOAuth, wanted: string | ((view: string) => boolean)): Promise<void> {
    const is = (): boolean => (typeof wanted === 'string' ? element.view === wanted : wanted(element.view));
    if (this.clock) {
      for (let i = 0; i < 50 && !is(); i++) await this.clock.tickAsync(10);
      if (!is()) throw new Error(`The view is ${element.view}, not ${String(wanted)}`);
    } else await until(is, `view ${String(wanted)} instead of ${element.view}`);
    await element.updateComplete;
  }

  /** The flow that was begun last. */
  get flow(): string {
    return this.opened.at(-1)?.url.searchParams.get('flow') ?? '';
  }

  /** A message from a window, as the redirect page sends it unless told otherwise. */
  say({
    hint = 'ok',
    data = resultMessage(this.flow, hint),
    origin = location.origin,
    source = this.popups.at(-1)?.window ?? null,
  }: { hint?: Hint; data?: unknown; origin?: string; source?: Window | null } = {}): void {
    window.dispatchEvent(new MessageEvent('message', { origin, source, data }));
  }
}

export const part = (element: Element, name: string): HTMLElement | null =>
  element.shadowRoot?.querySelector<HTMLElement>(`[part~="${name}"]`) ?? null;

/** The part's text, without the white space around it. */
export const text = (element: Element, name: string): string =>
  part(element, name)?.textContent.replace(/\s+/g, ' ').trim() ?? '';

export const mainButton = (element: Element): HTMLButtonElement => {
  const button = element.shadowRoot?.querySelector<HTMLButtonElement>('button[part~="button"]');
  if (!button) throw new Error('There is no main button.');
  return button;
};

export const secondaryButton = (element: Element, label: string): HTMLElement => {
  const buttons = element.shadowRoot?.querySelectorAll<HTMLElement>('[part~="secondary-button"]') ?? [];
  const button = [...buttons].find((each) => each.textContent.trim() === label);
  if (!button) throw new Error(`There is no button ${label}.`);
  return button;
};

/** All text and attributes that the element holds, its shadow tree's too. */
export const everything = (element: Element): string => element.outerHTML + (element.shadowRoot?.innerHTML ?? '');
