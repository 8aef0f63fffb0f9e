/** Finds the browsers that the tests drive, installs them where that is possible, and says how to launch them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;
export type Engine = (typeof ENGINES)[number];

interface Candidate {
  /** Environment variable that names the program outright. */
  override: string;
  names: readonly string[];
  paths: readonly string[];
  /** Debian packages. */
  packages: readonly string[];
  /** What to tell someone whom apt cannot help. */
  remedy: string;
}

const programFiles = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
const onWindows = (path: string): string[] => programFiles.flatMap((root) => (root ? [join(root, path)] : []));

const CANDIDATES: Record<Engine, Candidate> = {
  chromium: {
    override: 'CHROME_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome'],
    paths: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ...onWindows('Google/Chrome/Application/chrome.exe'),
      ...onWindows('Microsoft/Edge/Application/msedge.exe'),
    ],
    packages: ['chromium'],
    remedy: 'Install Chromium or Chrome (Debian: apt-get install chromium), or set CHROME_PATH to the program.',
  },
  firefox: {
    override: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox'],
    paths: ['/Applications/Firefox.app/Contents/MacOS/firefox', ...onWindows('Mozilla Firefox/firefox.exe')],
    packages: ['firefox-esr'],
    remedy: 'Install Firefox (Debian: apt-get install firefox-esr), or set FIREFOX_PATH to the program.',
  },
  webkit: {
    override: 'WEBKIT_WEBDRIVER_PATH',
    names: ['WebKitWebDriver'],
    paths: [],
    packages: ['webkit2gtk-driver', 'xvfb'],
    remedy: 'Install WebKitGTK (Debian: apt-get install webkit2gtk-driver xvfb), or set WEBKIT_WEBDRIVER_PATH.',
  },
};

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a program on PATH. */
export const which = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);

/** The program that drives the engine, or `undefined` where it is not installed. A wrong override is an error. */
export function findBrowser(engine: Engine): string | undefined {
  const { override, names, paths } = CANDIDATES[engine];
  const given = process.env[override];
  if (given) {
    if (isProgram(given)) return given;
    throw new Error(`${override} is ${given}, which is not a program. Correct it or unset it.`);
  }
  for (const name of names) {
    const path = which(name);
    if (path) return engine === 'webkit' && !process.env.DISPLAY && !which('Xvfb') ? undefined : path;
  }
  return paths.find(isProgram);
}

const isRoot = process.getuid?.() === 0;

const isDebian = (): boolean => {
  try {
    return /^(ID|ID_LIKE)=.*debian/m.test(readFileSync('/etc/os-release', 'utf8')) && which('apt-get') !== undefined;
  } catch {
    return false;
  }
};

function aptInstall(packages: readonly string[]): boolean {
  console.log(`Installing ${packages.join(' ')} with apt …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): boolean => {
    const done = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { env, encoding: 'utf8' });
    if (done.status !== 0) console.error(done.stdout, done.stderr);
    return done.status === 0;
  };
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
}

/** Sees to it that every engine named is installed. Throws an error whose message says what to install. */
export function ensureBrowsers(engines: readonly Engine[]): void {
  const missing = () => engines.filter((engine) => findBrowser(engine) === undefined);
  const absent = missing();
  if (absent.length === 0) return;
  if (isRoot && isDebian()) aptInstall(absent.flatMap((engine) => CANDIDATES[engine].packages));
  const still = missing();
  if (still.length > 0) throw new Error(still.map((engine) => CANDIDATES[engine].remedy).join('\n'));
}

/**
 * The engines to test in: those that `ENGINES` names (comma-separated), else Chromium and every other one that is
 * installed.
 */
export function selectedEngines(): Engine[] {
  const named = process.env.ENGINES?.split(',').map((name) => name.trim());
  if (!named) return ENGINES.filter((engine) => engine === 'chromium' || findBrowser(engine) !== undefined);
  const wrong = named.find((name) => !(ENGINES as readonly string[]).includes(name));
  if (wrong !== undefined) throw new Error(`ENGINES names "${wrong}"; the engines are ${ENGINES.join(', ')}.`);
  return ENGINES.filter((engine) => named.includes(engine));
}

/** The program of an engine that {@link ensureBrowsers} has seen to. */
export function browserPath(engine: Engine): string {
  const path = findBrowser(engine);
  if (!path) throw new Error(CANDIDATES[engine].remedy);
  return path;
}

/** Chromium's sandbox cannot start as root. The rest keeps the browser off the network and out of the way. */
export const CHROMIUM_ARGS: readonly string[] = [
  ...(isRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Puppeteer turns Chromium's popup blocker off; the tests want what users have. */
export const CHROMIUM_IGNORED_DEFAULTS = ['--disable-popup-blocking'];

/** Puppeteer turns Firefox's popup blocker off, too. */
export const FIREFOX_PREFS = { 'dom.disable_open_during_load': true };
