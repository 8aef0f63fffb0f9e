/** Runs in the page of one flow: starts the peer, or finds the element, and keeps what happens with its time. */
import type { PeerSetup } from '../peers/peer.ts';

interface Told {
  /** A view of the element; `result` or `error` of a peer's promise. */
  what: string;
  /** Milliseconds since 1970. */
  at: number;
  detail?: string;
}

export interface Bench {
  ready: boolean;
  told: Told[];
  clickedAt?: number;
  openedAt?: number;
  /** Resolves when one of these has been told, at once if it has been. */
  until: (...whats: string[]) => Promise<Told>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const now = (): number => performance.timeOrigin + performance.now();
const waiting = new Set<() => void>();

const bench: Bench = {
  ready: false,
  told: [],
  until: (...whats) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = bench.told.find(({ what }) => whats.includes(what));
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    }),
};
window.bench = bench;

function tell(what: string, detail?: string): void {
  bench.told.push({ what, at: now(), ...(detail === undefined ? {} : { detail }) });
  for (const look of waiting) look();
}

addEventListener(
  'click',
  ({ timeStamp }) => {
    bench.clickedAt ??= performance.timeOrigin + timeStamp;
  },
  true,
);
const open = window.open.bind(window);
window.open = (...args) => {
  bench.openedAt ??= now();
  return open(...args);
};

const element = document.querySelector('destination-oauth');
if (element) {
  const look = (): void => {
    tell(element.view);
    bench.ready ||= element.view === 'unauthorized';
  };
  element.addEventListener('oauth-view-change', look);
  look();
} else {
  const act = await window.start(JSON.parse(document.querySelector('#setup')?.textContent ?? '{}') as PeerSetup);
  document.querySelector('#go')?.addEventListener('click', () => {
    act().then(
      () => tell('result'),
      (error: unknown) => tell('error', error instanceof Error ? error.message : String(error)),
    );
  });
  bench.ready = true;
}
