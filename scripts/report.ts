/** How many tests ran, told by one process to the one that started it (see scripts/test.ts). */
import { appendFileSync, readFileSync } from 'node:fs';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

export const describeCounts = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** Prints the counts, hands them to the parent process if it asked for them, and sets the exit status. */
export function report(counts: Counts): void {
  console.log(describeCounts(counts));
  if (process.env.TEST_COUNTS) appendFileSync(process.env.TEST_COUNTS, `${JSON.stringify(counts)}\n`);
  if (counts.failed > 0) process.exitCode = 1;
}

export const readReports = (file: string): Counts =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Counts)
    .reduce(add, NONE);
