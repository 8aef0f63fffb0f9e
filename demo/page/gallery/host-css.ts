/** What a page of each kind says, for the element to look at home in it. */
import type { Host } from '../settings.ts';

const rule = (values: Record<string, string>): string =>
  `destination-oauth {\n${Object.entries(values)
    .map(([name, value]) => `  --destination-oauth-${name}: ${value};`)
    .join('\n')}\n}`;

export const HOST_CSS: Record<Host, string> = {
  bare: '',
  bootstrap: rule({
    accent: 'var(--bs-primary)',
    'on-accent': 'var(--bs-white)',
    surface: 'var(--bs-body-bg)',
    text: 'var(--bs-body-color)',
    muted: 'var(--bs-secondary-color)',
    border: 'var(--bs-border-color)',
    success: 'var(--bs-success-text-emphasis)',
    warning: 'var(--bs-warning-text-emphasis)',
    danger: 'var(--bs-danger-text-emphasis)',
    radius: 'var(--bs-border-radius)',
    'button-radius': 'var(--bs-border-radius)',
  }),
  material: rule({
    accent: 'var(--md-sys-color-primary)',
    'on-accent': 'var(--md-sys-color-on-primary)',
    surface: 'var(--md-sys-color-surface-container-low)',
    text: 'var(--md-sys-color-on-surface)',
    muted: 'var(--md-sys-color-on-surface-variant)',
    border: 'var(--md-sys-color-outline-variant)',
    danger: 'var(--md-sys-color-error)',
    radius: '12px',
    'button-radius': '20px',
  }),
  tailwind: rule({
    accent: 'light-dark(var(--color-indigo-600), var(--color-indigo-400))',
    'on-accent': 'light-dark(var(--color-white), var(--color-gray-950))',
    surface: 'light-dark(var(--color-white), var(--color-gray-900))',
    text: 'light-dark(var(--color-gray-900), var(--color-gray-100))',
    muted: 'light-dark(var(--color-gray-600), var(--color-gray-400))',
    border: 'light-dark(var(--color-gray-200), var(--color-gray-700))',
    radius: 'var(--radius-xl)',
    'button-radius': 'var(--radius-md)',
  }),
};
