/** Which language an element speaks, and when. */
import { expect } from '@open-wc/testing';
import { spy, stub } from 'sinon';
import type { DestinationOAuth } from '../src/index.ts';
import de from '../src/locales/de.ts';
import { en, type Messages } from '../src/locales/en.ts';
import fr from '../src/locales/fr.ts';
import { LOCALES } from '../src/locales/load.ts';
import nl from '../src/locales/nl.ts';
import { everything, mainButton, part, Stage, text } from './helpers/stage.ts';
import { until } from './helpers/until.ts';

let stage: Stage;
beforeEach(() => (stage = new Stage()));
afterEach(async () => {
  await stage.strike();
  document.documentElement.removeAttribute('lang');
});

const STATUS = 'unauthorized.status';
const shows = (element: Element): string => element.shadowRoot?.querySelector('.status')?.textContent.trim() ?? '';
const spoken = (element: Element): string | null | undefined => part(element, 'base')?.getAttribute('lang');

/** Waits for an element to speak a language. */
const speaks = (element: Element, texts: Messages): Promise<unknown> =>
  until(() => shows(element) === texts[STATUS], `"${texts[STATUS]}" instead of "${shows(element)}"`);

const wrapper = (element: Element): HTMLElement => {
  const parent = element.parentElement;
  if (!parent) throw new Error('The element is nowhere.');
  return parent;
};

/** A host with a shadow tree, in the page. */
function host(inner: string): { host: HTMLElement; root: ShadowRoot } {
  const element = document.createElement('div');
  const root = element.attachShadow({ mode: 'open' });
  root.innerHTML = inner;
  return { host: element, root };
}

describe('the language', () => {
  it('is English where the page says none', async () => {
    const element = await stage.ready();
    expect(shows(element)).to.equal(en[STATUS]);
    expect(spoken(element)).to.equal('en');
  });

  it('is the element’s own before its ancestors’, the nearest before the page’s', async () => {
    document.documentElement.lang = 'fr';
    const element = await stage.ready();
    await speaks(element, fr);
    wrapper(element).lang = 'nl';
    await speaks(element, nl);
    element.lang = 'de';
    await speaks(element, de);
    element.removeAttribute('lang');
    await speaks(element, nl);
    wrapper(element).removeAttribute('lang');
    await speaks(element, fr);
    document.documentElement.lang = 'en';
    await speaks(element, en);
  });

  it('comes through shadow roots, and follows what changes above them', async () => {
    const element = await stage.ready();
    const outer = host('<section></section>');
    const inner = host('<p></p>');
    wrapper(element).append(outer.host);
    outer.root.querySelector('section')?.append(inner.host);
    inner.root.querySelector('p')?.append(element);
    outer.host.lang = 'de';
    await speaks(element, de);
    outer.root.querySelector('section')?.setAttribute('lang', 'nl');
    await speaks(element, nl);
    inner.host.lang = 'fr';
    await speaks(element, fr);
  });

  it('comes through the slot that the element is shown in', async () => {
    const element = await stage.ready();
    const card = host('<main lang="de"><slot></slot></main>');
    wrapper(element).append(card.host);
    card.host.append(element);
    await speaks(element, de);
    card.root.querySelector('main')?.setAttribute('lang', 'fr');
    await speaks(element, fr);
  });

  it('changes as the element moves', async () => {
    const element = await stage.ready();
    const french = document.createElement('div');
    french.lang = 'fr';
    wrapper(element).append(french);
    french.append(element);
    await speaks(element, fr);
  });

  it('is followed by one observer for all elements', async () => {
    const observe = spy(MutationObserver.prototype, 'observe');
    const elements = [await stage.ready(), await stage.ready(), await stage.ready()];
    const watching = observe.thisValues.filter((_, i) => observe.args[i]?.[1]?.attributeFilter?.includes('lang'));
    expect(new Set(watching).size).to.equal(1);
    document.documentElement.lang = 'de';
    for (const element of elements) await speaks(element, de);
  });
});

const MATCHES: [tag: string, language: string, lang: string][] = [
  ['de-AT', 'de', 'de-AT'],
  ['DE-at', 'de', 'DE-at'],
  ['pt', 'pt', 'pt'],
  ['pt-PT', 'pt', 'pt-PT'],
  ['zh', 'zh', 'zh'],
  ['zh-Hans', 'zh', 'zh-Hans'],
  ['zh-SG', 'zh', 'zh-SG'],
  ['zh-TW', 'en', 'en'],
  ['zh-Hant', 'en', 'en'],
  ['zh-hk', 'en', 'en'],
  ['es-419', 'es', 'es-419'],
  ['ja-JP', 'ja', 'ja-JP'],
  ['ko-KR-u-nu-latn', 'ko', 'ko-KR-u-nu-latn'],
  ['ar-EG', 'ar', 'ar-EG'],
  ['it-CH', 'it', 'it-CH'],
  ['pl-PL', 'pl', 'pl-PL'],
  ['en-GB', 'en', 'en-GB'],
  ['sv', 'en', 'en'],
  ['', 'en', 'en'],
  ['de_DE', 'en', 'en'],
  ['x-default', 'en', 'en'],
  ['deutsch, bitte!', 'en', 'en'],
  ['constructor', 'en', 'en'],
  ['tostring', 'en', 'en'],
];

describe('the best match', () => {
  for (const [tag, language, lang] of MATCHES)
    it(`of "${tag}" is ${language}`, async () => {
      const texts = (await LOCALES[language]?.())?.default ?? en;
      // Not English before, so that English is a change.
      const element = await stage.ready({ lang: 'de' });
      await speaks(element, de);
      element.setAttribute('lang', tag);
      await until(() => spoken(element) === lang, `${lang} instead of ${String(spoken(element))}`);
      expect(shows(element)).to.equal(texts[STATUS]);
    });
});

describe('a table', () => {
  it('that is there already is there at once', async () => {
    await speaks(await stage.ready({ lang: 'de' }), de);
    const element = await stage.mount({ lang: 'de', initialStatus: 'authorized' });
    expect(shows(element)).to.equal(de['authorized.status']);
  });

  it('on its way leaves what is shown as it is', async () => {
    let arrive = (_: { default: Messages }): void => undefined;
    stub(LOCALES, 'nl').returns(new Promise((resolve) => (arrive = resolve)));
    const element = await stage.ready({ lang: 'de' });
    await speaks(element, de);
    element.lang = 'nl-x-late';
    element.requestUpdate();
    await until(() => LOCALES['nl']?.length === 0, 'the request');
    await element.updateComplete;
    expect([shows(element), spoken(element)]).to.deep.equal([de[STATUS], 'de']);
    arrive({ default: nl });
    await speaks(element, nl);
    expect(spoken(element)).to.equal('nl-x-late');
  });

  it('that does not come leaves English, and no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const hear = (event: PromiseRejectionEvent): unknown => unhandled.push(event.reason);
    window.addEventListener('unhandledrejection', hear);
    stub(LOCALES, 'pl').rejects(new TypeError('Failed to fetch dynamically imported module'));
    try {
      const element = await stage.ready({ lang: 'de' });
      await speaks(element, de);
      element.lang = 'pl-x-lost';
      await speaks(element, en);
      expect(spoken(element)).to.equal('en');
      await new Promise((resolve) => setTimeout(resolve));
      expect(unhandled).to.deep.equal([]);
    } finally {
      window.removeEventListener('unhandledrejection', hear);
    }
  });

  it('of an older version has English where it lacks a text', async () => {
    const { [STATUS]: _, ...older } = nl;
    stub(LOCALES, 'nl').resolves({ default: older as Messages });
    const element = await stage.ready({ lang: 'nl-x-older' });
    await until(() => text(element, 'button') === nl['unauthorized.action'], 'Dutch');
    expect(shows(element)).to.equal(en[STATUS]);
  });
});

describe('texts of the page’s own', () => {
  it('go before those of any language, and are in the page’s', async () => {
    document.documentElement.lang = 'sv';
    const element = await stage.ready({ messages: { [STATUS]: 'Inte godkänd' } });
    expect([shows(element), spoken(element)]).to.deep.equal(['Inte godkänd', 'sv']);
    element.messages = undefined;
    await element.updateComplete;
    expect([shows(element), spoken(element)]).to.deep.equal([en[STATUS], 'en']);
  });

  it('are in a language that nobody knows where the page says none', async () => {
    const element = await stage.ready({ messages: { [STATUS]: 'Inte godkänd' } });
    expect(spoken(element)).to.equal(null);
  });

  it('are put in as they are, however the destination is called', async () => {
    stage.proxy.account = { destination_name: "A$&B$'{destination}" };
    const element = await stage.ready({ lang: 'de', messages: { destination: '{destination}' } });
    await speaks(element, de);
    expect(mainButton(element).ariaLabel).to.equal("A$&B$'{destination} autorisieren");
    stage.proxy.account = { destination_name: undefined } as object;
    const nameless = await stage.ready({ accountId: 'other', messages: { destination: '{destination}' } });
    expect(text(nameless, 'title')).to.equal('{destination}');
  });
});

describe('what Intl writes', () => {
  const limited = (seconds: string): Response =>
    Response.json({ code: 'rate_limited' }, { status: 429, headers: { 'retry-after': seconds } });
  const waits: [lang: string, seconds: string, words: string][] = [
    ['en', '1', 'Too many requests. Try again in 1 second.'],
    ['en', '30', 'Too many requests. Try again in 30 seconds.'],
    ['pl', '1', 'Zbyt wiele żądań. Spróbuj ponownie za 1 sekundę.'],
    ['pl', '22', 'Zbyt wiele żądań. Spróbuj ponownie za 22 sekundy.'],
    ['pl', '25', 'Zbyt wiele żądań. Spróbuj ponownie za 25 sekund.'],
    ['de', '30', 'Zu viele Anfragen. Versuchen Sie es in 30 Sekunden erneut.'],
    ['en', '86400', 'Too many requests. Wait a moment, then try again.'],
    ['en', 'Infinity', 'Too many requests. Wait a moment, then try again.'],
  ];
  for (const [lang, seconds, words] of waits)
    it(`${lang}: a wait of ${seconds} s`, async () => {
      stage.proxy.account = limited(seconds);
      const element = await stage.mount({ lang });
      await until(() => text(element, 'description') === words, words);
    });

  it('the time at which the status was checked', async () => {
    const at = new Date(2026, 1, 3, 14, 32);
    stage.proxy.flow = 'flow_not_found';
    stage.proxy.account = { checked_at: at.toISOString() };
    const element = await stage.ready({ lang: 'de' });
    await speaks(element, de);
    element.authorize();
    stage.popups[0]?.close();
    await stage.view(element, 'unconfirmed');
    stage.proxy.flow = { state: 'pending' };
    element.refresh();
    await until(() => text(element, 'message') === 'Um 14:32 noch nicht autorisiert.', 'the time');
  });
});

describe('the live region', () => {
  const live = (element: DestinationOAuth): string =>
    element.shadowRoot?.querySelector('[role="status"]')?.textContent.trim() ?? '';

  it('speaks the language too, and says nothing again in another', async () => {
    const element = await stage.ready({ lang: 'de' });
    await speaks(element, de);
    element.authorize();
    await until(() => live(element).startsWith(`LinkedIn: ${de['awaiting.status']}`), 'German');
    element.lang = 'fr';
    await until(() => spoken(element) === 'fr', 'French');
    expect(live(element)).to.equal('');
    expect(everything(element)).not.to.contain(de['awaiting.status']);
  });

  it('says a notice once, though the time in it goes on and the language changes', async () => {
    const checkedAt = (minute: number): string => new Date(2026, 1, 3, 14, minute).toISOString();
    stage.proxy.account = { checked_at: checkedAt(32) };
    const element = await stage.ready({ lang: 'de' });
    await speaks(element, de);
    element.authorize();
    stage.popups[0]?.close();
    await stage.view(element, 'unconfirmed');
    element.refresh();
    await until(() => live(element).endsWith('Um 14:32 noch nicht autorisiert.'), 'the notice');
    stage.proxy.account = { checked_at: checkedAt(33) };
    stage.proxy.flow = 'flow_not_found';
    element.lang = 'fr';
    await until(() => text(element, 'message') === 'Toujours pas autorisé à 14:32.', 'French');
    window.dispatchEvent(new Event('focus'));
    await until(() => stage.proxy.count('flows') > 2, 'another question');
    expect(live(element)).to.equal('');
  });
});

describe('right to left', () => {
  const letters = (element: Element): [first: DOMRect, last: DOMRect] => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
      node.nodeValue?.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP,
    );
    const node = walker.nextNode();
    const value = node?.nodeValue ?? '';
    if (!node) throw new Error('no text');
    const at = (index: number): DOMRect => {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      return range.getBoundingClientRect();
    };
    return [at(value.search(/\S/)), at(value.trimEnd().length - 1)];
  };

  for (const dir of ['ltr', 'rtl'])
    it(`Arabic texts begin on the right in a page that is ${dir}`, async () => {
      const element = await stage.ready({ lang: 'ar', dir });
      await until(() => spoken(element) === 'ar', 'Arabic');
      for (const name of ['description', 'button']) {
        const target = part(element, name);
        if (!target) throw new Error(name);
        const [first, last] = letters(target);
        expect(first.left, `${name}: where it begins`).to.be.greaterThan(last.left);
      }
      const icon = part(element, 'icon')?.getBoundingClientRect().left ?? NaN;
      const title = part(element, 'title')?.getBoundingClientRect().left ?? NaN;
      expect(icon > title, 'the icon is on the right').to.equal(dir === 'rtl');
    });
});
