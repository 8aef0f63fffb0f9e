/** The same popup flow through the same OAuth server in the same Chromium: this element, and what people use instead. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'puppeteer-core';
import { PEERS, type Scripts } from './bundles.ts';
import { Tab } from './browser.ts';
import { BUTTONS, SUBJECTS, type Flow, type Subject, openPage, runFlow } from './flow.ts';
import type { Options } from './options.ts';
import type { Section } from './report.ts';
import { count, interleaved, kilobytes, median, milliseconds, times } from './statistics.ts';
import type { World } from './world.ts';

export const NAMES: Readonly<Record<Subject | 'nango-frontend', string>> = {
  element: 'this element',
  'oidc-client-ts': 'oidc-client-ts',
  'auth0-spa-js': 'auth0-spa-js',
  'msal-browser': 'msal-browser',
  'nango-frontend': '@nangohq/frontend',
};
const COLUMNS = ['element', ...PEERS] as const;
type Column = (typeof COLUMNS)[number];

/** How long the user looks at the sign-in page where the platform severs the popup: longer than any peer's timer. */
const READING_MS = 2_500;

/** A row of medians: each peer's against the element's, and who is best. */
export function row(
  name: string,
  values: ReadonlyMap<Column, number>,
  say: (value: number) => string,
  columns: readonly Column[] = COLUMNS,
): string[] {
  const own = values.get('element') ?? Number.NaN;
  const least = Math.min(...values.values());
  const best = columns.filter((column) => values.get(column) === least).map((column) => NAMES[column]);
  const cells = columns.map((column) => {
    const value = values.get(column);
    if (value === undefined) return '–';
    return column === 'element' || own === 0 ? say(value) : `${say(value)} (${times(value / own)})`;
  });
  return [name, ...cells, best.join(', ')];
}

const medians = (flows: ReadonlyMap<Subject, Flow[]>, pick: (flow: Flow) => number): Map<Column, number> =>
  new Map([...flows].map(([subject, runs]) => [subject, median(runs.map(pick))]));

/** Milliseconds of compiling and evaluating a script, alone in a page. */
async function evaluation(browser: Browser, world: World, name: string): Promise<number> {
  const tab = await Tab.open(browser);
  try {
    await tab.goto(world.url(`/evaluate/${name}`));
    const { script, compile } = await tab.work();
    return (script + compile) * 1000;
  } finally {
    await tab.close();
  }
}

/** Whether `window.open` has been called when the click's handlers have returned: nothing is awaited in between. */
async function opensAtOnce(browser: Browser, world: World, subject: Subject): Promise<boolean> {
  const tab = await openPage(browser, world, subject);
  try {
    const button = BUTTONS[subject === 'element' ? subject : 'peer'];
    // A click by script dispatches in one go: no promise can settle before it returns.
    const opened = await tab.evaluate(
      `(() => { let opened = false; window.open = () => { opened = true; return null; }; ${button}.click(); return opened; })()`,
    );
    return opened === true;
  } finally {
    await tab.close();
  }
}

function goodOnly(flows: ReadonlyMap<Subject, Flow[]>): void {
  for (const [subject, runs] of flows)
    for (const { good, outcome } of runs)
      if (!good) throw new Error(`${NAMES[subject]} ended in ${outcome.what}: ${outcome.detail ?? ''}`);
}

export async function sideBySide(
  browser: Browser,
  world: World,
  scripts: Scripts,
  { runs }: Options,
): Promise<Section> {
  const bytes = (which: 'page' | 'popup'): Map<Column, number> =>
    new Map(COLUMNS.map((column) => [column, scripts.sizes.get(column)?.[which] ?? 0]));
  const evaluated = await interleaved([...COLUMNS, 'nothing'], runs, (name) => evaluation(browser, world, name));
  const nothing = median(evaluated.get('nothing') ?? []);
  const evaluations = new Map(
    COLUMNS.map((column) => [column, Math.max(0, median(evaluated.get(column) ?? []) - nothing)]),
  );
  // One unmeasured flow each: servers and caches warm up.
  await interleaved(SUBJECTS, 1, (subject) => runFlow(browser, world, subject));
  const flows = await interleaved(SUBJECTS, runs, (subject) => runFlow(browser, world, subject));
  goodOnly(flows);
  const atOnce = new Map<Subject, boolean>();
  for (const subject of SUBJECTS) atOnce.set(subject, await opensAtOnce(browser, world, subject));

  const back = ({ outcome, back: answer }: Flow): number => outcome.at - (answer?.answeredAt ?? Number.NaN);
  const rows = [
    row('script in the page, brotli', bytes('page'), kilobytes),
    row('script in the popup at its return, brotli', bytes('popup'), kilobytes),
    row('compiling and evaluating the script', evaluations, milliseconds),
    row(
      'click → `window.open`',
      medians(flows, (flow) => flow.openedAt - flow.clickedAt),
      milliseconds,
    ),
    [
      '… with nothing awaited in between',
      ...COLUMNS.map((column) => (column === 'nango-frontend' ? '–' : atOnce.get(column) === true ? 'yes' : 'no')),
    ],
    row(
      'click → the popup’s request at its server',
      medians(flows, (flow) => flow.popupRequest.at - flow.clickedAt),
      milliseconds,
    ),
    row(
      'click → the platform’s first answer',
      medians(flows, (flow) => (flow.platform.answeredAt ?? Number.NaN) - flow.clickedAt),
      milliseconds,
    ),
    row('platform’s redirect → result known', medians(flows, back), milliseconds),
    row(
      'requests from the click to the result',
      medians(flows, (flow) => flow.requests.length),
      count,
    ),
  ];
  return {
    budgets: [
      {
        what: 'awaits between the click and `window.open`',
        figure: atOnce.get('element') === true ? 0 : 1,
        budget: 0,
        say: count,
      },
    ],
    title: 'Side by side',
    text: [
      'One platform (oidc-provider), one Chromium, one consent page. Every page is bundled and minified by the same bundler and does the same: a button, a popup, a result. In brackets, the peer’s figure over the element’s: above 1 the element is better.',
      'What a result is differs. A peer’s is a token in the page, which it has fetched from the platform itself. The element’s is what the proxy has read from LiveRamp, after LiveRamp has fetched the token and asked the platform for the user’s rights: three servers where a peer has one, and no token in the page. Size includes the element’s interface, which the peers leave to the page.',
    ],
    table: { head: ['', ...COLUMNS.map((column) => NAMES[column]), 'best'], rows },
    notes: [
      'oidc-client-ts and msal-browser are given the platform’s metadata, which spares them a discovery request. msal-browser insists on an https authority, which is a name here that nothing contacts. auth0-spa-js gets Auth0’s paths, its issuer’s trailing slash, RS256 and the web-message page, all served by the same oidc-provider.',
      '@nangohq/frontend opens its popup when its own server says so over a WebSocket. That server is not in its package, and timing a stand-in would time our code: bytes and evaluation only.',
      'Requests leave out the platform’s own sign-in and consent pages.',
    ],
  };
}

/** The platform severs the popup from its opener, on every page of its own. */
export async function severed(browser: Browser, world: World, { runs, quick }: Options): Promise<Section> {
  const subjects = [
    'element',
    'oidc-client-ts',
    'oidc-client-ts:abort-on-close',
    'auth0-spa-js',
    'msal-browser',
  ] as const;
  const severedRuns = quick ? 1 : Math.min(runs, 5);
  world.simulator.scenario.coop = 'same-origin';
  try {
    const flows = await interleaved(subjects, severedRuns, async (name) => {
      const [subject, variant] = name.split(':') as [Subject, string | undefined];
      return runFlow(browser, world, subject, { variant, before: () => delay(READING_MS) });
    });
    const rows = [...flows].map(([name, list]) => {
      const good = list.filter((flow) => flow.good);
      const bad = list.filter((flow) => !flow.good);
      const [subject, variant] = name.split(':') as [Subject, string | undefined];
      const details = [...new Set(bad.map(({ outcome }) => outcome.detail ?? outcome.what))].join('; ');
      return [
        NAMES[subject] + (variant ? ' with `popupAbortOnClose`' : ''),
        `${good.length} of ${list.length}`,
        good.length > 0
          ? milliseconds(median(good.map(({ outcome, back }) => outcome.at - (back?.answeredAt ?? Number.NaN))))
          : '–',
        bad.length > 0
          ? `“${details}”, ${milliseconds(median(bad.map(({ outcome, clickedAt }) => outcome.at - clickedAt)))} after the click`
          : '–',
      ];
    });
    return {
      title: 'Where the platform sends `Cross-Origin-Opener-Policy: same-origin`',
      text: [
        `Such a platform severs the popup from its opener: to the page, a window that is open reads as closed, for good. The user takes ${READING_MS / 1000} s to sign in; all consent in the end. ${severedRuns} runs each.`,
      ],
      table: { head: ['', 'result known', 'after the platform’s redirect', 'failed, though the user consented'], rows },
    };
  } finally {
    world.simulator.scenario.coop = 'none';
  }
}
