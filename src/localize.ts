/** Which language an element speaks: found in the page, followed as it changes, loaded when it is not English. */
import { en, type Messages } from './locales/en.ts';
import { LOCALES } from './locales/load.ts';

export interface Locale {
  /** A table of another version, out of a cache, may lack some. */
  readonly texts: Partial<Messages>;
  /** The texts' language: the page's own tag where the texts are in that language, else `en`. BCP 47. */
  readonly lang: string;
  /** The page's tag, whether or not there are texts in that language; undefined where it has none, or a malformed one. */
  readonly wanted: string | undefined;
}

/** What speaks a language. */
export interface Speaker extends Element {
  requestUpdate(): void;
}

export const ENGLISH: Locale = { texts: en, lang: 'en', wanted: undefined };

const WATCHED: MutationObserverInit = { attributeFilter: ['lang'], subtree: true };

/** By tag, as the page writes it; undefined while it is on its way. */
const locales = new Map<string, Locale | undefined>();
const speakers = new Set<Speaker>();
let observer: MutationObserver | undefined;

const speak = (): void => speakers.forEach((speaker) => speaker.requestUpdate());

/** From here on `speaker` is asked for an update when its language may have changed. */
export function join(speaker: Speaker): void {
  observer ??= new MutationObserver(speak);
  speakers.add(speaker);
  speaker.requestUpdate();
}

export function leave(speaker: Speaker): void {
  speakers.delete(speaker);
  // Those who join again have what is above them watched again.
  if (!speakers.size) observer?.disconnect();
}

/** The nearest `lang` at or above `speaker`, as the page is composed. Watches all that it passes. */
function tagOf(speaker: Speaker): string {
  let tag: string | null = null;
  for (let element: Element | null = speaker; element;) {
    tag ??= element.getAttribute('lang');
    const parent: Element | null = element.assignedSlot ?? element.parentElement;
    if (parent) element = parent;
    else {
      const root = element.getRootNode();
      observer?.observe(root, WATCHED);
      element = root instanceof ShadowRoot ? root.host : null;
    }
  }
  return tag ?? '';
}

/** Undefined while the texts are on their way: `speak` tells when they have come, or could not. */
function find(tag: string): Locale | undefined {
  let locale: Intl.Locale;
  try {
    locale = new Intl.Locale(tag);
  } catch {
    return ENGLISH;
  }
  const wanted = locale.toString();
  // The Chinese texts are in simplified characters; `maximize` knows who writes traditional ones.
  const load = locale.maximize().script === 'Hant' ? undefined : LOCALES[locale.language];
  if (!load) return { ...ENGLISH, wanted, lang: locale.language === 'en' ? wanted : 'en' };
  void load()
    .then(
      ({ default: texts }) => ({ texts, lang: wanted, wanted }),
      () => ({ ...ENGLISH, wanted }),
    )
    .then((found) => {
      locales.set(tag, found);
      speak();
    });
  return undefined;
}

/** What `speaker` shall speak: `shown`, what it speaks already, until the texts are there. */
export function localeOf(speaker: Speaker, shown: Locale): Locale {
  const tag = tagOf(speaker);
  if (!locales.has(tag)) locales.set(tag, find(tag));
  return locales.get(tag) ?? shown;
}
