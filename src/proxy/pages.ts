import type { Hint, ProblemCode } from '../contract.ts';
import { randomToken } from './crypto.ts';
import type { Announcement } from './flows.ts';
import { PAGE_SCRIPT } from './page-script.generated.ts';
import { statusOf, type ProblemError } from './problems.ts';

interface Text {
  readonly title: string;
  readonly advice: string;
}

const NEUTRAL: Text = {
  title: 'Nothing to do here',
  advice: 'You can close this window and go back to the page you came from.',
};
const DONE: Text = { title: 'Back from the destination', advice: 'The page you came from now checks the result.' };

const AGAIN = 'Close this window, go back to the page you came from and try again.';
const RELOAD = 'Close this window, reload the page you came from and try again.';

/** What went wrong in the customer's words, and what to do. Codes that are not here share `internal_error`'s text. */
const TEXTS: Partial<Record<ProblemCode, Text>> = {
  invalid_request: { title: 'This link is incomplete', advice: RELOAD },
  invalid_account_id: { title: 'This link is incomplete', advice: RELOAD },
  invalid_flow: { title: 'This link is incomplete', advice: RELOAD },
  unauthenticated: {
    title: 'You are not signed in',
    advice: 'Close this window, sign in on the page you came from and try again.',
  },
  invalid_ticket: {
    title: 'This link is not yours',
    advice:
      'It was made for another user, or it is damaged. Close this window, reload the page you came from and try again.',
  },
  expired_ticket: { title: 'This link has expired', advice: RELOAD },
  account_not_found: {
    title: 'Destination account not found',
    advice:
      'It may have been removed, or you may not have access to it. Close this window and reload the page you came from.',
  },
  flow_conflict: { title: 'This link has been used', advice: AGAIN },
  authorization_not_applicable: {
    title: 'No authorization needed',
    advice: 'This destination account works without one. You can close this window.',
  },
  method_not_allowed: NEUTRAL,
  rate_limited: {
    title: 'Too many attempts',
    advice: 'Close this window, wait a minute and try again.',
  },
  upstream_rejected: {
    title: 'LiveRamp refused to begin',
    advice: 'Close this window and try again. If it happens once more, tell your administrator.',
  },
  upstream_unavailable: {
    title: 'LiveRamp cannot be reached',
    advice: 'Nothing was changed. Close this window and try again in a few minutes.',
  },
  upstream_timeout: {
    title: 'LiveRamp is taking too long',
    advice: 'Nothing was changed. Close this window and try again in a few minutes.',
  },
  store_unavailable: {
    title: 'The service is busy',
    advice: 'Nothing was changed. Close this window and try again in a minute.',
  },
};
const FALLBACK: Text = {
  title: 'Something went wrong on our side',
  advice: 'Close this window and try again. If it happens once more, tell your administrator.',
};

/** What a failed begin hints at: the element then asks the proxy for the truth. */
export function hintFor(code: ProblemCode): Hint {
  const status = statusOf(code);
  if (status === 503 || status === 504 || code === 'rate_limited') return 'service_unavailable';
  return status >= 500 ? 'internal_server_error' : 'unprocessable_entity';
}

const STYLE = `:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--ground:#f6f8fa;--accent:#0a58ca}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--line:#30363d;--paper:#161b22;--ground:#0d1117;--accent:#6ea8fe}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:26rem;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .5rem;font-size:1.25rem;line-height:1.3;text-wrap:balance}
p{margin:0 0 1rem;color:var(--soft)}
main>:last-child{margin-bottom:0}
small{font-size:.8125rem;overflow-wrap:anywhere}
a,button{display:inline-block;padding:.5rem 1rem;border:1px solid var(--accent);border-radius:.5rem;background:none;color:var(--accent);font:inherit;text-decoration:none;cursor:pointer}
a:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[hidden]{display:none}`;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

interface Page {
  readonly status: number;
  readonly text: Text;
  readonly content?: string;
  readonly announcements?: readonly Announcement[];
  readonly close?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers of SECURITY: one nonce for the page's own style and script, nothing else runs, nobody frames it. */
function render({ status, text, content = '', announcements = [], close = false, headers = {} }: Page): Response {
  const nonce = randomToken();
  const data = JSON.stringify({ announcements, close }).replace(/</g, '\\u003c');
  const scripts = announcements.length
    ? `<script type="application/json" id="data" nonce="${nonce}">${data}</script><script nonce="${nonce}">${PAGE_SCRIPT}</script>`
    : '';
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escape(text.title)}</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>${escape(text.title)}</h1><p>${escape(text.advice)}</p>${content}</main>${scripts}</body></html>`;
  return new Response(html, {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

/** Says nothing of any flow: for whoever comes here without one. */
export const neutralPage = (status: number, headers: Record<string, string> = {}): Response =>
  render({ status, text: NEUTRAL, headers });

/** Announces the flows that have just returned to this browser, and closes. */
export const donePage = (announcements: readonly Announcement[]): Response =>
  render({
    status: 200,
    text: DONE,
    content:
      '<p id="closing" role="status" hidden>You can close this window.</p><noscript><p>You can close this window.</p></noscript>',
    announcements,
    close: true,
  });

/** A failed begin. Stays open, since it says what to do; tells the page that opened it. */
export function errorPage(
  error: ProblemError,
  requestId: string,
  announcements: readonly Announcement[],
  returnTo: string | undefined,
  headers: Record<string, string> = {},
): Response {
  const text = TEXTS[error.code] ?? FALLBACK;
  const way = returnTo
    ? `<p><a href="${escape(returnTo)}">Back to the page</a></p>`
    : announcements.length
      ? '<p><button id="close" type="button">Close this window</button></p><p id="closing" role="status" hidden>Your browser keeps this window open: please close it yourself.</p>'
      : '';
  return render({
    status: statusOf(error.code),
    text,
    content: `${way}<p><small>Reference for support: ${escape(requestId)}</small></p>`,
    announcements,
    headers,
  });
}
