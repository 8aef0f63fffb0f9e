/** Theme and writing direction of the page, and which section is in view. */
import { html, render } from 'lit';
import { segmented } from './controls.ts';
import type { Direction, Theme } from './settings.ts';
import type { Store } from './store.ts';

const THEMES: readonly (readonly [Theme, string, string])[] = [
  ['auto', 'Auto', 'As your system has it'],
  ['light', 'Light', ''],
  ['dark', 'Dark', ''],
  ['contrast', 'Contrast', 'High contrast, as forced colours look'],
];
const DIRECTIONS: readonly (readonly [Direction, string, string])[] = [
  ['ltr', 'LTR', 'Left to right'],
  ['rtl', 'RTL', 'Right to left'],
];

export function showDisplaySwitches(root: HTMLElement, store: Store): void {
  store.subscribe(({ theme, dir }) => {
    document.documentElement.dataset['theme'] = theme;
    document.documentElement.dir = dir;
    render(
      html`${segmented({
        legend: 'Theme',
        name: 'theme',
        choices: THEMES,
        value: theme,
        onChange: (value) => store.set({ theme: value }),
      })}
      ${segmented({
        legend: 'Direction',
        name: 'direction',
        choices: DIRECTIONS,
        value: dir,
        onChange: (value) => store.set({ dir: value }),
      })}`,
      root,
    );
  });
}

/** Marks the section in view in the navigation. */
export function followSections(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.bar nav a')];
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const link of links) {
          if (link.hash === `#${target.id}`) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
      }
    },
    { rootMargin: '-35% 0px -60% 0px' },
  );
  for (const link of links) {
    const section = document.querySelector(link.hash);
    if (section) observer.observe(section);
  }
}

/**
 * Goes to the section that the address names, where the browser went when little of the page was there yet, and back to it
 * while what is above grows, unless somebody has scrolled: WebKit does not keep the place by itself.
 */
export function stayAtAddress(page: HTMLElement): void {
  const section = document.getElementById(location.hash.slice(1));
  if (!section) return;
  let left: number | undefined;
  const observer = new ResizeObserver(() => {
    if (left !== undefined && scrollY !== left) return observer.disconnect();
    section.scrollIntoView();
    left = scrollY;
  });
  observer.observe(page);
}
