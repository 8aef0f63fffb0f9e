/** Brings an element into each of its views, by what the proxy, the browser and the user do. */
import type { DestinationOAuth } from '../../src/index.ts';
import type { View } from '../../src/flow.ts';
import { account, never } from './fake-proxy.ts';
import type { Stage } from './stage.ts';

const begun = async (stage: Stage, given: Partial<DestinationOAuth>): Promise<DestinationOAuth> => {
  const element = await stage.ready(given);
  element.authorize();
  return element;
};

type Reach = (stage: Stage, given: Partial<DestinationOAuth>) => Promise<DestinationOAuth>;

export const VIEWS: Record<View, Reach> = {
  loading: (stage, given) => {
    stage.proxy.account = never;
    return stage.mount(given);
  },
  'not-applicable': (stage, given) => {
    stage.proxy.account = { oauth_status: 'not_applicable', authorize_url: null };
    return stage.ready(given);
  },
  unauthorized: (stage, given) => stage.ready(given),
  reauthorize: (stage, given) => {
    stage.proxy.account = { reauthorization: true };
    return stage.ready(given);
  },
  authorized: (stage, given) => {
    stage.proxy.account = { oauth_status: 'authorized' };
    return stage.ready(given);
  },
  awaiting: begun,
  confirming: async (stage, given) => {
    stage.proxy.flow = never;
    const element = await begun(stage, given);
    stage.say();
    return element;
  },
  incomplete: async (stage, given) => {
    const element = await begun(stage, given);
    stage.proxy.flow = { state: 'completed', account: account() };
    stage.say();
    return element;
  },
  unconfirmed: async (stage, given) => {
    const element = await begun(stage, given);
    stage.popups[0]?.close();
    return element;
  },
  blocked: async (stage, given) => {
    stage.blocked = true;
    return begun(stage, given);
  },
  failed: async (stage, given) => {
    const element = await begun(stage, given);
    stage.proxy.flow = { state: 'failed', hint: 'unprocessable_entity' };
    stage.say({ hint: 'unprocessable_entity' });
    return element;
  },
  error: (stage, given) => {
    stage.proxy.account = 'account_not_found';
    return stage.ready(given);
  },
};

/** An element in a view, rendered. */
export async function inView(
  stage: Stage,
  view: View,
  given: Partial<DestinationOAuth> = {},
): Promise<DestinationOAuth> {
  const element = await VIEWS[view](stage, given);
  await stage.view(element, view);
  return element;
}
