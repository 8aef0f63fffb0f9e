/** What a thousand elements ask of the proxy, and the proxy of LiveRamp; and the proxy against a bare pass-through. */
import { spawnSync } from 'node:child_process';
import type { Browser } from 'puppeteer-core';
import { ROOT } from '../scripts/test-files.ts';
import { Tab } from './browser.ts';
import type { Options } from './options.ts';
import { PROXY_PATH, ROWS } from './pages.ts';
import { type Budget, type Section, verdict } from './report.ts';
import { count, times } from './statistics.ts';
import { now } from './traffic.ts';
import type { World } from './world.ts';

const STATUS_BUDGET = 10;
const FIRST_SCREEN_BUDGET = 1;
const UPSTREAM_BUDGET = 12;
const THROUGHPUT_BUDGET = 0.7;

interface Asked {
  status: number;
  upstream: string[];
}

async function ask(browser: Browser, world: World, loading: 'eager' | 'lazy'): Promise<Asked> {
  const tab = await Tab.open(browser);
  const at = now();
  world.upstreamCalls.length = 0;
  try {
    await tab.goto(world.rowsUrl('element', loading));
    await tab.until('window.interactiveAt', 'the elements');
    if (loading === 'eager') await tab.evaluate(`untilAll('authorized')`);
    else await tab.until(`document.querySelector('destination-oauth').view === 'authorized'`, 'the first row');
    // Whatever else was wanted has been asked for by the time that the page has nothing to do.
    await tab.page.waitForNetworkIdle({ idleTime: 500 });
    const hits = world.traffic.since(at).filter((hit) => hit.browser && hit.path.startsWith(`${PROXY_PATH}/accounts`));
    return { status: hits.length, upstream: world.upstreamCalls.map(({ call }) => call) };
  } finally {
    await tab.close();
  }
}

/** `2 × GET /a, POST /b`. */
function tally(calls: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(call, (counts.get(call) ?? 0) + 1);
  return [...counts].map(([call, times]) => (times > 1 ? `${times} × \`${call}\`` : `\`${call}\``)).join(', ');
}

/** A world that nothing has been asked of before. */
export async function requests(browser: Browser, world: World): Promise<Section> {
  const all = await ask(browser, world, 'eager');
  const first = await ask(browser, world, 'lazy');
  const calls = all.upstream.filter((call) => !call.endsWith('/token'));
  const budgets: Budget[] = [
    { what: 'status requests, all wanted at once', figure: all.status, budget: STATUS_BUDGET, say: count },
    { what: 'status requests for the first screen', figure: first.status, budget: FIRST_SCREEN_BUDGET, say: count },
    { what: 'calls of LiveRamp’s API, all wanted at once', figure: calls.length, budget: UPSTREAM_BUDGET, say: count },
  ];
  return {
    title: `Requests for ${ROWS.toLocaleString('en')} elements`,
    text: ['A proxy that has just been started, API v2.'],
    table: {
      head: ['', 'measured', 'budget', ''],
      rows: budgets.map((each) => [each.what, count(each.figure), count(each.budget), verdict(each)]),
    },
    budgets: budgets.map((each) => ({ ...each, what: `${ROWS.toLocaleString('en')} elements: ${each.what}` })),
    notes: [`Upstream, with the access token, which serves for minutes: ${tally(all.upstream)}.`],
  };
}

/** `npm run bench:proxy`, in a process of its own. */
export function throughput({ quick }: Options): Section {
  const args = [
    'run',
    '--silent',
    'bench:proxy',
    '--',
    '--flows',
    quick ? '1000' : '10000',
    '--rounds',
    quick ? '1' : '7',
  ];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`);
  const budgets = [...stdout.matchAll(/^(\w.*)\n(?: .*\n)*? {2}ratio ([\d.]+) by requests/gm)].map(
    ([, what = '', ratio]): Budget => ({
      what: `the proxy’s throughput over a bare pass-through’s: ${what.replace(/[,:].*/, '').toLowerCase()}`,
      figure: Number(ratio),
      budget: THROUGHPUT_BUDGET,
      say: times,
      atLeast: true,
    }),
  );
  return {
    budgets,
    title: 'The proxy against a bare pass-through',
    text: [
      'The same server library before the same upstream, which answers at once; rounds in turn, medians. Budget: 0.7 × the pass-through’s throughput. `npm run bench:proxy` alone measures longer.',
      `\`\`\`\n${stdout.trim()}\n\`\`\``,
    ],
  };
}
