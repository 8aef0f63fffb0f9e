/** The demo page. The element is used as any partner would use it: by its tag, attributes, events and methods. */
import '../../src/index.ts';
import { followSections, showDisplaySwitches } from './display.ts';
import { LiveSection } from './live/live.ts';
import { showSnippet } from './snippet/snippet.ts';

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
};

showDisplaySwitches(byId('display'));
showSnippet(byId('snippet-root'));
followSections();
await new LiveSection(byId('live-root')).start();
