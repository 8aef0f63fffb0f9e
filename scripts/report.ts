/** How many tests ran and which failed, told by one process to the one that started it (see scripts/test.ts). */
import { appendFileSync, readFileSync } from 'node:fs';

export interface Report {
  passed: number;
  skipped: number;
  /** A line for each test that failed: where it stands, its name and what it said. */
  failures: readonly string[];
}

export const NONE: Report = { passed: 0, skipped: 0, failures: [] };

export const add = (a: Report, b: Report): Report => ({
  passed: a.passed + b.passed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** The report with one more failure. */
export const addFailure = (report: Report, failure: string): Report => add(report, { ...NONE, failures: [failure] });

/** The first line of what a test threw, short enough for a list. */
export const firstLine = (message: string): string => /^.{0,300}/.exec(message.trim())?.[0] ?? '';

export const describeReport = ({ passed, skipped, failures }: Report): string =>
  [
    ...failures.map((failure) => `✖ ${failure}`),
    `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ].join('\n');

/** Prints the report, hands it to the parent process if that asked for it, and sets the exit status. */
export function tell(report: Report): void {
  console.log(describeReport(report));
  if (process.env.TEST_REPORTS) appendFileSync(process.env.TEST_REPORTS, `${JSON.stringify(report)}\n`);
  if (report.failures.length > 0) process.exitCode = 1;
}

export const readReports = (file: string): Report =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Report)
    .reduce(add, NONE);
