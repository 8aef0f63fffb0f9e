/** WebKitGTK's MiniBrowser by W3C WebDriver (https://www.w3.org/TR/webdriver2/), on a display of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { browserPath } from './browsers.ts';

/** Sends one WebDriver command to the session: `path` is relative to it. */
export type Command = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;

export interface WebKitSession {
  command: Command;
  close(): Promise<void>;
}

/** WebDriver's answer to a command that failed; `code` is one of the specification's error codes. */
export class WebDriverError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'WebDriverError';
    this.code = code;
  }
}

async function startDisplay(): Promise<{ display: string; server: ChildProcess }> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const numbers = server.stdio[3];
  if (!(numbers instanceof Readable)) throw new Error('Xvfb has no pipe to tell its display on.');
  const failed = once(server, 'exit').then(() => {
    throw new Error('Xvfb stopped before it had a display.');
  });
  const [data] = (await Promise.race([once(numbers, 'data'), failed])) as [Buffer];
  failed.catch(() => undefined);
  return { display: `:${data.toString().trim()}`, server };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}

async function call(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error = 'unknown error', message = '' } = value as { error?: string; message?: string };
  throw new WebDriverError(error, message);
}

/** Starts a browser with a fresh, ephemeral profile. */
export async function startWebKit(): Promise<WebKitSession> {
  const screen = process.env.DISPLAY ? undefined : await startDisplay();
  const port = await freePort();
  const driver = spawn(browserPath('webkit'), ['-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, ...(screen ? { DISPLAY: screen.display } : {}) },
  });
  const base = `http://127.0.0.1:${port}`;
  const kill = async (): Promise<void> => {
    await stop(driver);
    await stop(screen?.server);
  };
  // A run that is interrupted leaves no processes behind.
  const onExit = (): void => {
    driver.kill();
    screen?.server.kill();
  };
  process.once('exit', onExit);
  try {
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        await call(`${base}/status`, 'GET');
        break;
      } catch (error) {
        if (Date.now() > deadline || driver.exitCode !== null) throw error;
        await delay(50);
      }
    }
    const { sessionId } = (await call(`${base}/session`, 'POST', {
      capabilities: { alwaysMatch: { browserName: 'MiniBrowser' } },
    })) as { sessionId: string };
    const session = `${base}/session/${sessionId}`;
    return {
      command: (method, path, body) => call(`${session}${path}`, method, body),
      async close() {
        await call(session, 'DELETE').catch(() => undefined);
        await kill();
        process.removeListener('exit', onExit);
      },
    };
  } catch (error) {
    await kill();
    process.removeListener('exit', onExit);
    throw error;
  }
}
