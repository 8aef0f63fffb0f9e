import { html, isServer, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Account, OAuthStatus } from './contract.ts';
import { styles } from './destination-oauth.styles.ts';
import type { Diagnosis } from './diagnose.ts';
import { diagnose } from './diagnose-lazily.ts';
import type { DestinationOAuthError } from './errors.ts';
import { OAuthAuthorizedEvent, OAuthErrorEvent, OAuthStatusChangeEvent, OAuthViewChangeEvent } from './events.ts';
import { createController, type Mode } from './flow-controller.ts';
import { statusOf, viewOf, type Effect, type View } from './flow.ts';
import type { RequestInitSource } from './http.ts';
import { en, type MessageKey, type Messages } from './locales/en.ts';
import { ENGLISH, localeOf, speakers } from './localize.ts';
import { LOOKS } from './looks.ts';
import { isFramed } from './popup.ts';

export type Variant = 'card' | 'compact' | 'button';

/** The account without its `authorize_url`, which is a bearer secret. */
export type PublicAccount = Readonly<Omit<Account, 'authorize_url'>>;

/** Views whose main button does something other than start an authorization. */
const HARMLESS: readonly View[] = ['awaiting', 'unconfirmed', 'error'];

const VIEWS = Object.keys(LOOKS) as View[];

/** Stands for the destination's name until that is known: room is kept for names as long as this in any case. */
const NAME = 'Destination';

/** Views of an authorization that is under way. */
const CANCELLABLE: readonly View[] = ['awaiting', 'confirming', 'unconfirmed'];

/**
 * Shows the authorization status of a LiveRamp destination account and takes the customer through the platform's consent
 * page. The proxy's word is the only truth; messages from the popup only make the element ask.
 *
 * @summary The OAuth authorization of a LiveRamp destination account.
 *
 * @tag destination-oauth
 *
 * @attr {string} lang - Language of the built-in texts; else that of the nearest ancestor which has one, else English.
 *
 * @fires {OAuthStatusChangeEvent} oauth-status-change - The status that the proxy reports has changed; also at the first read.
 * @fires {OAuthAuthorizedEvent} oauth-authorized - A flow that this element began ended in an authorized account. Once, however late.
 * @fires {OAuthViewChangeEvent} oauth-view-change - `view` changed.
 * @fires {OAuthErrorEvent} oauth-error - A failure that the page may want to log.
 *
 * @slot icon - In place of the view's icon.
 * @slot title - In place of the destination's name.
 * @slot description - In place of the view's explanation.
 * @slot footer - Below everything else.
 *
 * @csspart base - The whole.
 * @csspart icon - The icon's frame.
 * @csspart title - The destination's name.
 * @csspart description - The view's explanation.
 * @csspart button - The view's main action.
 * @csspart secondary-button - Cancel, reopen, continue in this tab.
 * @csspart message - What has just happened, or went wrong.
 *
 * @cssprop --destination-oauth-accent - Main button, focus ring, links to action.
 * @cssprop --destination-oauth-on-accent - Text on the accent colour: black or white, whichever reads better on it.
 * @cssprop --destination-oauth-surface - The card's background.
 * @cssprop --destination-oauth-text - Text.
 * @cssprop --destination-oauth-muted - Explanations.
 * @cssprop --destination-oauth-border - The card's and the buttons' border.
 * @cssprop --destination-oauth-success - Authorized.
 * @cssprop --destination-oauth-warning - Wants attention.
 * @cssprop --destination-oauth-danger - Went wrong.
 * @cssprop --destination-oauth-radius - The card's corners.
 * @cssprop --destination-oauth-button-radius - The buttons' corners.
 * @cssprop --destination-oauth-space - The card's padding and gaps.
 * @cssprop --destination-oauth-font - Font family.
 * @cssprop --destination-oauth-font-size - Font size.
 * @cssprop --destination-oauth-duration - How long colours take to change, and a fifth of the spinner's turn. None with reduced motion.
 *
 * @cssstate loading - The status is being read for the first time.
 * @cssstate not-applicable - The account needs no authorization.
 * @cssstate unauthorized - An authorization is needed.
 * @cssstate reauthorize - There was a grant, and it went stale.
 * @cssstate authorized - The account is authorized.
 * @cssstate awaiting - The popup is open.
 * @cssstate confirming - The popup has returned; the proxy is being asked.
 * @cssstate incomplete - It returned with success, but the account is still unauthorized.
 * @cssstate unconfirmed - Nobody can tell how it ended: the customer may check again, reopen or cancel.
 * @cssstate blocked - The browser opened no popup.
 * @cssstate failed - It returned with an error.
 * @cssstate error - The proxy cannot be reached or understood, or an attribute is wrong.
 */
export class DestinationOAuth extends LitElement {
  static override styles = styles;

  static override properties = {
    accountId: { attribute: 'account-id' },
    proxyUrl: { attribute: 'proxy-url' },
    variant: { reflect: true, useDefault: true },
    mode: { useDefault: true },
    opener: {},
    loading: {},
    disabled: { type: Boolean, reflect: true },
    initialStatus: { attribute: 'initial-status' },
    redirectOrigin: { attribute: 'redirect-origin' },
    requestInit: { attribute: false },
    messages: { attribute: false },
  };

  /** Registers the element. A name that is taken already is left as it is. */
  static define(
    tagName = 'destination-oauth',
    // Absent on servers, whatever the types say.
    registry = globalThis.customElements as CustomElementRegistry | undefined,
  ): void {
    if (!registry || registry.get(tagName)) return;
    try {
      registry.define(tagName, this);
    } catch {
      // This class stands for another name already, and a class stands for one only.
      registry.define(tagName, class extends this {});
    }
  }

  readonly #controller = createController(this, (effects) => this.#stepped(effects));
  readonly #internals = this.attachInternals();
  #hydrating = !!this.shadowRoot;
  #view: View = 'loading';
  #announced = '';
  /** The notice, or else the message, when something was last announced. */
  #said: string | undefined;
  #locale = ENGLISH;

  /** The destination account's id. Required. */
  declare accountId: string | null | undefined;
  /** The proxy's base, absolute or relative to the page. Required. */
  declare proxyUrl: string | null | undefined;
  /** `card`, `compact` (one row of a table) or `button` (only the action). */
  declare variant: Variant;
  /** `popup`, `redirect` (this tab) or `auto` (a popup where popups work, else this tab). */
  declare mode: Mode;
  /** `sever`: the platform's page cannot navigate this one. The result then comes by channel or poll. */
  declare opener: 'keep' | 'sever';
  /** `lazy`: the status is first read when the element is near what the user sees; `eager`: at once. */
  declare loading: 'lazy' | 'eager';
  /** No new authorization can be started. */
  declare disabled: boolean;
  /** A status that the page already knows, shown until the first read: the contract's values or LiveRamp's own. */
  declare initialStatus: string | null | undefined;
  /**
   * The origin that messages may come from, where the redirect page is not on the proxy's.
   *
   * @default the origin of `proxy-url`
   */
  declare redirectOrigin: string | null | undefined;
  /**
   * `RequestInit`, or a function that gives one, for requests to the proxy.
   *
   * @default {credentials: 'include'}
   */
  declare requestInit: RequestInitSource;
  /** Overrides for single texts, by key. */
  declare messages: Partial<Messages> | undefined;

  constructor() {
    super();
    this.variant = 'card';
    this.mode = 'auto';
    this.opener = 'keep';
    this.loading = 'lazy';
    this.disabled = false;
    this.#show('loading');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    speakers.add(this);
    this.requestUpdate();
    this.#controller.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    speakers.delete(this);
    // A move within the document is a removal and an insertion in one task.
    setTimeout(this.#controller.disconnect);
  }

  protected override willUpdate(): void {
    // A server knows no status; and its markup is taken over as it is before anything else is shown.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the types are the browser's
    if (isServer || this.#hydrating) return;
    this.#controller.update();
    this.#localize();
  }

  #localize(): void {
    const locale = localeOf(this, this.#locale);
    if (locale === this.#locale) return;
    this.#locale = locale;
    // It has been said, in another language.
    this.#announced = '';
  }

  /** The language of what is shown: partners override texts in the language of their page. */
  get #lang(): string | undefined {
    return this.messages ? this.#locale.wanted : this.#locale.lang;
  }

  protected override update(changed: PropertyValues): void {
    const focused = this.shadowRoot?.activeElement;
    super.update(changed);
    // A button that is gone, say Cancel, leaves the focus to the main one.
    if (focused && !focused.isConnected) this.renderRoot.querySelector('button')?.focus();
  }

  protected override firstUpdated(): void {
    if (!this.#hydrating) return;
    this.#hydrating = false;
    this.requestUpdate();
  }

  /** Says what has happened: the view first, so that whoever hears of the rest finds the view that goes with it. */
  #stepped(effects: readonly Effect[]): void {
    const { state, target } = this.#controller;
    const id = target?.accountId ?? this.accountId ?? '';
    const view = viewOf(state);
    const previous = this.#view;
    this.requestUpdate();
    if (view !== previous) {
      this.#show(view);
      this.#localize();
    }
    this.#announce(view !== previous, previous !== 'loading');
    if (view !== previous) this.dispatchEvent(new OAuthViewChangeEvent(view, previous));
    for (const effect of effects)
      if (effect.type === 'status')
        this.dispatchEvent(new OAuthStatusChangeEvent(id, effect.oauthStatus, effect.previous));
      else if (effect.type === 'authorized') this.dispatchEvent(new OAuthAuthorizedEvent(id, effect.channel));
      else if (effect.type === 'error') this.dispatchEvent(new OAuthErrorEvent(id, effect.error));
  }

  /** What a screen reader is to say: each change once, and nothing of what the page showed from the start. */
  #announce(viewChanged: boolean, isNews: boolean): void {
    const message = this.#message();
    // A notice is the same in another language, and with a later time in it.
    const said = this.#controller.state.notice ?? message;
    if (!viewChanged && said === this.#said) return;
    this.#said = said;
    this.#announced =
      isNews && (viewChanged || message)
        ? `${this.#title()}: ${this.#text(`${this.#view}.status`).replace(/\P{P}$/u, '$&.')} ${this.#explanation()} ${message ?? ''}`
        : '';
  }

  /** Keeps the custom state the same as the view. */
  #show(view: View): void {
    // Absent on the server.
    const states = this.#internals.states as CustomStateSet | undefined;
    states?.delete(this.#view);
    states?.add((this.#view = view));
  }

  /** What the element shows. */
  get view(): View {
    return this.#view;
  }

  /** The status shown; undefined until something is known. */
  get oauthStatus(): OAuthStatus | undefined {
    return statusOf(this.#controller.state);
  }

  /** The account as last read. */
  get account(): PublicAccount | undefined {
    const { account } = this.#controller.state;
    if (!account) return undefined;
    const { authorize_url: _, ...rest } = account;
    return rest;
  }

  /** Why the view is `error`, `failed` or `blocked`. */
  get error(): DestinationOAuthError | undefined {
    return this.#controller.state.error;
  }

  /**
   * Opens the authorization in a popup, at once: call it in a user gesture, before any `await`. Shows the window if it is
   * open already. Does nothing before the account has been read, where none is needed, and while `disabled`.
   */
  authorize(): void {
    this.#controller.authorize();
  }

  /** Reads the status again. */
  refresh(): void {
    this.#controller.refresh();
  }

  /** Gives up the authorization under way. A grant made all the same still counts, and will show. */
  cancel(): void {
    this.#controller.cancel();
  }

  /** A report on this page: which channels will work here, and which header or attribute to change. */
  diagnose(): Promise<Diagnosis> {
    return diagnose(this.#controller.target);
  }

  readonly #act = (): void => {
    if (this.#busy()) return;
    if (this.#view === 'unconfirmed' || this.#view === 'error') this.refresh();
    else this.authorize();
  };

  readonly #reach = (): void => this.#controller.reach();

  #busy(): boolean {
    const { checking, account } = this.#controller.state;
    const view = this.#view;
    return (
      checking || view === 'confirming' || (!HARMLESS.includes(view) && typeof account?.authorize_url !== 'string')
    );
  }

  #title(): string {
    const { account } = this.#controller.state;
    // A name may be there and empty.
    return account?.destination_name || account?.name || this.#text('destination');
  }

  #text(key: MessageKey, destination?: string): string {
    const text = this.messages?.[key] ?? this.#locale.texts[key] ?? en[key];
    return key === 'destination' ? text : text.replaceAll('{destination}', () => destination ?? this.#title());
  }

  #has(key: string): key is MessageKey {
    return Object.hasOwn(en, key);
  }

  /** The text for what is special about the view, else for the view. */
  #explanation(view = this.#view): string {
    const { error, hint } = this.#controller.state;
    const special = view === 'error' ? error?.code : view === 'failed' ? hint : isFramed() && 'framed';
    const key = `${view}.${special || 'text'}`;
    const seconds = Math.ceil(Number(error?.retryAfter) / 1000);
    // A wait that is worth saying; a proxy may say anything.
    if (special === 'rate_limited' && seconds < 100) {
      const when = new Intl.RelativeTimeFormat(this.#lang).format(seconds, 'second');
      return this.#text('error.wait').replaceAll('{when}', when);
    }
    if (this.#has(key)) return this.#text(key);
    return view === 'error' ? (error?.message ?? '') : this.#text(`${view}.text`);
  }

  #message(): string | undefined {
    const { state } = this.#controller;
    if (this.#view === 'unconfirmed' && state.error) return this.#explanation('error');
    if (state.notice) {
      const checked = new Date(state.account?.checked_at ?? Date.now());
      const time = checked.toLocaleTimeString(this.#lang, { timeStyle: 'short' });
      return this.#text(`notice.${state.notice}`).replaceAll('{time}', time);
    }
    const last = viewOf({ ...state, phase: 'idle' });
    if (this.#view !== 'error' || last === 'loading') return undefined;
    return this.#text('last').replace('{status}', () => this.#text(`${last}.status`));
  }

  /** What the main button shows: short where the destination's name stands beside it; a status where that stands alone. */
  #label(view: View, destination?: string): string {
    const alone = this.variant === 'button';
    const keys = alone ? [`${view}.button`, `${view}.status`] : [`${view}.action`, `${view}.button`];
    const key = keys.find((each) => this.#has(each));
    return key ? this.#text(key, destination) : '';
  }

  #main(tone: string): TemplateResult {
    const view = this.#view;
    const alone = this.variant === 'button';
    // Wrong attributes are nothing that a person who is here can mend by trying again.
    const hasButton = view !== 'not-applicable' && this.#controller.target;
    const labels = [NAME, ...(this.#controller.state.account ? [this.#title()] : [])].flatMap((name) =>
      VIEWS.map((each) => this.#label(each, name)),
    );
    // Each line has to be laid out, in every row of a long list: none twice.
    return html`<div class="main" data-reserve=${[...new Set(labels)].join('\n')}>
      ${
        hasButton
          ? html`<button
              part="button"
              class=${tone && tone !== 'success' ? 'primary' : ''}
              type="button"
              aria-label=${this.#named(this.#text(`${view}.button`))}
              aria-disabled=${this.#busy()}
              ?disabled=${this.disabled && !HARMLESS.includes(view)}
              @click=${this.#act}
              @pointerenter=${this.#reach}
              @focus=${this.#reach}
            >
              ${this.#label(view)}
            </button>`
          : alone
            ? this.#status()
            : nothing
      }
    </div>`;
  }

  #status(): TemplateResult {
    return html`<span class="status">${this.#text(`${this.#view}.status`)}</span>`;
  }

  /** A button's accessible name says which destination it is about. */
  #named(name: string): string {
    const title = this.#title();
    return name.includes(title) ? name : `${name}: ${title}`;
  }

  #secondary(shown: boolean, key: 'cancel' | 'reopen' | 'here', act: () => void): TemplateResult | typeof nothing {
    const name = this.#text(key);
    return shown
      ? html`<button part="secondary-button" type="button" aria-label=${this.#named(name)} @click=${act}>
          ${name}
        </button>`
      : nothing;
  }

  protected override render(): TemplateResult {
    const view = this.#view;
    const [tone, path] = LOOKS[view];
    const main = this.#main(tone);
    const isAlert = tone === 'danger';
    const live = html`<div class="hidden" role="status">${isAlert ? '' : this.#announced}</div>
      <div class="hidden" role="alert">${isAlert ? this.#announced : ''}</div>`;
    if (this.variant === 'button')
      return html`<div part="base" lang=${this.#lang ?? nothing} class="button ${tone}">${main}${live}</div>`;
    const { account } = this.#controller.state;
    const message = this.#message();
    const title = this.#title();
    // Room for the longest explanations, with a name that is as long as most: the destination's comes later.
    const name = title.length > en.destination.length ? title : en.destination;
    const [longest, next] = (
      [isFramed() ? 'blocked.framed' : 'blocked.text', 'failed.unprocessable_entity', 'unconfirmed.text'] as const
    )
      .map((key) => this.#text(key, name))
      .sort((a, b) => b.length - a.length);
    const authorize = (mode?: Mode) => (): void => this.#controller.authorize(mode);
    return html`<div
      part="base"
      lang=${this.#lang ?? nothing}
      class="base ${this.variant === 'compact' ? 'compact' : 'card'} ${tone}"
    >
      <div part="icon" class="icon">
        <slot name="icon"
          ><svg class=${view} viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg
        ></slot>
      </div>
      <div class="body" data-reserve=${longest ?? nothing} data-or=${next ?? nothing}>
        <div>
          <div class="head">
            <span part="title" class="title"><slot name="title">${title}</slot></span>
            ${account?.destination_name && account.name ? html` <span class="name">${account.name}</span>` : nothing}
            ${this.#status()}
          </div>
          <p part="description"><slot name="description">${this.#explanation()}</slot></p>
          ${message ? html`<p part="message" class="message">${message}</p>` : nothing}
        </div>
      </div>
      <div class="actions">
        ${main}
        <div class="more" data-reserve=${`${this.#text('reopen')}   ${this.#text('cancel')}\n${this.#text('here')}`}>
          ${this.#secondary(view === 'unconfirmed' && !this.disabled, 'reopen', authorize())}
          ${this.#secondary(view === 'blocked' && !this.disabled && !isFramed(), 'here', authorize('redirect'))}
          ${this.#secondary(CANCELLABLE.includes(view), 'cancel', this.#controller.cancel)}
        </div>
      </div>
      <slot name="footer" class="footer"></slot>
      ${live}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'destination-oauth': DestinationOAuth;
  }
}
