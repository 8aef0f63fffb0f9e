import { css } from 'lit';

/**
 * One accent colour and the page's own font, text colour and colour scheme give the rest. Private names start with `--_`;
 * each reads the public custom property of the same name first. Lengths are in `em`, so that the page's text size sets
 * them all.
 *
 * No view moves what stands around it: `data-reserve` holds the longest texts that may come, which an invisible `::after`
 * makes room for; `data-or` another one that may take more lines.
 */
export const styles = css`
  :host {
    /* System colours follow color-scheme without light-dark(), which older engines lack. */
    --_accent: var(--destination-oauth-accent, color-mix(in srgb, #16f 76%, canvastext));
    --_on-accent: var(--destination-oauth-on-accent, canvas);
    --_muted: var(--destination-oauth-muted, color-mix(in srgb, currentcolor 80%, transparent));
    --_border: var(--destination-oauth-border, color-mix(in srgb, currentcolor 20%, transparent));
    --_success: var(--destination-oauth-success, color-mix(in srgb, #085 65%, currentcolor));
    --_warning: var(--destination-oauth-warning, color-mix(in srgb, #b60 65%, currentcolor));
    --_danger: var(--destination-oauth-danger, color-mix(in srgb, #d22 65%, currentcolor));
    --_button-radius: var(--destination-oauth-button-radius, 8px);
    --_space: var(--destination-oauth-space, 1em);
    --_duration: var(--destination-oauth-duration, 0.2s);
    --_tone: var(--_muted);
    display: block;
    container-type: inline-size;
    color: var(--destination-oauth-text, inherit);
    font-family: var(--destination-oauth-font, inherit);
    font-size: var(--destination-oauth-font-size, inherit);
    line-height: 1.5;
    text-align: start;
  }
  /* Black or white, whichever has more contrast: WCAG's relative luminance against 0.18, where both have 4.6:1. */
  @supports (color: color(from red srgb-linear r g b)) {
    :host {
      --_white: clamp(0, (0.18 - 0.2126 * r - 0.7152 * g - 0.0722 * b) * 1e4, 1);
      --_on-accent: var(
        --destination-oauth-on-accent,
        color(from var(--_accent) srgb-linear var(--_white) var(--_white) var(--_white))
      );
    }
  }
  :host([hidden]) {
    display: none;
  }
  :host([variant='button']) {
    display: inline-block;
    container-type: normal;
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
    column-gap: calc(var(--_space) * 0.75);
    align-items: start;
  }
  .card {
    padding: var(--_space);
    border: 1px solid var(--_border);
    border-radius: var(--destination-oauth-radius, 12px);
    background: var(--destination-oauth-surface, canvas);
    color: var(--destination-oauth-text, canvastext);
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 2.5em;
    block-size: 2.5em;
    border-radius: var(--_button-radius);
  }
  .icon,
  .status {
    background: color-mix(in srgb, currentcolor 10%, transparent);
    color: var(--_tone);
  }
  .accent .icon {
    color: var(--_accent);
  }
  svg {
    inline-size: 1.375em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .body,
  .body > div {
    display: contents;
  }
  .status {
    display: block;
    inline-size: fit-content;
    padding-inline: 0.625em;
    border-radius: 1em;
    font-size: 0.8em;
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
    text-align: -webkit-match-parent;
    text-align: match-parent;
    overflow-wrap: anywhere;
  }
  p {
    margin: 0;
  }
  p,
  .body::before,
  .body::after,
  .actions {
    grid-column: 2;
    margin-block-start: 0.5em;
    font-size: 0.9em;
  }
  p:first-of-type,
  .body::before,
  .body::after {
    grid-row: 2;
  }
  .body::before,
  [data-reserve]::after {
    content: attr(data-reserve);
    display: block;
    visibility: hidden;
    overflow-wrap: anywhere;
  }
  .body::before {
    content: attr(data-or);
  }
  .message {
    color: inherit;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 0.5em;
    margin-block-start: 1em;
  }
  .main,
  .more {
    min-block-size: 2.5em;
  }
  .main {
    display: grid;
    align-items: center;
  }
  .main .status {
    margin: auto;
  }
  .main::after,
  .more::after {
    block-size: 0;
    padding-inline: 1.25em;
    overflow: hidden;
    white-space: pre-wrap;
  }
  .footer {
    display: block;
    grid-column: 1 / -1;
  }
  button {
    min-block-size: 2.5em;
    padding: 0.375em 0.625em;
    border: 1px solid transparent;
    border-radius: var(--_button-radius);
    background: none;
    color: inherit;
    font: inherit;
    text-align: center;
    cursor: pointer;
  }
  .title,
  .status,
  .main::after,
  .more::after,
  button {
    font-weight: 600;
  }
  .main button {
    inline-size: 100%;
    padding-inline: 1.125em;
    border-color: var(--_border);
  }
  button:hover {
    background: color-mix(in srgb, currentcolor 8%, transparent);
  }
  button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .primary:hover {
    box-shadow: 0 0 0 3px color-mix(in srgb, var(--_accent) 25%, transparent);
  }
  button:focus-visible {
    outline: 2px solid;
    outline-offset: 2px;
  }
  .primary:focus-visible {
    outline-color: color-mix(in srgb, var(--_accent), canvastext);
  }
  button:disabled,
  button[aria-disabled='true'] {
    box-shadow: none;
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
  @media (prefers-reduced-motion: no-preference) {
    /* Words are never on their way between two colours, where their contrast would be anyone's guess. */
    /* And only where the user is: a thousand rows that learn their status at once have no colours to fade. */
    :host(:is(:hover, :focus-within)) .icon {
      transition: color var(--_duration);
    }
    button {
      transition: box-shadow var(--_duration);
    }
    /* A list of rows that are being read says so in words, and turns no wheels. */
    .card .loading,
    .confirming {
      animation: turn calc(var(--_duration) * 5) linear infinite;
    }
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @container (inline-size > 30rem) {
    .compact {
      grid-template-columns: auto minmax(0, 1fr) auto;
      align-items: center;
    }
    .compact .body {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      align-items: center;
    }
    .compact .body > div,
    .compact .body::before,
    .compact .body::after {
      display: block;
      grid-area: 1 / 1;
      margin: 0;
    }
    /* As high as the lines of the smaller text. */
    .compact .body > div {
      line-height: 1.35;
    }
    /* The status in a line of its own. */
    .compact .body::before,
    .compact .body::after {
      padding-block-start: 3em;
    }
    .compact .status {
      margin-block: 0.15em;
    }
    .compact p {
      display: inline;
    }
    .compact .actions {
      flex-direction: column;
      grid-area: 1 / 3;
      align-items: end;
      justify-content: center;
      gap: 0;
      min-block-size: 5em;
      margin: 0;
    }
    .compact .more,
    .compact .more button {
      min-block-size: 0;
      text-align: end;
    }
  }
  @container (inline-size > 40rem) {
    .compact .head {
      display: flex;
      gap: 0.5em;
      align-items: center;
      white-space: nowrap;
    }
    .compact .title,
    .compact .name {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .compact .name {
      flex-shrink: 1e4;
    }
    .compact .body::before,
    .compact .body::after {
      padding-block-start: 1.5em;
    }
  }
  @container (inline-size < 26rem) {
    p,
    .body::before,
    .body::after,
    .actions {
      grid-column: 1 / -1;
    }
  }
  @container (inline-size < 20rem) {
    /* A status may take two lines. */
    .head {
      min-block-size: 3.9em;
    }
    .main {
      flex: 1 1 100%;
    }
  }
  @media (forced-colors: active) {
    .icon,
    .status {
      border: 1px solid;
    }
  }
`;
