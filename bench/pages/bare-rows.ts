/**
 * Lit elements that do nothing but stamp the same DOM as the element's, with the same style sheet: first that of a status which
 * has not been read, and after `window.answer()` that of one which has.
 */
import { html, LitElement, unsafeCSS, type TemplateResult } from 'lit';
import type { Template } from '../pages.ts';

declare global {
  interface Window {
    answer: () => void;
  }
}

/** Depends on the account, the view or the language: bound, as the element binds it. */
const BOUND = ['class', 'd', 'lang', 'aria-label', 'aria-disabled', 'data-reserve', 'data-or'];

/** A template with the same DOM: every text, and every attribute that depends on the account, is an expression. */
function templateOf(markup: string): () => TemplateResult {
  const values: string[] = [];
  const holder = document.createElement('template');
  holder.innerHTML = markup;
  const HOLE = '\u0001';
  const hole = (value: string): string => {
    values.push(value);
    return HOLE;
  };
  const walk = (node: Node): void => {
    if (node instanceof Text && node.data.trim() !== '') node.data = hole(node.data);
    if (node instanceof Element)
      for (const { name, value } of [...node.attributes])
        if (BOUND.includes(name)) node.setAttribute(name, hole(value));
    node.childNodes.forEach(walk);
  };
  walk(holder.content);
  const parts = holder.innerHTML.split(HOLE);
  const strings = Object.assign(parts, { raw: parts });
  return () => html(strings, ...values);
}

const template = document.querySelector('#template')?.textContent ?? '';
const { html: markup, then, css: sheet } = JSON.parse(template) as Template;
let render = templateOf(markup);

class BareRow extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = { accountId: { attribute: 'account-id' }, variant: { reflect: true } };
  declare accountId: string | undefined;
  declare variant: string | undefined;

  protected override render(): TemplateResult {
    return render();
  }
}
customElements.define('bare-row', BareRow);

window.answer = () => {
  render = templateOf(then);
  for (const row of document.querySelectorAll<BareRow>('bare-row')) row.requestUpdate();
};
