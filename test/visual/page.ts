/**
 * A sheet of every view, as the URL says. `variant`, `lang`; `scheme` and `dir` of the page; `names`, by view as
 * JSON, destination and account, of which `*` stands for the rest; `views`, those to leave on the sheet; `css`, for the page; `style`, for the sheet.
 */
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-600.css';
import type { Variant } from '../../src/index.ts';
import { showAllViews } from '../helpers/all-views.ts';
import { part, Stage } from '../helpers/stage.ts';

const asked = new URLSearchParams(location.search);
const variant = (asked.get('variant') ?? 'card') as Variant;
const lang = asked.get('lang') ?? 'en';
const names = JSON.parse(asked.get('names') ?? '{}') as Record<string, [destination: string, account: string]>;
const wanted = asked.get('views')?.split(',');

const root = document.documentElement;
root.dir = asked.get('dir') ?? 'ltr';
root.style.colorScheme = asked.get('scheme') ?? 'light';
const css = document.head.appendChild(document.createElement('style'));
css.textContent = asked.get('css');
const sheet = document.body.appendChild(document.createElement('main'));
sheet.className = variant;
sheet.style.cssText = asked.get('style') ?? '';

const stage = new Stage();
const elements = await showAllViews(
  stage,
  (view) => {
    const cell = sheet.appendChild(document.createElement('div'));
    cell.id = view;
    return cell;
  },
  { variant, lang },
  (view) => {
    const [destination, account] = names[view] ?? names['*'] ?? ['LinkedIn', 'Acme brand ads'];
    return { destination_name: destination, name: account };
  },
);
// The clock stands still; what is loaded comes nevertheless.
stage.clock?.restore();
const speak = (): boolean => [...elements.values()].every((element) => part(element, 'base')?.lang === lang);
while (!speak()) await new Promise(requestAnimationFrame);
for (const [view, element] of elements) if (wanted && !wanted.includes(view)) element.parentElement?.remove();
for (const view of wanted ?? []) sheet.append(document.getElementById(view) ?? '');
await document.fonts.ready;
document.body.dataset['ready'] = '';
