/**
 * The fault matrix, in every engine: each row of `faults.ts` ends in the right view, with the right events, in time.
 *
 * Chromium runs every row, the other engines those in which engines differ; with `ALL_FAULTS=1` all engines run all.
 * `FAULT_MATRIX` names a file to write the results to.
 */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { format, resolveConfig } from 'prettier';
import { type Browser, type Tab, engines, launch, until } from './browsers.ts';
import { FAULTS } from './faults.ts';
import { type Cell, matrixOf } from './fault-matrix.ts';
import { type Fault, Trial } from './fault-trial.ts';
import { FaultWorld, type Scripts, bundles } from './fault-world.ts';

const chosen = engines();
const everywhere = process.env['ALL_FAULTS'] === '1' || process.env['FAULT_MATRIX'] !== undefined;
const cells: Cell[] = [];

/** From the last event of the element's first view `to` at the end. */
async function check(trial: Trial, fault: Fault): Promise<Omit<Cell, 'fault' | 'engine'>> {
  const { to, within = 12_000, channels = [], errors = [], never = [] } = fault;
  const { page } = trial;
  const from = fault.from ?? 'unauthorized';
  await page.untilView(to, within + 30_000);
  // What comes after the view, in the same task.
  const all = (await page.events()).filter((event) => event.index === undefined);
  const of = (type: string) => all.filter((event) => event.type === type);

  const statuses = fault.statuses ?? (to === 'authorized' ? ['unauthorized', 'authorized'] : ['unauthorized']);
  const told = of('oauth-status-change').map(({ oauthStatus }) => oauthStatus);
  if (statuses === 'last') assert.equal(told.at(-1), to);
  else assert.deepEqual(told, statuses);
  const authorized = of('oauth-authorized');
  assert.equal(authorized.length, channels.length ? 1 : 0, 'oauth-authorized once for a flow of its own');
  const channel = authorized.map((event) => String(event.channel))[0];
  if (channel) assert.ok(channels.includes(channel), `learnt by ${channel}`);
  assert.deepEqual(
    of('oauth-error').map(({ code }) => code),
    errors,
  );
  const views = of('oauth-view-change');
  const names = views.map(({ view }) => String(view));
  const since = names.slice(names.indexOf(from) + 1);
  for (const view of never) assert.ok(!since.includes(view), `${view} in ${since.join(' → ')}`);
  assert.deepEqual(await page.failures(), []);

  const last = views.findLast(({ view }) => view === to);
  const took = trial.since === undefined || !last ? undefined : Math.max(0, Number(last.at) - trial.since);
  if (took !== undefined) assert.ok(took <= within, `${to} after ${took} ms, later than ${within} ms`);
  await fault.then?.(trial);
  return {
    view: to,
    ...(channel !== undefined && { channel }),
    ...(took !== undefined && { took }),
  };
}

async function run(trial: Trial, fault: Fault): Promise<Omit<Cell, 'fault' | 'engine'>> {
  const { world } = trial;
  await world.reset();
  const { channels = [] } = fault;
  world.announced =
    channels.length > 0 && channels.every((channel) => /^(post-message|broadcast-channel)$/.test(channel));
  world.doneCoop = fault.redirectCoop ?? 'none';
  world.partner.version = fault.version ?? 'v2';
  Object.assign(world.simulator.scenario, fault.world);
  const page = await trial.open();
  // There the page must not be spoken to, as that counts as a gesture in Firefox.
  if (!fault.atOnce) await page.untilView(fault.from ?? 'unauthorized');
  if (fault.act) await fault.act(trial);
  else await trial.consent(await trial.begin());
  return check(trial, fault);
}

it('rows that are tested elsewhere name a file that is there', () => {
  for (const { where } of FAULTS.flatMap(({ elsewhere = [] }) => elsewhere))
    assert.ok(existsSync(join(import.meta.dirname, '../..', where)), where);
});

/** An engine by itself leaves a core idle: it takes every other row in a second browser. */
const LANES = chosen.length === 1 ? 2 : 1;

// Mostly waiting: the engines run side by side, each in a world of its own.
describe('faults', { concurrency: true }, () => {
  let scripts: Promise<Scripts>;
  before(() => {
    scripts = bundles();
  });
  after(async () => {
    const file = process.env['FAULT_MATRIX'];
    if (!file) return;
    const document = matrixOf(FAULTS, chosen, cells);
    writeFileSync(file, await format(document, { ...(await resolveConfig(file)), parser: 'markdown' }));
  });

  for (const [engine, lane] of chosen.flatMap((each) =>
    Array.from({ length: LANES }, (_, nth) => [each, nth] as const),
  )) {
    describe(LANES > 1 ? `${engine}, lane ${lane + 1}` : engine, { concurrency: 1 }, () => {
      let world: FaultWorld;
      let browser: Browser;
      let lasting: readonly Tab[];
      before(async () => {
        world = await FaultWorld.start(await scripts);
        browser = await launch(engine);
        // Some browsers end with their last window.
        await browser.open('about:blank');
        lasting = await browser.tabs();
      });
      after(async () => {
        await browser.close();
        await world.close();
      });

      for (const { title, faults } of FAULTS) {
        describe(title, { concurrency: 1 }, () => {
          for (const [row, fault] of faults.entries()) {
            if (row % LANES !== lane) continue;
            if (engine !== 'chromium' && !fault.differs && !everywhere) continue;
            it(fault.name, { skip: fault.cannot?.[engine] ?? false, timeout: 90_000 }, async () => {
              try {
                cells.push({ fault, engine, ...(await run(new Trial(engine, browser, world, fault), fault)) });
              } finally {
                await until(async () => {
                  const others = (await browser.tabs()).filter((tab) => !lasting.includes(tab));
                  for (const tab of others) await tab.close().catch(() => undefined);
                  return others.length === 0;
                }, 'all windows to close');
              }
            });
          }
        });
      }
    });
  }
});
