import { css } from 'lit';

/**
 * One accent colour and the page's own font and colour scheme give the rest. Private names start with `--_`; each reads
 * the public custom property of the same name first.
 */
export const styles = css`
  :host {
    --_accent: var(--destination-oauth-accent, light-dark(#14c, #9bf));
    --_on-accent: var(--destination-oauth-on-accent, canvas);
    --_surface: var(--destination-oauth-surface, canvas);
    --_text: var(--destination-oauth-text, canvastext);
    --_muted: var(--destination-oauth-muted, color-mix(in srgb, canvastext 70%, canvas));
    --_border: var(--destination-oauth-border, color-mix(in srgb, canvastext 20%, canvas));
    --_success: var(--destination-oauth-success, light-dark(#163, #7d9));
    --_warning: var(--destination-oauth-warning, light-dark(#840, #fb6));
    --_danger: var(--destination-oauth-danger, light-dark(#a21, #f99));
    --_radius: var(--destination-oauth-radius, 12px);
    --_button-radius: var(--destination-oauth-button-radius, 8px);
    --_space: var(--destination-oauth-space, 16px);
    --_tone: var(--_muted);
    display: block;
    container-type: inline-size;
    color: var(--_text);
    font-family: var(--destination-oauth-font, inherit);
    font-size: var(--destination-oauth-font-size, 0.875rem);
    line-height: 1.5;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  :host([variant='button']) {
    display: inline-block;
    container-type: normal;
  }
  .accent {
    --_tone: var(--_accent);
  }
  .success {
    --_tone: var(--_success);
  }
  .warning {
    --_tone: var(--_warning);
  }
  .danger {
    --_tone: var(--_danger);
  }
  .base {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    column-gap: var(--_space);
    align-items: start;
  }
  .card {
    padding: var(--_space);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: var(--_button-radius);
  }
  .icon,
  .status {
    background: color-mix(in srgb, var(--_tone) 10%, transparent);
    color: var(--_tone);
  }
  svg {
    inline-size: 1.25rem;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  @media (prefers-reduced-motion: no-preference) {
    .loading,
    .confirming {
      animation: turn 1s linear infinite;
    }
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: baseline;
    overflow-wrap: anywhere;
  }
  .title,
  .status,
  button {
    font-weight: 600;
  }
  .status {
    padding: 0 0.5rem;
    border-radius: 1rem;
    font-size: 0.875em;
  }
  .name,
  p {
    color: var(--_muted);
  }
  /* Texts read in their own direction, and stand where the page's direction puts them. */
  .head > *,
  p,
  button {
    unicode-bidi: plaintext;
    text-align: match-parent;
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .message {
    color: var(--_text);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    grid-column: 2;
    gap: 0.5rem;
  }
  .actions > * {
    margin-block-start: 0.75rem;
  }
  .footer {
    display: block;
    grid-column: 1 / -1;
  }
  button {
    min-block-size: 2.25rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--_border);
    border-radius: var(--_button-radius);
    background: none;
    color: inherit;
    font: inherit;
    font-weight: 600;
    text-align: center;
    cursor: pointer;
  }
  button:hover {
    background: color-mix(in srgb, currentcolor 10%, transparent);
  }
  .primary,
  .primary:hover {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  button:disabled,
  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.6;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @container (inline-size > 30rem) {
    .compact {
      grid-template-columns: auto minmax(0, 1fr) auto;
      align-items: center;
    }
    .compact .actions {
      grid-column: 3;
    }
    .compact .actions > * {
      margin: 0;
    }
  }
  @container (inline-size < 20rem) {
    .actions {
      grid-column: 1 / -1;
    }
    .actions > * {
      flex: 1 1 auto;
    }
  }
  @media (forced-colors: active) {
    .icon,
    .status {
      border: 1px solid;
    }
  }
`;
