/** Unit tests that need a page: `npm run test:browser [-- file…]`, in every engine that is installed. */
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { type BrowserLauncher, type TestRunnerConfig, chromeLauncher, defaultReporter } from '@web/test-runner';
import * as puppeteer from 'puppeteer-core';
import {
  CHROMIUM_ARGS,
  CHROMIUM_IGNORED_DEFAULTS,
  type Engine,
  FIREFOX_PREFS,
  browserPath,
} from './scripts/browsers.ts';
import { secondSitePlugin } from './scripts/second-site.ts';
import { webkitLauncher } from './scripts/webkitgtk-launcher.ts';

const LAUNCHERS: Record<Engine, () => BrowserLauncher> = {
  chromium: () =>
    chromeLauncher({
      launchOptions: {
        executablePath: browserPath('chromium'),
        args: [...CHROMIUM_ARGS],
        ignoreDefaultArgs: CHROMIUM_IGNORED_DEFAULTS,
      },
    }),
  firefox: () =>
    chromeLauncher({
      puppeteer,
      launchOptions: {
        browser: 'firefox',
        executablePath: browserPath('firefox'),
        extraPrefsFirefox: FIREFOX_PREFS,
      },
    }),
  webkit: webkitLauncher,
};

/** What `npm run test:random` asks of its page, as JSON. */
const RANDOM_TESTS = process.env.RANDOM_TESTS;

export function browserTestConfig(files: string[], engines: Engine[], coverage: boolean): TestRunnerConfig {
  return {
    files,
    rootDir: import.meta.dirname,
    hostname: 'localhost',
    nodeResolve: { exportConditions: ['development'] },
    browsers: engines.map((engine) => LAUNCHERS[engine]()),
    concurrentBrowsers: engines.length,
    // Tests open popups and use the mouse, and there is one focus per browser.
    concurrency: 1,
    browserStartTimeout: 60_000,
    testsStartTimeout: 60_000,
    testsFinishTimeout: RANDOM_TESTS ? 30 * 60_000 : 120_000,
    ...(RANDOM_TESTS && {
      testRunnerHtml: (framework: string) =>
        `<!doctype html><html><head><script>window.randomTests = ${RANDOM_TESTS}</script></head><body><script type="module" src="${framework}"></script></body></html>`,
    }),
    testFramework: { config: { ui: 'bdd', timeout: '10000' } },
    coverage,
    coverageConfig: { include: ['src/**/*.ts'], reportDir: 'coverage' },
    // The compiler options decide how class fields are emitted; Lit's decorators and accessors depend on it.
    plugins: [secondSitePlugin(), esbuildPlugin({ ts: true, tsconfig: 'tsconfig.json', target: 'es2022' })],
    reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false })],
  };
}
