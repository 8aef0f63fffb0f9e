/** Runs in the page of a thousand rows: says when all are rendered and a click would be answered. */
import type { LitElement } from 'lit';
import type { DestinationOAuth } from '../../src/element.ts';

declare global {
  interface Window {
    /** Milliseconds since the navigation began. */
    interactiveAt?: number;
    /** Resolves when every element shows `view`, and that is painted. */
    untilAll: (view: string) => Promise<void>;
  }
}

/** After the next frame has been painted. */
const painted = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

const elements = [...document.querySelectorAll<DestinationOAuth>('destination-oauth')];
const rendering = [...elements, ...document.querySelectorAll<LitElement>('bare-row')];

window.untilAll = async (view) => {
  let missing = elements.filter((element) => element.view !== view).length;
  await new Promise<void>((resolve) => {
    const count = (event: { view: string }): void => {
      if (event.view === view) missing -= 1;
      if (missing > 0) return;
      document.removeEventListener('oauth-view-change', count);
      resolve();
    };
    document.addEventListener('oauth-view-change', count);
    if (missing === 0) resolve();
  });
  await Promise.all(rendering.map((element) => element.updateComplete));
  await painted();
};

await Promise.all(rendering.map((element) => element.updateComplete));
await painted();
window.interactiveAt = performance.now();
