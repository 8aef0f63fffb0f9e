/** The theme on the whole page, and the properties that there are. */
import source from '../../../src/destination-oauth.ts?raw';
import type { Store } from '../store.ts';
import { readProperties } from './properties.ts';
import { cssOf } from './style.ts';

export const PROPERTIES = readProperties(source);

/** Every element but those of the pages that have a look of their own. */
const SELECTOR = ':root destination-oauth:not(.browser *)';

export function applyTheme(store: Store): void {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  store.subscribe(({ style }, previous) => {
    if (style !== previous?.style) sheet.replaceSync(cssOf(style, PROPERTIES, SELECTOR));
  });
}
