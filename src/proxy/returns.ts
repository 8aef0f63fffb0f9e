import type { Hint } from '../contract.ts';
import type { FlowCookie } from './flow-cookies.ts';
import type { ReturnResult } from './flows.ts';
import type { Call } from './request.ts';
import type { Services } from './services.ts';
import type { Session } from './upstream.ts';

/** LiveRamp's redirect, however it came: verifies and records it, and tells the audit log. */
export async function recordReturn(
  services: Services,
  call: Call,
  state: string,
  hint: Hint,
  session: Session | null,
  cookies: readonly FlowCookie[],
): Promise<ReturnResult> {
  const result = await services.flows.returned(state, hint, session, cookies);
  if (result.kind === 'unknown') return result;
  const { user, tenant, account: accountId } = result.record;
  if (result.kind === 'unbound') {
    services.notify(call, { type: 'flow.unbound', outcome: result.outcome }, { user, tenant, accountId });
  } else {
    services.notify(call, { type: 'flow.returned', outcome: hint }, { user, tenant, accountId });
  }
  return result;
}
