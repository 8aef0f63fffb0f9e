/** Templates of the Live section. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { COOP_VALUES, type Coop, type DemoAccount, type DemoState, type Scenario, type Version } from './control.ts';
import { segmented } from './display.ts';

/** The proxy's base on the demo server. */
const PROXY_URL = '/api/destination-oauth';

export type Variant = 'compact' | 'card' | 'button';
export type Mode = 'auto' | 'popup' | 'redirect';

export interface LiveModel {
  demo: DemoState;
  epoch: number;
  variant: Variant;
  mode: Mode;
  statuses: ReadonlyMap<string, string>;
  initialStatuses: ReadonlyMap<string, string>;
  message: string;
  problem: string;
}

export interface LiveActions {
  readonly setVersion: (version: Version) => void;
  readonly setScenario: (scenario: Partial<Scenario>) => void;
  readonly setVariant: (variant: Variant) => void;
  readonly setMode: (mode: Mode) => void;
  readonly refreshAll: () => void;
  readonly revoke: (accountId: string) => void;
  readonly reset: () => void;
  readonly activate: (platform: string) => void;
}

const COOP_LABELS: Record<Coop, string> = {
  none: 'No header',
  'same-origin': 'same-origin',
  'same-origin-allow-popups': 'same-origin-allow-popups',
  'noopener-allow-popups': 'noopener-allow-popups',
};

const VERSION_HINTS: Record<Version, string> = {
  v2: 'A new account is authorized first, then created.',
  'v1.1': 'A new account is created first, then authorized. Its oauth_status becomes initial-status.',
};

export const noServerTemplate = (): TemplateResult =>
  html`<p class="notice">The Live section needs the demo server: run <code>npm start</code> in the project.</p>`;

export const liveTemplate = (model: LiveModel, actions: LiveActions): TemplateResult =>
  html`<div class="live">
    <div class="live-main">${destinations(model, actions)} ${guide()}</div>
    <aside class="live-side" aria-label="Demo controls">
      ${scenario(model, actions)}
      <section class="panel events" aria-label="Event log"></section>
    </aside>
    ${activateDialog(model, actions)}
  </div>`;

function destinations(model: LiveModel, actions: LiveActions): TemplateResult {
  const { demo, epoch, variant, message, problem } = model;
  return html`<section class="panel destinations" aria-labelledby="destinations-title">
    <header class="panel-head">
      <h3 id="destinations-title">Destinations <span class="count">${demo.accounts.length}</span></h3>
      <button class="btn" data-kind="primary" type="button" @click=${openDialog}>Activate a destination account</button>
    </header>
    <div class="toolbar">
      ${segmented({
        legend: 'Variant',
        name: 'variant',
        choices: [
          ['compact', 'Compact'],
          ['card', 'Card'],
          ['button', 'Button'],
        ],
        value: variant,
        onChange: actions.setVariant,
      })}
      <button class="btn" data-kind="quiet" type="button" @click=${actions.refreshAll}>Refresh all</button>
    </div>
    <p class="visually-hidden" role="status">${message}</p>
    <div role="alert">${problem ? html`<p class="notice" data-tone="error">${problem}</p>` : nothing}</div>
    <ul class="accounts" data-variant=${variant}>
      ${repeat(
        demo.accounts,
        (account) => `${epoch} ${account.account_id}`,
        (account) => accountRow(account, model, actions),
      )}
    </ul>
  </section>`;
}

function accountRow(account: DemoAccount, model: LiveModel, actions: LiveActions): TemplateResult {
  const { account_id: id, name, destination_name: destination } = account;
  const { variant, mode } = model;
  const tools = html`<code>${id}</code> ${
      model.statuses.get(id) === 'authorized' && account.platform
        ? html`<button class="btn" data-kind="quiet" type="button" @click=${() => actions.revoke(id)}>
            Revoke at the platform<span class="visually-hidden">: ${name || id}</span>
          </button>`
        : nothing
    }`;
  // As a mere button the element says nothing of the account: that is the page's own part then.
  const alone = variant === 'button';
  return html`<li data-account=${id} tabindex="-1" aria-label=${`${destination}: ${name || id}`}>
    ${alone ? html`<p class="account"><b dir="auto">${destination}</b> <span dir="auto">${name}</span></p>` : nothing}
    <destination-oauth
      account-id=${id}
      proxy-url=${PROXY_URL}
      variant=${variant}
      mode=${mode}
      initial-status=${ifDefined(model.initialStatuses.get(id))}
    >
      ${alone ? nothing : html`<div class="tools" slot="footer">${tools}</div>`}
    </destination-oauth>
    ${alone ? html`<div class="tools">${tools}</div>` : nothing}
  </li>`;
}

function guide(): TemplateResult {
  return html`<section class="guide" aria-labelledby="guide-title">
    <h3 id="guide-title">In the popup, you are the customer</h3>
    <ul>
      <li>
        <b>Ada Admin, Allow</b>
        <p>Consent. The account ends up authorized.</p>
      </li>
      <li>
        <b>Ada Admin, Deny</b>
        <p>The platform sends her back with an error. Nothing has changed.</p>
      </li>
      <li>
        <b>Vic Viewer, Allow</b>
        <p>LiveRamp answers <code>ok</code>, yet Vic has no permission there: the account stays unauthorized.</p>
      </li>
      <li>
        <b>Close the window</b>
        <p>Nobody can tell what happened. The element says so, and keeps asking.</p>
      </li>
    </ul>
  </section>`;
}

function scenario(model: LiveModel, actions: LiveActions): TemplateResult {
  const { demo, mode } = model;
  return html`<section class="panel scenario" aria-labelledby="scenario-title">
    <header class="panel-head">
      <h3 id="scenario-title">Scenario</h3>
      <button class="btn" data-kind="quiet" type="button" @click=${actions.reset}>Reset the demo</button>
    </header>
    <div class="fields">
      <div>
        ${segmented({
          legend: 'LiveRamp API',
          legendVisible: true,
          name: 'version',
          choices: [
            ['v2', 'v2'],
            ['v1.1', 'v1.1'],
          ],
          value: demo.version,
          onChange: actions.setVersion,
        })}
        <p class="hint">${VERSION_HINTS[demo.version]}</p>
      </div>
      <div>
        ${segmented({
          legend: 'Element’s mode',
          legendVisible: true,
          name: 'mode',
          choices: [
            ['auto', 'auto'],
            ['popup', 'popup'],
            ['redirect', 'redirect'],
          ],
          value: mode,
          onChange: actions.setMode,
        })}
      </div>
      <div class="field">
        <label for="coop">Platform’s Cross-Origin-Opener-Policy</label>
        <select
          id="coop"
          class="select"
          aria-describedby="coop-hint"
          .value=${live(demo.scenario.coop)}
          @change=${(event: Event & { currentTarget: HTMLSelectElement }) => {
            const coop = COOP_VALUES.find((value) => value === event.currentTarget.value);
            if (coop) actions.setScenario({ coop });
          }}
        >
          ${COOP_VALUES.map((value) => html`<option value=${value} ?selected=${value === demo.scenario.coop}>${COOP_LABELS[value]}</option>`)}
        </select>
        <p class="hint" id="coop-hint">Cuts the tie between popup and page. The flow completes all the same.</p>
      </div>
      ${toggle('Slow platform', 'Adds seconds to each of its pages.', demo.scenario.slow, (slow) =>
        actions.setScenario({ slow }),
      )}
      ${toggle('LiveRamp is down', 'Its API answers 503.', demo.scenario.liveramp === '503', (down) =>
        actions.setScenario({ liveramp: down ? '503' : 'up' }),
      )}
    </div>
  </section>`;
}

function toggle(label: string, hint: string, on: boolean, onChange: (on: boolean) => void): TemplateResult {
  return html`<label class="switch">
    <input
      type="checkbox"
      role="switch"
      .checked=${live(on)}
      @change=${(event: Event & { currentTarget: HTMLInputElement }) => onChange(event.currentTarget.checked)}
    />
    <span><b>${label}</b><span class="hint">${hint}</span></span>
  </label>`;
}

const dialogOf = (event: Event): HTMLDialogElement | null | undefined =>
  (event.currentTarget as Element).closest('.live')?.querySelector('dialog');

function openDialog(event: Event): void {
  dialogOf(event)?.showModal();
}

function activateDialog({ demo }: LiveModel, actions: LiveActions): TemplateResult {
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const platform = new FormData(event.currentTarget).get('platform');
    dialogOf(event)?.close();
    if (typeof platform === 'string') actions.activate(platform);
  };
  return html`<dialog aria-labelledby="activate-title">
    <form @submit=${submit}>
      <h3 id="activate-title">Activate a destination account</h3>
      <p class="hint">${VERSION_HINTS[demo.version]}</p>
      <fieldset class="choices">
        <legend class="visually-hidden">Platform</legend>
        ${demo.platforms.map(
          ({ id, name }, index) =>
            html`<label
              ><input type="radio" name="platform" value=${id} ?checked=${index === 0} required /> ${name}</label
            >`,
        )}
      </fieldset>
      <div class="actions">
        <button class="btn" type="button" @click=${(event: Event) => dialogOf(event)?.close()}>Cancel</button>
        <button class="btn" data-kind="primary" type="submit">Activate</button>
      </div>
    </form>
  </dialog>`;
}
