/** What takes a minute: a popup left open, a popup closed by its user, a page of authorized rows left alone. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'puppeteer-core';
import { Tab, type Work } from './browser.ts';
import { SUBJECTS, type Subject, type Told, begin, told } from './flow.ts';
import type { Options } from './options.ts';
import { PROXY_PATH, ROWS } from './pages.ts';
import type { Section } from './report.ts';
import { NAMES } from './side-by-side.ts';
import { count, median, milliseconds, times } from './statistics.ts';
import { now } from './traffic.ts';
import type { World } from './world.ts';

/** Longer than any peer's time limit, after the minute. */
const LONGER = 15_000;
const VARIANTS = [
  'element',
  'oidc-client-ts',
  'oidc-client-ts:abort-on-close',
  'auth0-spa-js',
  'msal-browser',
] as const;
const split = (name: string): [Subject, string | undefined] => name.split(':') as [Subject, string | undefined];

interface Left {
  work: Work;
  requests: number;
}

/** What the page does in a minute, from now on. */
async function leave(tab: Tab, world: World, minute: number, path: RegExp): Promise<Left> {
  const [before, at] = [await tab.work(), now()];
  await delay(minute);
  const after = await tab.work();
  const requests = world.traffic.since(at).filter((hit) => hit.browser && path.test(hit.path)).length;
  const task = after.task - before.task;
  const script = after.script - before.script;
  return { work: { ...after, task, script }, requests };
}

interface Waited extends Left {
  gaveUp: Told | undefined;
  clickedAt: number;
}

/** The popup stays at the platform's sign-in page. */
async function wait(browser: Browser, world: World, subject: Subject, minute: number): Promise<Waited> {
  const { tab, popup, clicked } = await begin(browser, world, subject);
  try {
    await popup.waitForSelector('button[name="user"]');
    // The flow's polls are the only requests that the page itself makes.
    const left = await leave(tab, world, minute, subject === 'element' ? /\/flows\// : /^\/token/);
    const gaveUp = await told(tab, ['error', 'failed', 'unconfirmed'], LONGER / 3);
    return { ...left, gaveUp, clickedAt: clicked.clickedAt };
  } finally {
    await tab.close();
  }
}

interface Closed {
  /** Milliseconds until the page said so; none if it has not. */
  after: number | undefined;
  said: string;
}

async function closed(
  browser: Browser,
  world: World,
  name: (typeof VARIANTS)[number],
  minute: number,
): Promise<Closed> {
  const { tab, popup } = await begin(browser, world, ...split(name));
  try {
    await popup.waitForSelector('button[name="user"]');
    const at = now();
    await popup.close();
    const said = await told(tab, ['unconfirmed', 'error', 'failed'], minute + LONGER);
    return { after: said && said.at - at, said: said?.detail ?? said?.what ?? '' };
  } finally {
    await tab.close();
  }
}

/** The rows and an empty page, from one moment on: when the rows are painted, and what that left has been collected. */
async function alone(browser: Browser, world: World, minute: number): Promise<{ rows: Left; nothing: Left }> {
  const tabs = await Promise.all([Tab.open(browser), Tab.open(browser)]);
  const [rows, nothing] = tabs;
  try {
    await rows.goto(world.rowsUrl('element'));
    await nothing.goto(world.url('/evaluate/nothing'));
    await rows.until('window.interactiveAt', 'the elements');
    await rows.evaluate(`untilAll('authorized')`);
    for (const tab of tabs) {
      await tab.heap();
      await tab.rest();
    }
    const reads = new RegExp(`^${PROXY_PATH}/accounts$`);
    const left = await Promise.all([leave(rows, world, minute, reads), leave(nothing, world, minute, reads)]);
    return { rows: left[0], nothing: left[1] };
  } finally {
    for (const tab of tabs) await tab.close();
  }
}

/** All at the same time, each page in a profile and a process of its own: they wait, and hardly work. */
async function round(browser: Browser, world: World, minute: number) {
  const [waits, closes, idle] = await Promise.all([
    Promise.all(SUBJECTS.map((subject) => wait(browser, world, subject, minute))),
    Promise.all(VARIANTS.map((name) => closed(browser, world, name, minute))),
    alone(browser, world, minute),
  ]);
  return { waits, closes, ...idle };
}

export async function waiting(browser: Browser, world: World, { longRuns, minute }: Options): Promise<Section[]> {
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let run = 0; run < longRuns; run += 1) rounds.push(await round(browser, world, minute));
  const span = `${minute / 1000} s`;
  const task = ({ work }: Left): number => work.task * 1000;
  const own = median(rounds.flatMap(({ waits }) => waits.slice(0, 1).map(task)));
  const waitRows = SUBJECTS.map((subject, index) => {
    const all = rounds.flatMap(({ waits }) => waits.slice(index, index + 1));
    const gaveUp = all.flatMap(({ gaveUp, clickedAt }) =>
      gaveUp ? [{ ...gaveUp, after: gaveUp.at - clickedAt }] : [],
    );
    const work = median(all.map(task));
    return [
      NAMES[subject],
      subject === 'element' ? milliseconds(work) : `${milliseconds(work)} (${times(work / own)})`,
      milliseconds(median(all.map((each) => each.work.script * 1000))),
      count(median(all.map(({ requests }) => requests))),
      gaveUp.length > 0
        ? `after ${milliseconds(median(gaveUp.map(({ after }) => after)))}: “${gaveUp[0]?.detail ?? ''}”`
        : 'no',
    ];
  });
  const works = SUBJECTS.map((_, index) =>
    median(rounds.flatMap(({ waits }) => waits.slice(index, index + 1).map(task))),
  );
  const least = SUBJECTS[works.indexOf(Math.min(...works))] ?? 'element';
  const closeRows = VARIANTS.map((name, index) => {
    const all = rounds.flatMap(({ closes }) => closes.slice(index, index + 1));
    const times = all.flatMap(({ after }) => (after === undefined ? [] : [after]));
    const [subject, variant] = split(name);
    return [
      NAMES[subject] + (variant ? ' with `popupAbortOnClose`' : ''),
      times.length > 0 ? milliseconds(median(times)) : `not within ${(minute + LONGER) / 1000} s`,
      [...new Set(all.map(({ said }) => said).filter(Boolean))].join('; '),
    ];
  });
  const idle = (pick: (left: Left) => number, which: 'rows' | 'nothing'): number =>
    median(rounds.map((each) => pick(each[which])));
  const runs = `${longRuns} ${longRuns === 1 ? 'run' : 'runs'}, all pages at the same time, each in a profile of its own.`;
  return [
    {
      title: `A popup left open for ${span}`,
      text: [
        `The user sits at the platform’s sign-in page. Work is the opening page’s main thread, as Chromium counts it. ${runs}`,
      ],
      table: { head: ['', 'main thread', 'script', 'requests', 'gave up'], rows: waitRows },
      notes: [
        `Least work: ${NAMES[least]}. The element asks the proxy, which the peers do not: that is how it learns the result where no message can come.`,
      ],
    },
    {
      title: 'The user closes the popup',
      text: [
        `Time from the closing until the page says something else than that it waits. ${runs} The element asks the proxy first, since a severed popup reads as closed too, and then says “unconfirmed”, from which a late result still counts; the peers’ promise is rejected.`,
      ],
      table: { head: ['', 'the page says so after', 'says'], rows: closeRows },
    },
    {
      title: `${ROWS.toLocaleString('en')} authorized elements left alone for ${span}`,
      text: [
        `Against an empty page at the same time, after the garbage of the rendering has been collected in both. ${runs}`,
      ],
      table: {
        head: ['', 'elements', 'empty page'],
        rows: [
          ['main thread', ...(['rows', 'nothing'] as const).map((which) => milliseconds(idle(task, which)))],
          [
            'script',
            ...(['rows', 'nothing'] as const).map((which) =>
              milliseconds(idle(({ work }) => work.script * 1000, which)),
            ),
          ],
          ['requests', count(idle(({ requests }) => requests, 'rows')), '–'],
        ],
      },
      notes: [
        'What the main thread does is the engine’s own: in a trace all of it is V8’s memory reducer, which collects garbage a few times once a page has gone idle, as long as its heap is large. No timer fires, and no task is the page’s.',
      ],
    },
  ];
}
