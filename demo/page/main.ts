/** The demo page. The element is used as any partner would use it: by its tag, attributes, events and methods. */
import '../../src/index.ts';
import { followSections, showDisplaySwitches, stayAtAddress } from './display.ts';
import { GallerySection } from './gallery/gallery.ts';
import { applyHostCss, showHosts } from './gallery/hosts.ts';
import { installSimulatedProxy } from './gallery/simulated-proxy.ts';
import { LiveSection } from './live/live.ts';
import { showSnippet } from './snippet/snippet.ts';
import { Store } from './store.ts';
import { applyTheme } from './theme/apply.ts';
import { ThemeSection } from './theme/theme.ts';

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
};

const store = new Store();
showDisplaySwitches(byId('display'), store);
installSimulatedProxy();
applyHostCss();
applyTheme(store);
new GallerySection(byId('gallery-root'), store);
showHosts(byId('hosts-root'), store);
new ThemeSection(byId('theme-root'), store);
showSnippet(byId('snippet-root'), store);
followSections();
await new LiveSection(byId('live-root')).start();
stayAtAddress(byId('main'));
