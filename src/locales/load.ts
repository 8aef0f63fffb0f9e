/**
 * Where the other languages' texts come from, by language subtag. Plain imports of literal names, so that a bundler splits
 * them off; beside the drop-in file they are files of these names.
 */
import type { Messages } from './en.ts';

export const LOCALES: Readonly<Record<string, () => Promise<{ default: Messages }>>> = {
  ar: () => import('./ar.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  fr: () => import('./fr.ts'),
  it: () => import('./it.ts'),
  ja: () => import('./ja.ts'),
  ko: () => import('./ko.ts'),
  nl: () => import('./nl.ts'),
  pl: () => import('./pl.ts'),
  pt: () => import('./pt-BR.ts'),
  zh: () => import('./zh-CN.ts'),
};
