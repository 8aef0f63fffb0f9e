/** Lets @web/test-runner run tests in WebKitGTK, with the mouse and keyboard commands of @web/test-runner-commands. */
import type { BrowserLauncher } from '@web/test-runner';
import { WebDriverError, type WebKitSession, startWebKit } from './webkitgtk.ts';

/** Key names of `KeyboardEvent.key` to WebDriver's code points (https://www.w3.org/TR/webdriver2/#keyboard-actions). */
const KEYS: Record<string, string> = {
  Enter: '\uE007',
  Tab: '\uE004',
  Escape: '\uE00C',
  Space: ' ',
  Backspace: '\uE003',
  Shift: '\uE008',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};
const BUTTONS = { left: 0, middle: 1, right: 2 };
type Button = keyof typeof BUTTONS;

/** What @web/test-runner-commands calls on a launcher of type `webdriver`. */
interface WebDriverCommands {
  sendKeys(id: string, keys: string[]): Promise<void>;
  sendMouseMove(id: string, x: number, y: number): Promise<void>;
  sendMouseClick(id: string, x: number, y: number, button?: Button): Promise<void>;
  sendMouseDown(id: string, button?: Button): Promise<void>;
  sendMouseUp(id: string, button?: Button): Promise<void>;
  resetMouse(): Promise<void>;
  takeScreenshot(): Promise<Buffer>;
}

export function webkitLauncher(): BrowserLauncher & WebDriverCommands {
  let starting: Promise<WebKitSession> | undefined;
  const urls = new Map<string, string>();
  const command: WebKitSession['command'] = async (...args) => (await (starting ??= startWebKit())).command(...args);
  const closeWindow = async (handle: string): Promise<void> => {
    try {
      await command('POST', '/window', { handle });
      await command('DELETE', '/window');
    } catch (error) {
      // It has closed itself meanwhile.
      if (!(error instanceof WebDriverError && error.code === 'no such window')) throw error;
    }
  };
  const pointer = (...actions: object[]) =>
    command('POST', '/actions', {
      actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
    });
  const move = (x: number, y: number) => ({ type: 'pointerMove', duration: 0, x, y });
  const down = (button: Button) => ({ type: 'pointerDown', button: BUTTONS[button] });
  const up = (button: Button) => ({ type: 'pointerUp', button: BUTTONS[button] });

  return {
    name: 'WebKitGTK',
    type: 'webdriver',
    // One window is shared by all sessions.
    concurrency: 1,
    async startSession(id, url) {
      urls.set(id, url);
      await command('POST', '/url', { url });
    },
    isActive: (id) => urls.has(id),
    getBrowserUrl: (id) => urls.get(id) ?? '',
    async stopSession(id) {
      urls.delete(id);
      const handles = (await command('GET', '/window/handles')) as string[];
      const own = await command('GET', '/window');
      for (const handle of handles) {
        if (handle !== own) await closeWindow(handle);
      }
      await command('POST', '/window', { handle: own });
      await command('POST', '/url', { url: 'about:blank' });
      return {};
    },
    startDebugSession: () => Promise.reject(new Error('WebKitGTK has no manual mode here; use another browser.')),
    async stop() {
      await (await starting)?.close();
    },

    async sendKeys(_id, keys) {
      const actions = keys
        .map((key) => KEYS[key] ?? key)
        .flatMap((value) => [
          { type: 'keyDown', value },
          { type: 'keyUp', value },
        ]);
      await command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    async sendMouseMove(_id, x, y) {
      await pointer(move(x, y));
    },
    async sendMouseClick(_id, x, y, button = 'left') {
      await pointer(move(x, y), down(button), up(button));
    },
    async sendMouseDown(_id, button = 'left') {
      await pointer(down(button));
    },
    async sendMouseUp(_id, button = 'left') {
      await pointer(up(button));
    },
    async resetMouse() {
      await command('DELETE', '/actions');
    },
    takeScreenshot: async () => Buffer.from((await command('GET', '/screenshot')) as string, 'base64'),
  };
}
