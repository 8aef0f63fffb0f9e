/**
 * The page of the fault matrix: elements as the query's `setup` says, in a page that is spoilt before the element's code
 * runs. What happens is kept on `window.recorded`, with its time. In a frame, the page around it may evaluate
 * expressions here by a message.
 */
import type { Recorded } from './page.ts';

/** What is wrong with the page. */
export type Sabotage =
  | 'messages-lost'
  | 'messages-doubled'
  /** Until `window.release()` is called. */
  | 'messages-held'
  | 'no-broadcast-channel'
  | 'no-storage'
  /** `window.setClock(ms)` puts the clock off by so much; with these two it is from the start. */
  | 'clock-ahead'
  | 'clock-behind';

export interface PageSetup {
  /** The attributes of each element. */
  elements: readonly Readonly<Record<string, string>>[];
  sabotage?: readonly Sabotage[];
  /** Calls `authorize()` without a gesture as soon as the first element has its status, and tells the server of it. */
  authorizeAtOnce?: boolean;
  /** `Authorization` header of the element's requests: a frame on another site has no session cookie. */
  authorization?: string;
}

declare global {
  interface Window {
    elements: HTMLElementTagNameMap['destination-oauth'][];
    release: () => void;
    setClock: (ms: number) => void;
  }
}

const TEN_MINUTES = 10 * 60_000;
const setup = JSON.parse(new URLSearchParams(location.search).get('setup') ?? '') as PageSetup;
const has = (sabotage: Sabotage): boolean => setup.sabotage?.includes(sabotage) ?? false;

const RealDate = Date;
/** Unmoved by `setClock`, and the same in all windows and in the server. */
const now = (): number => performance.timeOrigin + performance.now();
window.setClock = (ms) => {
  window.Date = class extends RealDate {
    constructor(...args: [] | [string | number]) {
      if (args.length) super(args[0]);
      else super(RealDate.now() + ms);
    }
    static override now(): number {
      return RealDate.now() + ms;
    }
  } as DateConstructor;
};
if (has('clock-ahead')) window.setClock(TEN_MINUTES);
if (has('clock-behind')) window.setClock(-TEN_MINUTES);

if (has('no-broadcast-channel')) Reflect.deleteProperty(window, 'BroadcastChannel');
if (has('no-storage'))
  for (const storage of ['sessionStorage', 'localStorage'])
    Object.defineProperty(window, storage, {
      get() {
        throw new DOMException('Storage is disabled.', 'SecurityError');
      },
    });

interface Command {
  evaluate: number;
  expression: string;
}
const isCommand = (data: unknown): data is Command =>
  typeof data === 'object' && data !== null && 'evaluate' in data && 'expression' in data;

/** Indirectly, so that it runs in the global scope. */
const evaluate: (code: string) => unknown = globalThis.eval;
const held: MessageEvent<unknown>[] = [];
window.release = () => {
  for (const { data, origin, source } of held.splice(0))
    dispatchEvent(new MessageEvent<unknown>('message', { data, origin, source }));
};
// Before any listener of the element.
addEventListener('message', (event) => {
  if (event.source === parent && isCommand(event.data)) {
    const { evaluate: id, expression } = event.data;
    void Promise.resolve()
      .then(() => evaluate(expression))
      .then(
        (value) => ({ answer: id, json: JSON.stringify(value) }),
        (error: unknown) => ({ answer: id, error: String(error) }),
      )
      .then((answer) => parent.postMessage(answer, '*'));
    event.stopImmediatePropagation();
    return;
  }
  if (!event.isTrusted) return;
  navigator.sendBeacon('/announced');
  if (has('messages-lost') || has('messages-held')) event.stopImmediatePropagation();
  if (has('messages-held') || has('messages-doubled')) held.push(event);
  if (has('messages-doubled')) queueMicrotask(window.release);
});
if (!has('no-broadcast-channel')) {
  const { BroadcastChannel } = window;
  window.BroadcastChannel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name);
      // Channels of flows only: status changes are another matter.
      if (!name.startsWith('destination-oauth:')) return;
      this.addEventListener('message', (event) => {
        if (!event.isTrusted) return;
        navigator.sendBeacon('/announced');
        if (has('messages-lost') || has('messages-held')) event.stopImmediatePropagation();
        if (!has('messages-held') && !has('messages-doubled')) return;
        const again = new MessageEvent('message', { data: event.data as unknown, origin: event.origin });
        const { release } = window;
        if (has('messages-doubled')) queueMicrotask(() => this.dispatchEvent(again));
        else
          window.release = () => {
            release();
            this.dispatchEvent(again);
          };
      });
    }
  };
}

window.recorded = [];
window.failures = [];
addEventListener('error', (event) => window.failures.push(event.message));
addEventListener('unhandledrejection', (event) => window.failures.push(String(event.reason)));

const record = (event: Event, fields: Record<string, unknown>): void => {
  const recorded: Recorded = { type: event.type, at: now(), ...fields };
  const index = window.elements.indexOf(event.target as (typeof window.elements)[number]);
  window.recorded.push(index > 0 ? { ...recorded, index } : recorded);
  // For scenarios in which the test must not evaluate: in Firefox that counts as the user's gesture.
  if (setup.authorizeAtOnce) navigator.sendBeacon('/recorded', JSON.stringify(recorded));
};
const heard = document.documentElement;
heard.addEventListener('oauth-status-change', (event) => {
  const { accountId, oauthStatus, previous } = event;
  record(event, { accountId, oauthStatus, previous });
});
heard.addEventListener('oauth-authorized', (event) => {
  record(event, { accountId: event.accountId, channel: event.channel });
});
heard.addEventListener('oauth-view-change', (event) => {
  record(event, { view: event.view, previous: event.previous });
  if (setup.authorizeAtOnce && event.view === 'unauthorized' && event.previous === 'loading')
    window.elements[0]?.authorize();
});
heard.addEventListener('oauth-error', (event) => {
  record(event, { accountId: event.accountId, code: event.error.code, message: event.error.message });
});

// Only now, so that the element's code finds the page as it has become.
await import('../../src/index.ts');

window.elements = setup.elements.map((attributes) => {
  const element = document.createElement('destination-oauth');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (setup.authorization) element.requestInit = { headers: { authorization: setup.authorization } };
  return element;
});
const [first] = window.elements;
if (!first) throw new Error('The page needs an element.');
window.element = first;
document.body.append(...window.elements);
