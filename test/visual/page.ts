/** A sheet of every view, as the URL says: `?variant=card&scheme=dark&dir=rtl`. */
import type { Variant } from '../../src/index.ts';
import { showAllViews } from '../helpers/all-views.ts';
import { Stage } from '../helpers/stage.ts';

const asked = new URLSearchParams(location.search);
const variant = (asked.get('variant') ?? 'card') as Variant;
document.documentElement.dir = asked.get('dir') ?? 'ltr';
document.documentElement.style.colorScheme = asked.get('scheme') ?? 'light';
const main = document.querySelector('main');
if (!main) throw new Error('The page has no <main>.');
main.className = variant;
main.style.cssText = asked.get('style') ?? '';

await showAllViews(
  new Stage(),
  (view) => {
    const cell = document.createElement('div');
    cell.id = view;
    main.append(cell);
    return cell;
  },
  { variant, lang: asked.get('lang') ?? '' },
  { destination_name: asked.get('destination') ?? 'LinkedIn', name: asked.get('name') ?? 'Acme brand ads' },
);
await document.fonts.ready;
document.body.dataset['ready'] = '';
