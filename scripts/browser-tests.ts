/** `npm run test:browser [-- file…] [-- --coverage]`, in every engine that is installed. */
import { type TestRunner, type TestSuiteResult, startTestRunner } from '@web/test-runner';
import { browserTestConfig } from '../web-test-runner.config.ts';
import { ensureBrowsers, selectedEngines } from './browsers.ts';
import { type Counts, NONE, add, report } from './report.ts';
import { testFiles } from './test-files.ts';

const countSuite = (suite: TestSuiteResult): Counts => {
  const own = {
    passed: suite.tests.filter((test) => test.passed).length,
    skipped: suite.tests.filter((test) => test.skipped).length,
    failed: suite.tests.filter((test) => !test.passed && !test.skipped).length,
  };
  return suite.suites.map(countSuite).reduce(add, own);
};

/** Every session is one file in one browser; one that broke down without a failing test counts as a failure. */
const countRun = (runner: TestRunner): Counts =>
  [...runner.sessions.all()]
    .map((session) => {
      const counts = session.testResults ? countSuite(session.testResults) : NONE;
      return session.passed || counts.failed > 0 ? counts : add(counts, { ...NONE, failed: 1 });
    })
    .reduce(add, NONE);

async function run(files: string[], coverage: boolean): Promise<Counts> {
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
      const counts = countRun(runner);
      resolve(passed || counts.failed > 0 ? counts : add(counts, { ...NONE, failed: 1 }));
    });
  });
}

const words = process.argv.slice(2);
try {
  const files = testFiles(
    'browser',
    words.filter((word) => word !== '--coverage'),
  );
  report(files.length === 0 ? NONE : await run(files, words.includes('--coverage')));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The runner leaves file watchers and keep-alive connections behind.
process.exit();
