/** Own line icons, 24 × 24, drawn with the current colour. Decorative: the status is always said in words. */
import { svg, type SVGTemplateResult } from 'lit';
import type { View } from './flow.ts';

const CHECK = 'M5 12.5l4.5 4.5L19 7.5';
const LINK = 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17';
const RENEW = 'M20 11A8 8 0 0 0 6 6.3L4 8.500M4 4v4.500h4.500M4 13a8 8 0 0 0 14 4.700l2-2.200M20 20v-4.500h-4.500';
const ALERT = 'M12 8v5M12 16.500v.01M12 3.500l9.500 16.500h-19z';
const WINDOW = 'M4 5h16v14H4zM4 9h16';
const QUESTION = 'M9 9.500a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.01';
const DASH = 'M6 12h12';

const PATHS: Partial<Record<View, string>> = {
  authorized: CHECK,
  unauthorized: LINK,
  reauthorize: RENEW,
  'not-applicable': DASH,
  awaiting: WINDOW,
  unconfirmed: QUESTION,
};

/** The icon of a view; a ring that turns where something is under way. */
export const icon = (view: View): SVGTemplateResult =>
  view === 'loading' || view === 'confirming'
    ? svg`<circle class="ring" cx="12" cy="12" r="8" pathLength="100"></circle>`
    : svg`<path d=${PATHS[view] ?? ALERT}></path>`;
