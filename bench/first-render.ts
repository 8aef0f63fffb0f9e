/** A thousand `compact` elements, a thousand bare Lit elements that stamp the same DOM, a thousand plain rows. */
import type { Browser } from 'puppeteer-core';
import { Tab, type Heap, type Work } from './browser.ts';
import type { Options } from './options.ts';
import { ROWS, type Template } from './pages.ts';
import { type Budget, type Section, verdict } from './report.ts';
import { interleaved, kilobytes, median, milliseconds, times } from './statistics.ts';
import type { World } from './world.ts';

const KINDS = ['element', 'lit', 'html'] as const;
type Kind = (typeof KINDS)[number];
const RATIO_BUDGET = 2;
const HEAP_BUDGET = 12 * 1024;

interface Rendered {
  work: Work;
  heap: Heap;
  interactiveAt: number;
  /** From the moment when the proxy answers to every row's final view; not of the plain rows. */
  answered?: { work: Work; heap: Heap };
}

const STAMPED = `(row) => row.shadowRoot.innerHTML.replaceAll(/<!--[^]*?-->/g, '')`;

/** The shadow DOM and the style sheet of an element whose status has not been read, or has. */
async function capture(
  browser: Browser,
  world: World,
  view: 'loading' | 'authorized',
): Promise<Omit<Template, 'then'>> {
  const tab = await Tab.open(browser);
  if (view === 'loading') world.hold();
  try {
    await tab.goto(world.rowsUrl('element'));
    await tab.until('window.interactiveAt', 'the elements');
    await tab.evaluate(`untilAll('${view}')`);
    return (await tab.evaluate(`(() => {
      const row = document.querySelector('destination-oauth');
      const css = row.shadowRoot.adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules].map(({ cssText }) => cssText));
      return { html: (${STAMPED})(row), css: css.join('\\n') };
    })()`)) as Omit<Template, 'then'>;
  } finally {
    world.release();
    await tab.close();
  }
}

/** The comparison is worth nothing if the bare elements stamp something else. */
async function expectSame(tab: Tab, html: string): Promise<void> {
  const same = await tab.evaluate(`(() => {
    const parse = (html) => Object.assign(document.createElement('div'), { innerHTML: html });
    // Attributes may stand in any order.
    const wanted = parse(${JSON.stringify(html)});
    return [...document.querySelectorAll('bare-row')].filter((row) => parse((${STAMPED})(row)).isEqualNode(wanted)).length;
  })()`);
  if (same === ROWS) return;
  const stamped = String(await tab.evaluate(`(${STAMPED})(document.querySelector('bare-row'))`));
  throw new Error(
    `Only ${String(same)} of ${ROWS} bare elements have the element's DOM.\n${stamped}\nshould be\n${html}`,
  );
}

async function render(browser: Browser, world: World, kind: Kind, template: Template): Promise<Rendered> {
  const tab = await Tab.open(browser);
  // The proxy's answer is a second render, which is measured by itself.
  world.hold();
  try {
    await tab.goto(world.rowsUrl(kind));
    await tab.until('window.interactiveAt', 'the rows');
    const work = await tab.work();
    const rendered: Rendered = {
      work,
      interactiveAt: Number(await tab.evaluate('interactiveAt')),
      heap: await tab.heap(),
    };
    if (kind === 'lit') await expectSame(tab, template.html);
    if (kind === 'html') return rendered;
    const before = await tab.work();
    if (kind === 'lit') await tab.evaluate('answer()');
    const all = tab.evaluate(`untilAll('authorized')`);
    world.release();
    await all;
    if (kind === 'lit') await expectSame(tab, template.then);
    const after = await tab.work();
    const difference = (name: keyof Work): number => after[name] - before[name];
    rendered.answered = {
      work: {
        task: difference('task'),
        script: difference('script'),
        compile: difference('compile'),
        layout: difference('layout'),
        style: difference('style'),
      },
      heap: await tab.heap(),
    };
    return rendered;
  } finally {
    world.release();
    await tab.close();
  }
}

export async function firstRender(browser: Browser, world: World, { runs }: Options): Promise<Section> {
  const loading = await capture(browser, world, 'loading');
  const template: Template = { ...loading, then: (await capture(browser, world, 'authorized')).html };
  world.stamp(JSON.stringify(template));
  const run = (kind: Kind): Promise<Rendered> => render(browser, world, kind, template);
  await interleaved(KINDS, 1, run);
  const results = await interleaved(KINDS, runs, run);
  const of = (kind: Kind, pick: (run: Rendered) => number): number => median((results.get(kind) ?? []).map(pick));
  const row = (name: string, pick: (run: Rendered) => number, say: (value: number) => string): string[] => {
    const [element, lit, plain] = [of('element', pick), of('lit', pick), of('html', pick)];
    return [name, say(element), say(lit), say(plain), times(element / lit)];
  };
  const seconds = (pick: (work: Work) => number) => (run: Rendered) => pick(run.work) * 1000;
  const heapOf = (heap: Heap): number => (heap.js + heap.dom) / ROWS;
  const total = seconds(({ task }) => task);
  const bytes = ({ heap }: { heap: Heap }): number => heapOf(heap);
  const answered = (kind: Kind, pick: (run: { work: Work; heap: Heap }) => number): number =>
    median((results.get(kind) ?? []).flatMap((run) => (run.answered ? [pick(run.answered)] : [])));
  const rows = ROWS.toLocaleString('en');
  const budgets: Budget[] = [
    {
      what: `first render of ${rows} elements over bare Lit elements’, main thread in all`,
      figure: of('element', total) / of('lit', total),
      budget: RATIO_BUDGET,
      say: times,
    },
    {
      what: 'heap of an element over a bare Lit element’s, status not yet read',
      figure: of('element', bytes) - of('lit', bytes),
      budget: HEAP_BUDGET,
      say: kilobytes,
    },
    {
      what: 'heap of an element over a bare Lit element’s, status read',
      figure: answered('element', bytes) - answered('lit', bytes),
      budget: HEAP_BUDGET,
      say: kilobytes,
    },
  ];
  return {
    budgets,
    title: `First render of ${rows} rows`,
    text: [
      'The tags stand in the page’s HTML, and all are wanted at once (`loading="eager"`). The bare Lit elements have the same shadow DOM, checked row by row, with every text and changing attribute an expression, and the same style sheet; they do nothing else. The plain rows are that DOM without elements. Times are of the main thread, from the navigation until all is painted and a click would be answered; the proxy answers after that.',
    ],
    table: {
      head: ['', 'element', 'bare Lit', 'plain HTML', 'element over bare Lit'],
      rows: [
        row(
          'script, with compiling',
          seconds(({ script, compile }) => script + compile),
          milliseconds,
        ),
        row(
          'style and layout',
          seconds(({ style, layout }) => style + layout),
          milliseconds,
        ),
        row('main thread in all', total, milliseconds),
        row('time to interactive', ({ interactiveAt }) => interactiveAt, milliseconds),
        row('JavaScript heap, a row', ({ heap }) => heap.js / ROWS, kilobytes),
        row('JavaScript heap and DOM, a row', ({ heap }) => heapOf(heap), kilobytes),
      ],
    },
    notes: [
      ...budgets.map(
        (each) => `${each.what}: ${each.say(each.figure)}; budget ${each.say(each.budget)}, ${verdict(each)}.`,
      ),
      `When the proxy has answered, all rows show their status after ${milliseconds(answered('element', ({ work }) => work.task * 1000))} of main thread; bare Lit elements whose DOM changes to the same take ${milliseconds(answered('lit', ({ work }) => work.task * 1000))}.`,
    ],
  };
}
