/** `npm run bench -- [--runs N] [--long-runs N] [--only NAME] [--quick]`. */
import { parseArgs } from 'node:util';

export interface Options {
  /** Of everything that takes seconds. */
  runs: number;
  /** Of what takes a minute or more. */
  longRuns: number;
  /** Milliseconds that a page is left alone, or a popup open. */
  minute: number;
  only: string | undefined;
  quick: boolean;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, not ${text}.`);
  return value;
}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      'long-runs': { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { quick, only } = values;
  return {
    runs: positive('runs', values.runs ?? (quick ? '2' : '15')),
    longRuns: positive('long-runs', values['long-runs'] ?? (quick ? '1' : '3')),
    minute: quick ? 5_000 : 60_000,
    only,
    quick,
  };
}
