/** Takes over what a server has rendered: the markup first, as a browser parses it, then the element. */

declare global {
  interface Window {
    /** Resolves when the element is registered and has been updated. */
    hydrate?: (markup: string) => Promise<void>;
    /** What was rendered by the server, to be compared with what shows. */
    rendered?: Element | null | undefined;
    problems: string[];
  }
}

window.problems = [];
addEventListener('error', ({ message }) => window.problems.push(message));
addEventListener('unhandledrejection', ({ reason }) => window.problems.push(String(reason)));

window.hydrate = async (markup) => {
  document.body.setHTMLUnsafe(markup);
  const element = document.querySelector('destination-oauth');
  window.rendered = element?.shadowRoot?.querySelector('[part="base"]');
  await import('@lit-labs/ssr-client/lit-element-hydrate-support.js');
  await import('../../src/index.ts');
  await element?.updateComplete;
};
