/** Templates of the Live section: the partner's page. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DemoAccount } from './control-api.ts';
import { segmented } from '../controls.ts';
import { diagnosisTemplate, scenario, VERSION_HINTS } from './controls.ts';
import type { LiveActions, LiveModel } from './model.ts';

/** The proxy's base on the demo server. */
const PROXY_URL = '/api/destination-oauth';

export const noServerTemplate = (): TemplateResult =>
  html`<p class="notice">The Live section needs the demo server: run <code>npm start</code> in the project.</p>`;

export const liveTemplate = (model: LiveModel, actions: LiveActions): TemplateResult =>
  html`<div class="live">
    <div class="live-main">${destinations(model, actions)} ${guide()} ${diagnosisTemplate(model, actions)}</div>
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
  const shown = model.shown.get(id);
  // As a mere button the element says nothing of the account: that is the page's own part then.
  const alone = variant === 'button';
  const named = alone || shown?.name === name;
  const tools = html`<span>${named ? nothing : html`<span dir="auto">${name}</span> `}<code>${id}</code></span> ${
      shown?.status === 'authorized' && account.platform
        ? html`<button class="btn" data-kind="quiet" type="button" @click=${() => actions.revoke(id)}>
            Revoke at the platform<span class="visually-hidden">: ${name || id}</span>
          </button>`
        : nothing
    }`;
  const inside = variant === 'card';
  return html`<li data-account=${id} aria-label=${`${destination}: ${name || id}`}>
    ${alone ? html`<p class="account"><b dir="auto">${destination}</b> <span dir="auto">${name}</span></p>` : nothing}
    <destination-oauth
      account-id=${id}
      proxy-url=${PROXY_URL}
      variant=${variant}
      mode=${mode}
      loading="eager"
      initial-status=${ifDefined(model.initialStatuses.get(id))}
    >
      ${inside ? html`<div class="tools" slot="footer">${tools}</div>` : nothing}
    </destination-oauth>
    ${inside ? nothing : html`<div class="tools">${tools}</div>`}
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
