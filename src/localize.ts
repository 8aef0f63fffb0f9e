/** Which language an element speaks: found in the page, followed as it changes, loaded where it is not English. */
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

interface Speaker extends Element {
  requestUpdate(): void;
}

export const ENGLISH: Locale = { texts: en, lang: 'en', wanted: undefined };

/** The elements in a document: asked for an update whenever their language may have changed. */
export const speakers = new Set<Speaker>();

/** By tag, as the page writes it; undefined while it is on its way. */
const locales = new Map<string, Locale | undefined>();

let observer: MutationObserver | undefined;

const speak = (): void => speakers.forEach((speaker) => speaker.requestUpdate());

/** The nearest `lang` at or above `speaker`, as the page is composed. Watches all that is above. */
function tagOf(speaker: Speaker): string {
  let tag: string | null = null;
  for (let level: Element | null = speaker; level;) {
    tag ??= level.getAttribute('lang');
    const above: Element | null = level.assignedSlot ?? level.parentElement;
    if (above) level = above;
    else {
      const root = level.getRootNode();
      observer ??= new MutationObserver(speak);
      observer.observe(root, { attributeFilter: ['lang'], subtree: true });
      level = 'host' in root && root.host instanceof Element ? root.host : null;
    }
  }
  return tag ?? '';
}

async function find(tag: string): Promise<void> {
  let locale = ENGLISH;
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    locale = { texts: en, lang: language === 'en' ? tag : 'en', wanted: tag };
    // The Chinese texts are in simplified characters.
    const load = script !== 'Hant' && LOCALES[language];
    if (load) locale = { texts: (await load()).default, lang: tag, wanted: tag };
  } catch {
    // A malformed tag, or a table that cannot be had.
  }
  locales.set(tag, locale);
  speak();
}

/** What `speaker` shall speak: `shown`, what it speaks already, until the texts are there. */
export function localeOf(speaker: Speaker, shown: Locale): Locale {
  const tag = tagOf(speaker);
  if (!locales.has(tag)) {
    locales.set(tag, undefined);
    void find(tag);
  }
  return locales.get(tag) ?? shown;
}
