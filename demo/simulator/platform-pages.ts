import { html } from 'hono/html';
import type { PlatformBrand, PlatformUser } from './platform-brands.ts';

type Markup = ReturnType<typeof html>;

const styles = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: auto 1fr; background: Canvas; color: CanvasText; }
.band { background: var(--brand); color: #fff; padding: 0.875rem 1.5rem; display: flex; align-items: center; gap: 0.75rem; font-weight: 650; font-size: 1.0625rem; }
.mark { inline-size: 1.75rem; block-size: 1.75rem; flex: none; }
main { inline-size: min(100%, 26rem); margin: 0 auto; padding: 2rem 1.5rem 2.5rem; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 0.5rem; letter-spacing: -0.01em; }
p { margin: 0 0 1.25rem; color: color-mix(in srgb, CanvasText 75%, Canvas); }
form { margin: 0; display: grid; gap: 0.75rem; }
form + form { margin-block-start: 0.75rem; }
button { font: inherit; color: inherit; text-align: start; cursor: pointer; border-radius: 0.625rem; padding: 0.75rem 1rem; min-block-size: 2.75rem;
  border: 1px solid color-mix(in srgb, CanvasText 45%, Canvas); background: Canvas; }
button:hover { background: color-mix(in srgb, var(--brand) 9%, Canvas); }
button:focus-visible { outline: 3px solid color-mix(in srgb, var(--brand) 60%, CanvasText); outline-offset: 2px; }
button.user { display: grid; grid-template-columns: auto 1fr; gap: 0 0.875rem; align-items: center; }
button.user .face { grid-row: span 2; inline-size: 2.5rem; block-size: 2.5rem; border-radius: 50%; display: grid; place-items: center; background: var(--brand); color: #fff; font-weight: 600; }
button.user small { color: color-mix(in srgb, CanvasText 70%, Canvas); font-size: 0.875rem; }
button.primary { background: var(--brand); border-color: var(--brand); color: #fff; font-weight: 600; text-align: center; }
button.primary:hover { background: color-mix(in srgb, var(--brand) 88%, #000); }
button.secondary { text-align: center; }
button.link { border: 0; background: none; padding: 0.5rem; text-align: center; text-decoration: underline; text-underline-offset: 0.2em; }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); border-radius: 0.75rem; }
li { padding: 0.75rem 1rem; }
li + li { border-block-start: 1px solid color-mix(in srgb, CanvasText 12%, Canvas); }
.who { display: flex; gap: 0.625rem; align-items: baseline; flex-wrap: wrap; font-size: 0.9375rem; margin-block-end: 1.25rem; }
hr { border: 0; border-block-start: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); margin: 1.25rem 0 0.75rem; }
`;

const page = (brand: PlatformBrand, title: string, body: Markup): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <title>${title} · ${brand.name}</title>
        <style>
          ${styles} :root {
            --brand: ${brand.colour};
          }
        </style>
      </head>
      <body>
        <header class="band">
          <svg class="mark" viewBox="0 0 28 28" aria-hidden="true" fill="currentColor"><path d="${brand.mark}" /></svg>
          ${brand.name}
        </header>
        <main>${body}</main>
      </body>
    </html>`;

const initials = (name: string): string => name.replace(/(\w)\w*\s*/g, '$1');

/** Who signs in. Each user is one button; the form names the user in `user`. */
export const loginPage = (brand: PlatformBrand, users: readonly PlatformUser[], action: string): Markup =>
  page(
    brand,
    'Sign in',
    html`<h1>Sign in to ${brand.name}</h1>
      <p>LiveRamp asks for access to an ad account. Choose who you are.</p>
      <form method="post" action="${action}/login">
        ${users.map(
          (user) =>
            html`<button class="user" name="user" value="${user.id}">
              <span class="face" aria-hidden="true">${initials(user.name)}</span>
              <span>Sign in as ${user.name}</span>
              <small>${user.about}</small>
            </button>`,
        )}
      </form>
      <hr />
      <form method="post" action="${action}/deny"><button class="link" name="deny">Cancel and go back</button></form>`,
  );

export const consentPage = (brand: PlatformBrand, user: PlatformUser, client: string, action: string): Markup =>
  page(
    brand,
    `Allow ${client}?`,
    html`<h1>Allow ${client} to use your ad account?</h1>
      <p class="who">Signed in as <strong>${user.name}</strong></p>
      <ul>
        <li>Deliver audience segments to the ad accounts that you manage</li>
        <li>Stay connected until you take the permission back</li>
      </ul>
      <form method="post" action="${action}/allow"><button class="primary" name="allow">Allow</button></form>
      <form method="post" action="${action}/deny"><button class="secondary" name="deny">Deny</button></form>
      <hr />
      <form method="post" action="${action}/switch">
        <button class="link" name="switch">Back: sign in as someone else</button>
      </form>`,
  );

export const messagePage = (brand: PlatformBrand, title: string, text: string): Markup =>
  page(
    brand,
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
