/** From the click to the platform, and from LiveRamp's redirect to the truth. */
import type { Browser } from 'puppeteer-core';
import { runFlow, type Flow } from './flow.ts';
import type { Options } from './options.ts';
import { PROXY_PATH } from './pages.ts';
import { type Budget, type Section, verdict } from './report.ts';
import { count, interleaved, median, milliseconds } from './statistics.ts';
import type { Hit } from './traffic.ts';
import type { World } from './world.ts';

const LATENCIES = ['0', '100'] as const;
const BEGIN_REQUESTS = 1;
const BEGIN_CALLS = 2;
const RETURN_REQUESTS = 2;

const isCallback = ({ path }: Hit): boolean => path === `${PROXY_PATH}/callback`;
const isRead = ({ path }: Hit): boolean => /\/(flows|accounts)(\/[^/]+)?$/.test(path);

/** Requests of the browser before the platform has answered. */
const before = ({ requests, platform }: Flow): Hit[] => requests.filter((hit) => hit.at < platform.at);

function callback({ requests }: Flow): Hit {
  const hit = requests.find(isCallback);
  if (!hit) throw new Error('LiveRamp has not sent the browser to the proxy.');
  return hit;
}

/** After LiveRamp's redirect: the popup's navigation, by way of the callback, then the page's reads one by one. */
function sequence(flow: Flow): number {
  const { at } = callback(flow);
  return 1 + flow.requests.filter((hit) => hit.at > at && isRead(hit)).length;
}

export async function latency(browser: Browser, world: World, { runs }: Options): Promise<Section> {
  await runFlow(browser, world, 'element');
  try {
    const flows = await interleaved(LATENCIES, runs, async (ms) => {
      world.latency = Number(ms);
      const flow = await runFlow(browser, world, 'element');
      if (!flow.good) throw new Error(`The element ended in ${flow.outcome.what}.`);
      return flow;
    });
    const row = (name: string, pick: (flow: Flow) => number, say: (value: number) => string): string[] => [
      name,
      ...LATENCIES.map((ms) => say(median((flows.get(ms) ?? []).map(pick)))),
    ];
    const all = [...flows.values()].flat();
    const calls = Math.max(...all.map(({ beginCalls }) => beginCalls.length));
    const returns = Math.max(...all.map(sequence));
    const [sample] = all;
    const most = all.find(({ beginCalls }) => beginCalls.length === calls);
    const ahead = Math.max(...all.map((flow) => before(flow).length));
    const requestsBefore: Budget = {
      what: 'requests from the click to the platform’s page',
      figure: ahead,
      budget: BEGIN_REQUESTS,
      say: count,
    };
    const callsToBegin: Budget = {
      what: 'calls of LiveRamp’s API to begin a v2 flow, endpoint cached',
      figure: calls,
      budget: BEGIN_CALLS,
      say: count,
    };
    const requestsAfter: Budget = {
      what: 'sequential requests from LiveRamp’s redirect to the final view',
      figure: returns,
      budget: RETURN_REQUESTS,
      say: count,
    };
    return {
      budgets: [requestsBefore, callsToBegin, requestsAfter],
      title: 'Click to platform, return to truth',
      text: [
        'Simulated latency is added to every call of the proxy to LiveRamp’s API v2; token and OAuth endpoint are cached, as they are after the first minute of a proxy’s life. LiveRamp decides at once.',
      ],
      table: {
        head: ['', ...LATENCIES.map((ms) => `+${ms} ms a call`)],
        rows: [
          row(
            'click → platform’s first answer',
            ({ platform, clickedAt }) => (platform.answeredAt ?? NaN) - clickedAt,
            milliseconds,
          ),
          row('requests of the browser before the platform’s', (flow) => before(flow).length, count),
          row(
            'LiveRamp’s redirect at the proxy → final view',
            (flow) => flow.outcome.at - callback(flow).at,
            milliseconds,
          ),
          row('sequential requests in that time', sequence, count),
          row('calls upstream to begin', ({ beginCalls }) => beginCalls.length, count),
        ],
      },
      notes: [
        `Before the platform: ${(sample ? before(sample) : []).map(({ method, path }) => `\`${method} ${path.replace(/flow-\d+/, '{account}')}\``).join(', ')}; at most ${ahead}, ${verdict(requestsBefore)}.`,
        `Calls upstream to begin, at most ${calls}, ${verdict(callsToBegin)}: ${(most?.beginCalls ?? []).map((call) => `\`${call.replace(/[\da-f-]{36}/, '{attempt}')}\``).join(', ')}.`,
        `Sequential requests after the redirect, at most ${returns}, ${verdict(requestsAfter)}: callback and done page are one navigation.`,
      ],
    };
  } finally {
    world.latency = 0;
  }
}
