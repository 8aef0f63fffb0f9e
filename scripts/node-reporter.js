/**
 * A reporter for Node's test runner, which loads it without a TypeScript loader: a `Report` of report.ts for each test, as
 * a line of JSON.
 */
import { relative } from 'node:path';
import { cwd } from 'node:process';

const passed = { passed: 1, skipped: 0, failures: [] };
const skipped = { passed: 0, skipped: 1, failures: [] };

/** @param {{ type: string, data: import('node:test').EventData.TestFail }} event */
function failed({ data: { name, file, line, details } }) {
  const { message } = details.error.cause ?? details.error;
  const where = file ? `${relative(cwd(), file)}:${line ?? ''} ` : '';
  const [first] = String(message).trim().split('\n', 1);
  return { passed: 0, skipped: 0, failures: [`${where}${name}: ${first.slice(0, 300)}`] };
}

/** A test whose subtests failed is not told a second time, a suite that passed not at all. */
function reportOf(event) {
  const { type, data } = event;
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  if (data.skip !== undefined || data.todo !== undefined) return skipped;
  if (type === 'test:fail') return data.details.error.failureType === 'subtestsFailed' ? undefined : failed(event);
  return data.details.type === 'suite' ? undefined : passed;
}

export default async function* nodeReporter(events) {
  for await (const event of events) {
    const report = reportOf(event);
    if (report) yield `${JSON.stringify(report)}\n`;
  }
}
