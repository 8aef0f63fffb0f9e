/**
 * Which elements are near what the user sees, within a screen of it: the others' first reads can wait, as images that load
 * lazily do. One observer a page.
 */
import { MOST_IDS } from './contract.ts';

/** What each element of the page waits for; nothing once it has been near. */
const elements = new Map<Element, (() => void) | undefined>();
let observer: IntersectionObserver | undefined;
let looking: ReturnType<typeof setTimeout> | undefined;

/**
 * Lets those that are near go ahead. Where there are more elements than one request can ask for, others go with them until
 * it is full: a thousand cost ten requests, however they are scrolled.
 */
function arrive(seen: readonly Element[]): void {
  // What has gone ahead already may still be reported.
  const near = seen.filter((element) => elements.get(element));
  let room = near.length && elements.size > MOST_IDS ? MOST_IDS - near.length : 0;
  for (const [element, arrived] of elements)
    if (arrived && (near.includes(element) || room-- > 0)) {
      elements.set(element, undefined);
      observer?.unobserve(element);
      arrived();
    }
}

/** Looks at once, since an observer reports with the next frame, and a tab in the background has none. */
function look(): void {
  looking = undefined;
  arrive(
    [...elements.keys()].filter((element) => {
      const [box] = element.getClientRects();
      return !observer || (box && box.top < 2 * innerHeight && box.bottom > -innerHeight);
    }),
  );
}

/** Calls `arrived` once, when the element is near, unless the returned function has been called. */
export function whenNear(element: Element, arrived: () => void): () => void {
  if ('IntersectionObserver' in window)
    observer ??= new IntersectionObserver(
      (entries) => arrive(entries.flatMap(({ isIntersecting, target }) => (isIntersecting ? target : []))),
      { rootMargin: '100%' },
    );
  // When all that are put into the page in this task have been rendered.
  looking ??= setTimeout(look);
  elements.set(element, arrived);
  observer?.observe(element);
  return () => {
    elements.delete(element);
    observer?.unobserve(element);
  };
}
