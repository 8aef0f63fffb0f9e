/** Theme and writing direction of the page. The URL keeps them, so that a view can be shared as a link. */
import { html, nothing, render, type TemplateResult } from 'lit';

const THEMES = [
  ['auto', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;
const DIRECTIONS = [
  ['ltr', 'LTR', 'Left to right'],
  ['rtl', 'RTL', 'Right to left'],
] as const;

/** A set of radio buttons that looks like one control. */
export function segmented<T extends string>(options: {
  legend: string;
  /** Shown above the control, or only read out. */
  legendVisible?: boolean;
  name: string;
  choices: readonly (readonly [value: T, label: string, title?: string])[];
  value: T;
  disabled?: boolean;
  onChange: (value: T) => void;
}): TemplateResult {
  const { legend, legendVisible, name, choices, value, disabled = false, onChange } = options;
  return html`<fieldset class="segmented ${legendVisible ? 'field' : ''}">
    <legend class=${legendVisible ? '' : 'visually-hidden'}>${legend}</legend>
    <div>
      ${choices.map(
        ([choice, label, title]) =>
          html`<label title=${title ?? nothing}>
            <input
              type="radio"
              name=${name}
              value=${choice}
              .checked=${choice === value}
              ?disabled=${disabled}
              @change=${() => onChange(choice)}
            />
            <span>${label}${title && html`<span class="visually-hidden">, ${title}</span>`}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

const remember = (key: string, value: string, initial: string): void => {
  const url = new URL(location.href);
  if (value === initial) url.searchParams.delete(key);
  else url.searchParams.set(key, value);
  history.replaceState(history.state, '', url);
};

export function showDisplaySwitches(root: HTMLElement): void {
  const asked = new URLSearchParams(location.search);
  let theme = THEMES.find(([value]) => value === asked.get('theme'))?.[0] ?? 'auto';
  let direction = DIRECTIONS.find(([value]) => value === asked.get('dir'))?.[0] ?? 'ltr';
  const update = (): void => {
    document.documentElement.dataset['theme'] = theme;
    document.documentElement.dir = direction;
    render(
      html`${segmented({
        legend: 'Theme',
        name: 'theme',
        choices: THEMES,
        value: theme,
        onChange: (value) => {
          theme = value;
          remember('theme', value, 'auto');
          update();
        },
      })}
      ${segmented({
        legend: 'Direction',
        name: 'direction',
        choices: DIRECTIONS,
        value: direction,
        onChange: (value) => {
          direction = value;
          remember('dir', value, 'ltr');
          update();
        },
      })}`,
      root,
    );
  };
  update();
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
