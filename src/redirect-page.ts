/**
 * What runs in the proxy's own pages, in the popup. `scripts/generate-page-script.ts` bundles it into
 * `proxy/page-script.generated.ts`; nothing imports it.
 */
import { announce, closeWindow, type Announcement } from './redirect.ts';

interface PageData {
  announcements: Announcement[];
  /** The page has nothing to say to the customer: close it. */
  close: boolean;
}

const element = (id: string): HTMLElement | null => document.getElementById(id);
const data = JSON.parse(element('data')?.textContent ?? '') as PageData;
const showText = (): void => element('closing')?.removeAttribute('hidden');

element('close')?.addEventListener('click', () => closeWindow(showText));
void announce(data.announcements).then(() => {
  if (data.close) closeWindow(showText);
});
