/** What a long list of elements shares, so that one more of them costs the page little. */
import { expect, fixture, html } from '@open-wc/testing';
import { DestinationOAuth } from '../src/index.ts';
import { part, Stage } from './helpers/stage.ts';
import { until } from './helpers/until.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  stage.proxy.account = { oauth_status: 'authorized' };
});
afterEach(() => stage.strike());

/** Rows that are read at once, whether anybody sees them or not. */
const create = (...ids: string[]): DestinationOAuth[] =>
  ids.map((accountId) =>
    Object.assign(new DestinationOAuth(), {
      accountId,
      proxyUrl: stage.proxy.base,
      variant: 'compact',
      loading: 'eager',
    }),
  );

async function show(rows: readonly DestinationOAuth[], view = 'authorized'): Promise<void> {
  await fixture(html`<div>${rows}</div>`);
  await until(() => rows.every((row) => row.view === view), `all ${view}`);
  await Promise.all(rows.map((row) => row.updateComplete));
}

/** What the page is made to keep while `work` runs: observers, channels, and listeners of its own. */
async function keptDuring(work: () => Promise<void>): Promise<string[]> {
  const kept = new Set<string>();
  const undo: (() => void)[] = [];
  for (const name of ['IntersectionObserver', 'MutationObserver', 'ResizeObserver', 'BroadcastChannel'] as const) {
    const original = window[name];
    let made = 0;
    const construct = (target: typeof original, args: unknown[], from: unknown): object => {
      kept.add(`${name} ${++made}`);
      return Reflect.construct(target, args, from as typeof original) as object;
    };
    Reflect.set(window, name, new Proxy(original, { construct }));
    undo.push(() => Reflect.set(window, name, original));
  }
  const listeners: unknown[] = [];
  for (const [name, target] of Object.entries({ window, document })) {
    const add = target.addEventListener.bind(target);
    target.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
      // The same one again is not added.
      if (!listeners.includes(listener)) listeners.push(listener);
      kept.add(`${name} ${type} ${listeners.indexOf(listener)}`);
      add(type, listener, options);
    };
    undo.push(() => Reflect.deleteProperty(target, 'addEventListener'));
  }
  try {
    await work();
  } finally {
    for (const each of undo) each();
  }
  return [...kept];
}

describe('a list of rows', () => {
  it('has one style sheet', async () => {
    const rows = create('a', 'b', 'c');
    await show(rows);
    const sheets = rows.flatMap((row) => row.shadowRoot?.adoptedStyleSheets ?? []);
    expect(sheets.length).to.equal(3);
    expect(new Set(sheets).size).to.equal(1);
  });

  it('has observers, channels and listeners of the page as one row has', async () => {
    const [first, ...others] = create('a', 'b', 'c', 'd');
    const kept = await keptDuring(() => show(first ? [first] : []));
    expect(kept.filter((each) => /^(window|document) /.test(each)).length).to.be.greaterThan(3);
    const more = await keptDuring(() => show(others));
    expect(more.filter((each) => !kept.includes(each))).to.deep.equal([]);
    expect(more.filter((each) => /^(\w+Observer|BroadcastChannel) /.test(each))).to.deep.equal([]);
  });

  it('fades no colours when the statuses come', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    stage.proxy.account = () => asked.then(() => ({ oauth_status: 'authorized' }));
    const rows = create('a', 'b');
    await show(rows, 'loading');
    const colours = (): string[] => rows.map((row) => getComputedStyle(part(row, 'icon') ?? row).color);
    const before = colours();
    answer();
    await until(() => rows.every((row) => row.view === 'authorized'), 'the statuses');
    await Promise.all(rows.map((row) => row.updateComplete));
    expect(colours()).not.to.deep.equal(before);
    const fading = rows.flatMap((row) => row.shadowRoot?.getAnimations() ?? []);
    expect(fading.filter((each) => each instanceof CSSTransition)).to.deep.equal([]);
  });

  it('lays out each of the labels that it keeps room for once', async () => {
    const rows = create('a');
    await show(rows);
    const labels = rows[0]?.shadowRoot?.querySelector<HTMLElement>('.main')?.dataset['reserve']?.split('\n') ?? [];
    expect(labels.length).to.be.greaterThan(3);
    expect(new Set(labels).size).to.equal(labels.length);
  });
});
