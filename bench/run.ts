/**
 * `npm run bench [-- --quick] [-- --runs N] [-- --long-runs N] [-- --only SECTION]`: measures everything in this folder,
 * prints it, and writes docs/benchmarks.md. What it compares with is installed into this folder first.
 *
 * `--quick` makes sure that every row can be measured, in a minute or two, and writes nothing: its figures mean little.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { ROOT } from '../scripts/test-files.ts';
import { PAGE_SCRIPT } from '../src/proxy/page-script.generated.ts';
import { launchChromium } from './browser.ts';
import { buildScripts } from './bundles.ts';
import { firstRender } from './first-render.ts';
import { latency } from './latency.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { allBudgets, markdown, type Section } from './report.ts';
import { requests, throughput } from './requests.ts';
import { severed, sideBySide } from './side-by-side.ts';
import { sizes } from './sizes.ts';
import { waiting } from './waiting.ts';
import { World } from './world.ts';

const DOCUMENT = join(ROOT, 'docs/benchmarks.md');

function run(command: string, args: readonly string[], cwd: string): void {
  const options = { cwd, encoding: 'utf8', shell: process.platform === 'win32' } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
}

async function bench(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!existsSync(join(import.meta.dirname, 'node_modules'))) {
    console.log('Installing what is compared with (npm ci in bench/) …');
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], import.meta.dirname);
  }
  console.log('Building …');
  run('npm', ['run', '--silent', 'build'], ROOT);
  const scripts = await buildScripts(PAGE_SCRIPT);
  const browser = await launchChromium();
  const sections: Section[] = [];
  try {
    /** In a world of its own, so that no caches are warm but those that it has warmed itself. */
    const inWorld = async <T>(work: (world: World) => Promise<T>): Promise<T> => {
      const world = await World.start(scripts);
      try {
        return await work(world);
      } finally {
        await world.close();
      }
    };
    const steps: Readonly<Record<string, () => Promise<Section | Section[]>>> = {
      peers: () =>
        inWorld(async (world) => [
          await sideBySide(browser, world, scripts, options),
          await severed(browser, world, options),
        ]),
      waiting: () => inWorld((world) => waiting(browser, world, options)),
      render: () => inWorld((world) => firstRender(browser, world, options)),
      latency: () => inWorld((world) => latency(browser, world, options)),
      requests: () => inWorld((world) => requests(browser, world)),
      proxy: async () => Promise.resolve(throughput(options)),
      sizes,
    };
    const { only } = options;
    if (only !== undefined && !Object.hasOwn(steps, only))
      throw new Error(`--only takes one of ${Object.keys(steps).join(', ')}, not ${only}.`);
    for (const [name, step] of Object.entries(steps)) {
      if (only !== undefined && name !== only) continue;
      const began = performance.now();
      const measured = [await step()].flat();
      sections.push(...measured);
      console.log(`\n${measured.map(markdown).join('\n\n')}\n\n(${((performance.now() - began) / 1000).toFixed(0)} s)`);
    }
    if (only !== undefined) return;
    console.log(`\n${markdown(allBudgets(sections))}`);
    if (options.quick) return;
    const machine = describeMachine(await browser.version());
    const text = [
      '<!-- Written by `npm run bench`. Do not edit. -->',
      '# Benchmarks',
      `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}. Machine: ${machine}. Medians of ${options.runs} interleaved runs where nothing else is said. Everything runs on this one machine over loopback, so the figures show what each program adds, not what a network adds; what they are compared with stands in \`bench/package.json\`, with its versions.`,
      ...[allBudgets(sections), ...sections].map(markdown),
    ].join('\n\n');
    writeFileSync(DOCUMENT, await prettier.format(text, { parser: 'markdown', printWidth: 120 }));
    console.log(`\nWritten to docs/benchmarks.md.`);
  } finally {
    await browser.close();
  }
}

try {
  await bench();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
