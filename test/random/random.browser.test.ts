import fc from 'fast-check';
import { plans } from './plan.ts';
import { carryOut } from './run.ts';

/** What `npm run test:random` asks for. Without it, few runs, always the same: other changes' tests are no lottery. */
interface Asked {
  runs: number;
  seed: number;
  path?: string;
}
const given = (globalThis as { randomTests?: Asked }).randomTests;
const asked = given ?? { runs: 200, seed: 1 };

/**
 * Windows, time, visibility and network are the driver's own here, so one engine is enough, unless another is asked for; the
 * engines themselves are met by the fault matrix.
 */
const here = given !== undefined || navigator.userAgent.includes('Chrome/');

describe('whatever fails, in whatever order', () => {
  if (!here) return;
  it('a grant is never lost, nothing else is called one, every attempt settles, nothing is left behind', async function () {
    this.timeout(0);
    const { runs, seed, path }: Asked = asked;
    const begun = performance.now();
    const details = await fc.check(fc.asyncProperty(plans, carryOut), {
      numRuns: runs,
      seed,
      ...(path !== undefined && { path }),
      // Shrinking a run of fifty steps can take long, and the first halves of it are what helps.
      interruptAfterTimeLimit: 1_500_000,
      markInterruptAsFailure: true,
    });
    const { failed, numRuns, counterexample, errorInstance, counterexamplePath } = details;
    console.log(`${numRuns} runs, seed ${seed}, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    if (!failed) return;
    const again = `npm run test:random -- --seed ${seed} --path ${counterexamplePath ?? ''}`;
    const steps = counterexample?.[0].steps.map((step) => JSON.stringify(step)) ?? [];
    const conditions = JSON.stringify({ ...counterexample?.[0], steps: undefined });
    throw new Error([String(errorInstance), '', conditions, ...steps, '', again].join('\n'));
  });
});
