/** One element in each view on one page, all reached by what the proxy, the browser and the user do. */
import type { Account, ProblemCode } from '../../src/contract.ts';
import type { View } from '../../src/flow.ts';
import { DestinationOAuth } from '../../src/index.ts';
import { account, FakeProxy, never, type Flow } from './fake-proxy.ts';
import type { Stage } from './stage.ts';

/** The account of an element's first read, where it is not merely unauthorized. */
const ACCOUNTS: Partial<Record<View, Partial<Account> | ProblemCode>> = {
  'not-applicable': { oauth_status: 'not_applicable', authorize_url: null },
  reauthorize: { reauthorization: true },
  authorized: { oauth_status: 'authorized' },
  error: 'upstream_unavailable',
};

/** What to do after the first read. */
const STEPS: Partial<Record<View, (stage: Stage) => void>> = {
  awaiting: () => undefined,
  confirming: (stage) => stage.say(),
  incomplete: (stage) => stage.say(),
  unconfirmed: (stage) => stage.popups.at(-1)?.close(),
  blocked: () => undefined,
  failed: (stage) => stage.say({ hint: 'unprocessable_entity' }),
};

const flowOf = (view: View, names: Partial<Account>): Flow | Promise<never> => {
  if (view === 'confirming') return never();
  if (view === 'incomplete') return { state: 'completed', account: account(names) };
  if (view === 'failed') return { state: 'failed', hint: 'unprocessable_entity' };
  return { state: 'pending' };
};

export const ALL_VIEWS: readonly View[] = [
  'loading',
  'not-applicable',
  'unauthorized',
  'reauthorize',
  'authorized',
  'awaiting',
  'confirming',
  'incomplete',
  'unconfirmed',
  'blocked',
  'failed',
  'error',
];

/**
 * Puts one element in each view, as a child of what `place` gives, and stops the time for good, so that they stay there.
 * Properties are the same for all. May be called once for each variant.
 */
export async function showAllViews(
  stage: Stage,
  place: (view: View) => Element,
  given: Partial<DestinationOAuth> = {},
  namesOf: (view: View) => Partial<Account> = () => ({}),
): Promise<Map<View, DestinationOAuth>> {
  const silent = new FakeProxy().install();
  silent.account = never;
  const viewOfFlow = new Map<string, View>();
  const { variant = 'card' } = given;
  const idOf = (view: View): string => `${variant}~${view}`;
  stage.proxy.account = (id) => {
    const view = id.split('~')[1] as View;
    const answer = ACCOUNTS[view] ?? {};
    return typeof answer === 'string' ? answer : { ...namesOf(view), ...answer };
  };
  stage.proxy.flow = (flow) => {
    const view = viewOfFlow.get(flow) ?? 'awaiting';
    return flowOf(view, { ...namesOf(view), account_id: idOf(view) });
  };
  if (!stage.clock) stage.freeze();
  const elements = new Map<View, DestinationOAuth>();
  for (const view of ALL_VIEWS) {
    const element = new DestinationOAuth();
    const { base } = view === 'loading' ? silent : stage.proxy;
    Object.assign(element, { accountId: idOf(view), proxyUrl: base, ...given });
    element.setAttribute('loading', 'eager');
    place(view).append(element);
    elements.set(view, element);
  }
  for (const [view, element] of elements) {
    if (view === 'loading') continue;
    await stage.view(element, (each) => each !== 'loading');
    const step = STEPS[view];
    if (step) {
      stage.blocked = view === 'blocked';
      element.authorize();
      stage.blocked = false;
      viewOfFlow.set(stage.flow, view);
      stage.proxy.belongs(stage.flow, idOf(view));
      step(stage);
    }
    await stage.view(element, view);
  }
  for (const element of elements.values()) await element.updateComplete;
  return elements;
}
