/**
 * A partner's page with one `<destination-oauth>`, for the end-to-end scenarios: the query's parameters become its
 * attributes, and what happens is kept on `window.recorded`.
 */
import '../../src/index.ts';

/** An event of the element with its fields, or an error of the page. */
export type Recorded = { type: string } & Record<string, unknown>;

declare global {
  interface Window {
    recorded: Recorded[];
    /** What went wrong in the page itself. */
    failures: string[];
    element: HTMLElementTagNameMap['destination-oauth'];
  }
}

window.recorded = [];
window.failures = [];
addEventListener('error', (event) => window.failures.push(event.message));
addEventListener('unhandledrejection', (event) => window.failures.push(String(event.reason)));

document.body.addEventListener('oauth-status-change', ({ type, accountId, oauthStatus, previous }) =>
  window.recorded.push({ type, accountId, oauthStatus, previous }),
);
document.body.addEventListener('oauth-authorized', ({ type, accountId, channel }) =>
  window.recorded.push({ type, accountId, channel }),
);
document.body.addEventListener('oauth-view-change', ({ type, view, previous }) =>
  window.recorded.push({ type, view, previous }),
);
document.body.addEventListener('oauth-error', ({ type, accountId, error }) =>
  window.recorded.push({ type, accountId, code: error.code, message: error.message }),
);

const element = document.createElement('destination-oauth');
for (const [name, value] of new URLSearchParams(location.search)) element.setAttribute(name, value);
window.element = element;
document.body.append(element);
