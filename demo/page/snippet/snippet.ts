/** The Snippet section: the code to paste, with what has been chosen in the gallery and the theme. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { CopyButton, segmented, type InputOf } from '../controls.ts';
import { ACCOUNT, DEFAULTS, PROXY, type Framework, type Settings } from '../settings.ts';
import type { Store } from '../store.ts';
import { PROPERTIES } from '../theme/apply.ts';
import { cssOf } from '../theme/style.ts';
import { filesFor, type File, type Tag } from './snippets.ts';

const FRAMEWORK_NAMES: readonly (readonly [Framework, string])[] = [
  ['html', 'HTML'],
  ['react', 'React'],
  ['vue', 'Vue'],
  ['svelte', 'Svelte'],
  ['angular', 'Angular'],
];

function tagOf(settings: Settings): Tag {
  const { account, proxy, mode, lang, style, tag, variant } = settings;
  return {
    account,
    proxy,
    mode,
    variant: tag || (variant === 'all' ? 'card' : variant),
    lang: lang === DEFAULTS.lang ? '' : lang,
    css: cssOf(style, PROPERTIES),
  };
}

export function showSnippet(root: HTMLElement, store: Store): void {
  const buttons = new Map<string, CopyButton>();
  const update = (): void => {
    const { settings } = store;
    const tag = tagOf(settings);
    render(
      html`<div class="snippet">
        <div class="panel snippet-fields" role="group" aria-label="What the snippet says">
          ${segmented({
            legend: 'Variant',
            legendVisible: true,
            name: 'snippet-variant',
            choices: [
              ['card', 'card'],
              ['compact', 'compact'],
              ['button', 'button'],
            ],
            value: tag.variant,
            onChange: (variant) => store.set({ tag: variant }),
          })}
          ${segmented({
            legend: 'Mode',
            legendVisible: true,
            name: 'snippet-mode',
            choices: [
              ['auto', 'auto'],
              ['popup', 'popup'],
              ['redirect', 'redirect'],
            ],
            value: settings.mode,
            onChange: (mode) => store.set({ mode }),
          })}
          ${textField('account', 'Account id', 'Letters, digits and . _ ~ : - only.', ACCOUNT, store, update)}
          ${textField('proxy', 'Proxy URL', 'A path of your site, or a URL, without query.', PROXY, store, update)}
          <p class="hint">
            ${tag.css ? 'Your theme is in it' : html`Your <a href="#theme">theme</a> would be in it`}${
              tag.lang ? html`, and <code>lang="${tag.lang}"</code>` : nothing
            }.
            Your backend needs the proxy, too: see “The proxy” in the README.
          </p>
        </div>
        <div class="files">
          <div class="frameworks">
            ${segmented({
              legend: 'Framework',
              name: 'framework',
              choices: FRAMEWORK_NAMES,
              value: settings.code,
              onChange: (code) => store.set({ code }),
            })}
          </div>
          ${filesFor(settings.code, tag).map((file) => fileTemplate(file))}
        </div>
      </div>`,
      root,
    );
  };
  const fileTemplate = (file: File): TemplateResult => {
    const button = buttons.get(file.name) ?? new CopyButton(update);
    buttons.set(file.name, button);
    return html`<figure class="code" data-language=${file.language}>
      <figcaption><b>${file.name}</b> ${button.template('Copy', file.name, () => file.code)}</figcaption>
      <pre
        tabindex="0"
        role="group"
        aria-label=${file.name}
        dir="ltr"
      ><code>${highlight(file.code.trimEnd())}</code></pre>
    </figure>`;
  };
  store.subscribe(update);
}

/** Strings, comments and tags in colour. */
function highlight(code: string): unknown[] {
  const pieces = code.split(/('[^'\n]*'|"[^"\n]*"|\/\*[^]*?\*\/|<\/?[A-Za-z][\w-]*|\/>|(?<!=)>)/);
  return pieces.map((piece, index) => {
    if (index % 2 === 0) return piece;
    const kind = /^['"]/.test(piece) ? 'string' : piece.startsWith('/*') ? 'comment' : 'tag';
    return html`<span class=${kind}>${piece}</span>`;
  });
}

const problems = new Set<string>();

/** What does not fit into a snippet is said, and not taken over. */
function textField(
  key: 'account' | 'proxy',
  label: string,
  rule: string,
  pattern: RegExp,
  store: Store,
  update: () => void,
): TemplateResult {
  const initial = DEFAULTS[key];
  const value = store.settings[key];
  const wrong = problems.has(key);
  const input = ({ currentTarget }: InputOf<HTMLInputElement>): void => {
    const text = currentTarget.value.trim() || initial;
    const fits = pattern.test(text);
    if (fits) problems.delete(key);
    else problems.add(key);
    if (fits && text !== value) store.set({ [key]: text });
    else update();
  };
  return html`<div class="field">
    <label for=${`snippet-${key}`}>${label}</label>
    <input
      class="text"
      id=${`snippet-${key}`}
      autocomplete="off"
      spellcheck="false"
      dir="ltr"
      placeholder=${initial}
      aria-invalid=${wrong}
      aria-describedby=${wrong ? `snippet-${key}-rule` : nothing}
      .value=${wrong ? nothing : live(value === initial ? '' : value)}
      @input=${input}
    />
    ${wrong ? html`<p class="hint" id=${`snippet-${key}-rule`} role="alert">${rule}</p>` : nothing}
  </div>`;
}
