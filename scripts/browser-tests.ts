/** `npm run test:browser [-- file…] [-- --coverage]`, in every engine that is installed. */
import { relative } from 'node:path';
import { type TestRunner, type TestSuiteResult, startTestRunner } from '@web/test-runner';
import { browserTestConfig } from '../web-test-runner.config.ts';
import { ensureBrowsers, selectedEngines } from './browsers.ts';
import { NONE, type Report, add, addFailure, firstLine, tell } from './report.ts';
import { ROOT, testFiles } from './test-files.ts';

/** @param where Of the suite: its file, its browser and the names around it. */
function reportSuite(suite: TestSuiteResult, where: string): Report {
  const own = suite.tests.reduce((report, test) => {
    if (test.skipped) return add(report, { ...NONE, skipped: 1 });
    if (test.passed) return add(report, { ...NONE, passed: 1 });
    return addFailure(report, `${where} ${test.name}: ${firstLine(test.error?.message ?? '')}`);
  }, NONE);
  return suite.suites.map((inner) => reportSuite(inner, `${where} ${inner.name}`)).reduce(add, own);
}

/** Every session is one file in one browser; one that broke down without a failing test counts as a failure. */
const reportRun = (runner: TestRunner): Report =>
  [...runner.sessions.all()]
    .map((session) => {
      const where = `${relative(ROOT, session.testFile)} (${session.browser.name})`;
      const report = session.testResults ? reportSuite(session.testResults, where) : NONE;
      if (session.passed || report.failures.length > 0) return report;
      return addFailure(report, `${where}: ${firstLine(session.errors.at(0)?.message ?? 'broke down')}`);
    })
    .reduce(add, NONE);

async function run(files: string[], coverage: boolean): Promise<Report> {
  const engines = selectedEngines();
  ensureBrowsers(engines);
  const runner = await startTestRunner({
    config: browserTestConfig(files, engines, coverage),
    readCliArgs: false,
    readFileConfig: false,
    autoExitProcess: false,
  });
  if (!runner) throw new Error('The test runner did not start.');
  return new Promise((resolve) => {
    // `stopped` comes after the browsers have been closed.
    runner.on('stopped', (passed) => {
      const report = reportRun(runner);
      resolve(passed || report.failures.length > 0 ? report : addFailure(report, 'the run of the browsers failed'));
    });
  });
}

const words = process.argv.slice(2);
try {
  const files = testFiles(
    'browser',
    words.filter((word) => word !== '--coverage'),
  );
  tell(files.length === 0 ? NONE : await run(files, words.includes('--coverage')));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The runner leaves file watchers and keep-alive connections behind.
process.exit();
