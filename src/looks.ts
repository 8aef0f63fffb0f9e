/**
 * How each view looks: its tone, which names the colour and, but for `success`, asks for the main button; and its icon, drawn
 * with the current colour on 24 × 24. Icons are decorative: the status is always said in words.
 */
import type { View } from './flow.ts';

const RING = 'M12 4a8 8 0 1 1-8 8';
const WINDOW = 'M4 5h16v14H4z';

export const LOOKS: Readonly<
  Record<View, readonly [tone: '' | 'accent' | 'success' | 'warning' | 'danger', icon: string]>
> = {
  loading: ['', RING],
  'not-applicable': ['', 'M6 12h12'],
  unauthorized: ['accent', 'M5 11h14v9H5zm3 0V8a4 4 0 0 1 8 0v3'],
  reauthorize: ['warning', 'M20 12a8 8 0 1 1-2.3-5.7L20 8.5V4m0 4.5h-4.5'],
  authorized: ['success', 'M5 12.5l5 5L19 7'],
  awaiting: ['', `${WINDOW}m0 4h16`],
  confirming: ['', RING],
  incomplete: ['warning', 'M12 4 3 19.5h18zm0 6v4m0 2.5v0'],
  unconfirmed: ['warning', 'M9 9a3 3 0 1 1 3 4v1m0 4v0'],
  blocked: ['danger', `${WINDOW}m5.5 4.5 5 5m0-5-5 5`],
  failed: ['danger', 'M7 7l10 10m0-10L7 17'],
  error: ['danger', 'M12 5v9m0 5v0'],
};
