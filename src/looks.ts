/**
 * How each view looks: its tone, which names the colour and, but for `success`, asks for the main button; and its icon, drawn
 * with the current colour on 24 × 24. Icons are decorative: the status is always said in words.
 */
import type { View } from './flow.ts';

const ALERT = 'M12 4v10m0 5v0';
const RING = 'M12 4a8 8 0 1 1-8 8';

export const LOOKS: Readonly<
  Record<View, readonly [tone: '' | 'accent' | 'success' | 'warning' | 'danger', icon: string]>
> = {
  loading: ['', RING],
  'not-applicable': ['', 'M6 12h12'],
  unauthorized: ['accent', 'M6 11h12v9H6zm3 0V8a3 3 0 0 1 6 0v3'],
  reauthorize: ['warning', 'M19 12a7 7 0 1 1-2-5l2 2V4m0 5h-5'],
  authorized: ['success', 'M5 13l4 4L19 7'],
  awaiting: ['', 'M4 5h16v14H4zm0 4h16'],
  confirming: ['', RING],
  incomplete: ['warning', ALERT],
  unconfirmed: ['warning', 'M9 9a3 3 0 1 1 3 4v1m0 5v0'],
  blocked: ['warning', ALERT],
  failed: ['danger', ALERT],
  error: ['danger', ALERT],
};
