/** The fault matrix: what can go wrong, and where it must end. */
import type { Fault } from './fault-trial.ts';
import { FRAMES, OPENERS, POPUPS } from './faults-windows.ts';
import { CLOCKS, MANY, MESSAGES, PAGES, SERVERS } from './faults-page.ts';

export interface FaultGroup {
  title: string;
  faults: readonly Fault[];
  /** Faults that need no second engine and no real popup, and where they are tested. */
  elsewhere?: readonly { name: string; where: string }[];
}

export const FAULTS: readonly FaultGroup[] = [
  { title: 'Opener policies and the redirect page', faults: OPENERS },
  { title: 'Frames', faults: FRAMES },
  { title: 'Popups', faults: POPUPS },
  { title: 'The page', faults: PAGES },
  { title: 'Many at once', faults: MANY },
  {
    title: 'Messages and storage',
    faults: MESSAGES,
    elsewhere: [
      { name: 'message delayed by a minute', where: 'test/faults.browser.test.ts' },
      { name: 'messages forged, flooded, of another flow', where: 'test/destination-oauth-flow.browser.test.ts' },
    ],
  },
  {
    title: 'Clocks',
    faults: CLOCKS,
    elsewhere: [{ name: 'timers held up in a background tab', where: 'test/faults.browser.test.ts' }],
  },
  { title: 'Proxy and LiveRamp', faults: SERVERS },
];
