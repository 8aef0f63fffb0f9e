/** The HTML of the benchmark's pages, by the first segment of their path. */

export const PROXY_PATH = '/api/destination-oauth';
export const ROWS = 1_000;
export const rowId = (index: number): string => `row-${index}`;

const page = (head: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Benchmark</title><link rel="icon" href="data:,">
<style>body { font: 14px/1.4 sans-serif; margin: 1rem } button#go { width: 200px; height: 40px }</style>${head}</head>
<body>${body}</body></html>`;

const script = (name: string): string => `<script type="module" src="/script/${name}.js"></script>`;

/** JSON that cannot end its script element. */
const json = (id: string, value: string): string =>
  `<script type="application/json" id="${id}">${value.replaceAll('<', '\\u003c')}</script>`;

const tags = (open: (index: number) => string): string => Array.from({ length: ROWS }, (_, i) => open(i)).join('\n');

/** What rows that are no elements of this project stamp. */
export interface Template {
  html: string;
  /** When the status has been read. */
  then: string;
  css: string;
}

/** The style sheet of a shadow root, for the same DOM outside of one. */
const outside = (css: string): string =>
  css.replaceAll(/:host\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g, '.row$1').replaceAll(':host', '.row');

function rows(kind: string, query: URLSearchParams, template: string): string {
  if (kind === 'element') {
    const loading = query.get('loading') ?? 'eager';
    const tag = (index: number): string =>
      `<destination-oauth variant="compact" loading="${loading}" account-id="${rowId(index)}" proxy-url="${PROXY_PATH}"></destination-oauth>`;
    return page(script('element'), tags(tag) + script('rows'));
  }
  const { html, css } = JSON.parse(template) as Template;
  if (kind === 'lit')
    return page(
      json('template', template) + script('bare-rows'),
      tags((i) => `<bare-row variant="compact" account-id="${rowId(i)}"></bare-row>`) + script('rows'),
    );
  const row = (): string => `<div class="row" variant="compact">${html}</div>`;
  return page(`<style>${outside(css)}</style>`, tags(row) + script('rows'));
}

type Render = (name: string, query: URLSearchParams, template: string) => string;

export const PAGES: Readonly<Record<string, Render>> = {
  /** One button, of the element or of a peer. */
  flow: (name, query) => {
    const account = `<destination-oauth account-id="${query.get('account') ?? ''}" proxy-url="${PROXY_PATH}"></destination-oauth>`;
    const subject = name === 'element' ? account : '<button id="go">Connect</button>';
    return page('', subject + json('setup', query.get('setup') ?? '{}') + script(name) + script('harness'));
  },
  /** Where a peer's popup comes back to. */
  return: (name) => page('', script(`${name}-return`)),
  /** A script by itself. */
  evaluate: (name) => page('', name === 'nothing' ? '' : script(name)),
  rows,
};
