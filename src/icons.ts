/** Own line icons, 24 × 24, drawn with the current colour. Decorative: the status is always said in words. */
import { svg, type SVGTemplateResult } from 'lit';
import type { View } from './flow.ts';

const ALERT = 'M12 8v5m0 4v0M12 4l9 16H3z';

const PATHS: Partial<Record<View, string>> = {
  authorized: 'M5 13l4 4L19 7',
  unauthorized: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  reauthorize: 'M20 11A8 8 0 0 0 5 8L4 9V4m0 5h5m-5 4a8 8 0 0 0 15 3l1-1v5m0-5h-5',
  'not-applicable': 'M6 12h12',
  awaiting: 'M4 5h16v14H4zm0 4h16',
  unconfirmed: 'M9 10a3 3 0 1 1 4 3l-1 1v1m0 3v0',
};

/** The icon of a view; a ring that turns where something is under way. */
export const icon = (view: View): SVGTemplateResult =>
  view === 'loading' || view === 'confirming'
    ? svg`<circle class="ring" cx="12" cy="12" r="8" pathLength="100"></circle>`
    : svg`<path d=${PATHS[view] ?? ALERT}></path>`;
