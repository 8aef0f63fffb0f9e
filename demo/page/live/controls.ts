/** Templates of the Live section: the demo's own controls beside the partner's page. */
import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { COOP_VALUES, type Coop, type Version } from './control-api.ts';
import { segmented, toggle } from '../controls.ts';
import type { LiveActions, LiveModel } from './model.ts';

const COOP_LABELS: Record<Coop, string> = {
  none: 'No header',
  'same-origin': 'same-origin',
  'same-origin-allow-popups': 'same-origin-allow-popups',
  'noopener-allow-popups': 'noopener-allow-popups',
};

export const VERSION_HINTS: Record<Version, string> = {
  v2: 'A new account is authorized first, then created.',
  'v1.1': 'A new account is created first, then authorized. Its oauth_status becomes initial-status.',
};

export function scenario(model: LiveModel, actions: LiveActions): TemplateResult {
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

export function diagnosisTemplate({ diagnosis }: LiveModel, actions: LiveActions): TemplateResult {
  const facts: [string, string][] = diagnosis
    ? [
        ['In a frame', diagnosis.framed ? 'yes' : 'no'],
        ['Cross-origin isolated', diagnosis.crossOriginIsolated ? 'yes' : 'no'],
        ['Redirect page’s COOP', diagnosis.redirectPageCoop],
        ...Object.entries(diagnosis.channels).map(([channel, works]): [string, string] => [
          channel,
          works ? 'works here' : 'does not work here',
        ]),
      ]
    : [];
  return html`<section class="diagnosis" aria-labelledby="diagnosis-title">
    <header>
      <h3 id="diagnosis-title">Will popups work on this page?</h3>
      <button class="btn" type="button" @click=${actions.diagnose}>Diagnose</button>
    </header>
    <div role="status">
      ${
        diagnosis
          ? html`<dl>
                ${facts.map(
                  ([fact, value]) =>
                    html`<div>
                      <dt>${fact}</dt>
                      <dd>${value}</dd>
                    </div>`,
                )}
              </dl>
              ${
                diagnosis.findings.length > 0
                  ? html`<ul>
                      ${diagnosis.findings.map((finding) => html`<li class="notice">${finding}</li>`)}
                    </ul>`
                  : html`<p>Nothing needs to be changed.</p>`
              }`
          : html`<p class="hint">
              <code>diagnose()</code> tells which header or attribute to change, should anything be in the way.
            </p>`
      }
    </div>
  </section>`;
}
