import { hintOf } from '../protocol.ts';
import type { Account, AccountItem, FlowReport } from '../contract.ts';
import { ProblemError } from './problems.ts';
import {
  authenticate,
  embeddingOrigin,
  readJson,
  requireAccountId,
  requireFlowId,
  requireOrigin,
  requireSession,
  type Call,
} from './request.ts';
import { userKey, type Services } from './services.ts';
import type { FlowCookie } from './flow-cookies.ts';
import { recordReturn } from './returns.ts';
import { callbackBodySchema, type CallbackAnswer } from './schemas.ts';
import { BATCH_MS, type Session, type UpstreamAccount, type UpstreamContext } from './upstream.ts';

const MAX_BATCH = 100;

async function beginRead(services: Services, call: Call): Promise<{ session: Session; origin: string }> {
  const origin = embeddingOrigin(call, services.config);
  const session = await requireSession(call, services.config);
  services.limits.readsOfUser.take(userKey(session));
  return { session, origin };
}

/** An `unknown` account is taken for one that lacks its authorization. */
const lacksAuthorization = ({ oauthStatus }: UpstreamAccount): boolean =>
  oauthStatus === 'unauthorized' || oauthStatus === 'unknown';

/**
 * An account that is not authorized may have a flow that LiveRamp has decided since. Whatever fails here must not keep
 * the status back.
 */
async function settled(services: Services, context: UpstreamContext, id: string, readAt?: number): Promise<boolean> {
  try {
    return await services.flows.settleRecent(context, id, readAt);
  } catch {
    return false;
  }
}

export async function getAccount(services: Services, call: Call, rawId: string | undefined): Promise<Account> {
  const origin = embeddingOrigin(call, services.config);
  const id = requireAccountId(call, rawId);
  const session = await requireSession(call, services.config);
  services.limits.readsOfUser.take(userKey(session));
  if (!(await services.mayAccess(session, id))) throw new ProblemError('account_not_found');
  const context = services.upstreamContext(call, session);
  let account = await services.accounts.read(context, id);
  if (lacksAuthorization(account) && (await settled(services, context, id))) {
    account = await services.accounts.read(context, id);
  }
  return services.accounts.present(context, id, account, origin);
}

export async function getAccounts(services: Services, call: Call): Promise<{ accounts: AccountItem[] }> {
  const origin = embeddingOrigin(call, services.config);
  const asked = call.url.searchParams.getAll('id');
  if (asked.length < 1 || asked.length > MAX_BATCH) {
    throw new ProblemError('invalid_request', `Give 1 to ${MAX_BATCH} ids: ?id=a&id=b`);
  }
  for (const id of asked) requireAccountId(call, id);
  delete call.accountId;
  const session = await requireSession(call, services.config);
  services.limits.readsOfUser.take(userKey(session));

  const ids = [...new Set(asked)];
  const allowed = await Promise.all(ids.map((id) => services.mayAccess(session, id)));
  const readable = ids.filter((_, index) => allowed[index]);
  const context = services.upstreamContext(call, session);
  const readAt = services.config.clock() - BATCH_MS;
  const results = await services.accounts.readAll(context, readable);
  await Promise.all(
    readable.map(async (id) => {
      const result = results.get(id);
      if (!result || result instanceof Error || !lacksAuthorization(result)) return;
      if (await settled(services, context, id, readAt))
        results.set(id, await services.accounts.read(context, id).catch(() => result));
    }),
  );
  const items = new Map<string, AccountItem>();
  await Promise.all(
    ids.map(async (id) => {
      items.set(id, await services.accounts.presentItem(context, id, results.get(id), origin));
    }),
  );
  return { accounts: asked.flatMap((id) => items.get(id) ?? []) };
}

export async function getFlow(services: Services, call: Call, rawFlow: string | undefined): Promise<FlowReport> {
  const { session, origin } = await beginRead(services, call);
  const flow = requireFlowId(rawFlow);
  const context = services.upstreamContext(call, session);
  return services.flows.report(context, flow, origin, (id) => services.mayAccess(session, id));
}

export async function postCallback(
  services: Services,
  call: Call,
  cookies: readonly FlowCookie[],
): Promise<CallbackAnswer> {
  requireOrigin(call, services.config);
  // A header that no form can send, and that no other site can send without a preflight.
  if (call.request.headers.get('x-destination-oauth') !== '1') {
    throw new ProblemError('invalid_request', 'Send the header x-destination-oauth: 1');
  }
  const body = callbackBodySchema.safeParse(await readJson(call.request));
  if (!body.success) throw new ProblemError('invalid_request', 'The body must be {"status", "state"}, both strings');
  const session = await authenticate(call, services.config);
  const result = await recordReturn(services, call, body.data.state, hintOf(body.data.status), session, cookies);
  if (result.kind !== 'returned') throw new ProblemError('invalid_state');
  const { flow, origin, returnTo } = result.record;
  return { flow, target_origin: origin, hint: result.hint, ...(returnTo === undefined ? {} : { return_to: returnTo }) };
}
