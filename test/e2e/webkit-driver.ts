/** WebKitGTK. WebDriver has one current window, so every command is "switch, then do", one after the other. */
import { writeFile } from 'node:fs/promises';
import { startWebKit } from '../../scripts/webkitgtk.ts';
import type { Browser, Tab } from './browsers.ts';

export async function launchWebKit(): Promise<Browser> {
  const session = await startWebKit();
  const { command } = session;
  const home = String(await command('GET', '/window'));

  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const done = queue.then(task);
    queue = done.catch(() => undefined);
    return done;
  };
  const inWindow = <T>(handle: string, task: () => Promise<T>): Promise<T> =>
    inOrder(async () => {
      await command('POST', '/window', { handle });
      return task();
    });

  const known = new Map<string, Tab>();
  const tabOf = (handle: string): Tab => {
    const existing = known.get(handle);
    if (existing) return existing;
    const tab: Tab = {
      goto: (url) =>
        inWindow(handle, async () => {
          await command('POST', '/url', { url });
        }),
      url: () => inWindow(handle, async () => String(await command('GET', '/url'))),
      evaluate: (expression) =>
        inWindow(handle, () =>
          command('POST', '/execute/async', {
            script: `const done = arguments[0]; Promise.resolve().then(() => (${expression})).then(
              (value) => done({ json: JSON.stringify(value) }), (error) => done({ error: String(error) }))`,
            args: [],
          }),
        ).then((answer) => {
          // As JSON, because WebDriver turns `undefined` into null.
          const { json, error } = answer as { json?: string; error?: string };
          if (error !== undefined) throw new Error(error);
          return json === undefined ? undefined : (JSON.parse(json) as unknown);
        }),
      clickAt: (x, y) =>
        inWindow(handle, async () => {
          const actions = [
            { type: 'pointerMove', duration: 0, x, y },
            { type: 'pointerDown', button: 0 },
            { type: 'pointerUp', button: 0 },
          ];
          await command('POST', '/actions', {
            actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
          });
        }),
      screenshot: (file) =>
        inWindow(handle, async () => {
          await writeFile(file, String(await command('GET', '/screenshot')), 'base64');
        }),
      close: () =>
        inWindow(handle, async () => {
          await command('DELETE', '/window');
        }),
    };
    known.set(handle, tab);
    return tab;
  };

  return {
    engine: 'webkit',
    async open(url) {
      // The window that the session began with stays: closing the last one would end the session, and a new window is
      // asked for from one that is open.
      const tab = await inWindow(home, async () => {
        const { handle } = (await command('POST', '/window/new', { type: 'window' })) as { handle: string };
        return tabOf(handle);
      });
      await tab.goto(url);
      return tab;
    },
    tabs: () => inOrder(async () => ((await command('GET', '/window/handles')) as string[]).map(tabOf)),
    close: () => session.close(),
  };
}
