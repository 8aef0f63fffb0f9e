/**
 * `npm run bench:proxy [-- --flows N --rounds N]`: the proxy, as it is built, against a bare pass-through on the same
 * server library and before the same upstream, which answers at once: rounds in turn, medians. What is compared is the
 * server's processor time for a request, which a busy machine does not change much, and requests per second. Then the
 * proxy's heap over many flows.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { Agent, createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { answerOf } from './bench-proxy-liveramp.ts';
import type { Command, Report } from './bench-proxy-server.ts';
import { ROOT } from './test-files.ts';

const CONNECTIONS = 32;
const ROUND_MS = 1_000;
const WARM_UP = 4_000;
const ALIVE = 10_000;
const MARKS = 5;
const ACCOUNTS = 1_000;
const ORIGIN = 'https://app.example';
const BUDGET = 0.7;

const { values } = parseArgs({
  options: { flows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '7' } },
});

const liveramp = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const [status, answer] = answerOf(request.method ?? '', request.url ?? '', body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
}).listen(0, '127.0.0.1');
await once(liveramp, 'listening');
const address = liveramp.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');

// In the project, so that what it imports is found.
const folder = join(ROOT, 'node_modules/.bench-proxy');
mkdirSync(folder, { recursive: true });
await build({
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  build: { ssr: 'src/proxy/index.ts', outDir: folder, emptyOutDir: true, target: 'node20' },
});

const server = fork(
  join(ROOT, 'scripts/bench-proxy-server.ts'),
  [join(folder, 'index.js'), `http://127.0.0.1:${address.port}`],
  { execArgv: ['--expose-gc', '--import=tsx'] },
);
const gone = once(server, 'exit').then(() => Promise.reject(new Error('The server has ended.')));
gone.catch(() => undefined);
const nextReport = async (): Promise<Report> => {
  const [report] = (await Promise.race([once(server, 'message'), gone])) as [Report];
  return report;
};
async function ask<T extends Report['type']>(command: Command, type: T): Promise<Extract<Report, { type: T }>> {
  const answer = nextReport();
  server.send(command);
  return expectReport(await answer, type);
}
function expectReport<T extends Report['type']>(report: Report, type: T): Extract<Report, { type: T }> {
  const isExpected = (each: Report): each is Extract<Report, { type: T }> => each.type === type;
  if (!isExpected(report)) throw new Error(report.type === 'failed' ? report.message : `It told ${report.type}.`);
  return report;
}
const { proxyPort, barePort, path: BASE_PATH } = expectReport(await nextReport(), 'ready');

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly location: string;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** Anything but the wanted status ends the run: a fast error is no throughput. */
const get = (port: number, path: string, wanted: number, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    send({ port, path, headers: { origin: ORIGIN, ...headers }, agent, host: '127.0.0.1' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        if (status !== wanted) return reject(new Error(`${path} answered ${status}: ${text}`));
        const cookie = (got['set-cookie'] ?? []).map((each) => each.split(';', 1)[0]).join('; ');
        resolve({ status, cookie, location: got.location ?? '', text });
      });
    })
      .on('error', reject)
      .end();
  });

interface Round {
  readonly perSecond: number;
  /** Of the server's processor, in microseconds. */
  readonly cost: number;
  readonly p50: number;
  readonly p99: number;
}

async function measure(work: () => Promise<unknown>): Promise<Round> {
  const times: number[] = [];
  const before = await ask({ type: 'cpu' }, 'cpu');
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - start < ROUND_MS) {
      const began = performance.now();
      await work();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const seconds = (performance.now() - start) / 1000;
  const after = await ask({ type: 'cpu' }, 'cpu');
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN;
  const cost = (after.microseconds - before.microseconds) / times.length;
  return { perSecond: times.length / seconds, cost, p50: at(0.5), p99: at(0.99) };
}

/** Until the compiler is done with what the work needs: a server's first thousand requests are not its throughput. */
async function warmUp(work: () => Promise<unknown>): Promise<void> {
  let left = WARM_UP;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

async function compare(name: string, ours: () => Promise<unknown>, bare: () => Promise<unknown>): Promise<void> {
  await warmUp(bare);
  await warmUp(ours);
  const rounds: [Round, Round][] = [];
  // Alternating, so that a busy moment of the machine meets both.
  for (let i = 0; i < Number(values.rounds); i++) rounds.push([await measure(bare), await measure(ours)]);
  const row = (label: string, which: 0 | 1): void => {
    const of = (pick: (round: Round) => number): number => median(rounds.map((pair) => pick(pair[which])));
    const [rate, cost] = [of((each) => each.perSecond).toFixed(0), of((each) => each.cost).toFixed(0)];
    const [p50, p99] = [of((each) => each.p50).toFixed(1), of((each) => each.p99).toFixed(1)];
    console.log(`  ${label.padEnd(14)} ${rate.padStart(6)}/s  ${cost.padStart(5)} µs  p50 ${p50} ms  p99 ${p99} ms`);
  };
  console.log(name);
  row('pass-through', 0);
  row('proxy', 1);
  const rate = median(rounds.map(([bared, our]) => our.perSecond / bared.perSecond));
  const cost = median(rounds.map(([bared, our]) => bared.cost / our.cost));
  console.log(`  ratio ${rate.toFixed(2)} by requests, ${cost.toFixed(2)} by processor time (budget ${BUDGET})\n`);
}

const pass = (calls: number, post = 0): Promise<Answer> => get(barePort, `/pass?calls=${calls}&post=${post}`, 200);
let reads = 0;
/** Another account each time: reads of one account at the same time would share a call. */
const account = (): Promise<Answer> => get(proxyPort, `${BASE_PATH}/accounts/da_${++reads % ACCOUNTS}`, 200);

let flows = 0;
/** Begin, callback, and the poll that finds it completed. One ticket serves for minutes. */
async function flow(authorizePaths: readonly string[]): Promise<void> {
  const id = `bench${String(++flows).padStart(27, '0')}`;
  // Another account each time, as with the reads.
  const authorizePath = authorizePaths[flows % authorizePaths.length] ?? '';
  const { location, cookie } = await get(proxyPort, `${authorizePath}&flow=${id}`, 302);
  const state = new URL(location).searchParams.get('state') ?? '';
  await get(proxyPort, `${BASE_PATH}/callback?status=ok&state=${state}`, 303, { cookie });
  const { text } = await get(proxyPort, `${BASE_PATH}/flows/${id}`, 200);
  if (!text.includes('"state":"completed"')) throw new Error(`The flow did not complete: ${text}`);
}
async function passFlow(): Promise<void> {
  await pass(2, 1);
  await pass(0);
  await pass(2);
}

try {
  await compare('Status reads, one call upstream each', account, () => pass(1));
  const paths: string[] = [];
  while (paths.length < 2 * CONNECTIONS) {
    const { authorize_url } = JSON.parse((await account()).text) as { authorize_url: string };
    const { pathname, search } = new URL(authorize_url);
    paths.push(pathname + search);
  }
  await compare('Flows: begin, callback, poll; four calls upstream', () => flow(paths), passFlow);

  const count = Number(values.flows);
  console.log(`Heap over ${count} flows, ${ALIVE} of them remembered at any time`);
  for (let done = 0; done < count; done += count / MARKS) {
    const { megabytes } = await ask({ type: 'heap', flows: count / MARKS, alive: ALIVE }, 'heap');
    console.log(`  after ${String(done + count / MARKS).padStart(7)}: ${megabytes.toFixed(1)} MB`);
  }
} finally {
  agent.destroy();
  server.disconnect();
  liveramp.closeAllConnections();
  liveramp.close();
  rmSync(folder, { recursive: true, force: true });
}
