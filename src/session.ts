/**
 * Flows that outlive the page: kept in `sessionStorage`, taken up again after a reload or a full-page authorization.
 * Every call survives a storage that throws (disabled, full, sandboxed): then a reload forgets, and nothing else changes.
 */
import { FLOW_ID } from './contract.ts';
import type { Attempt } from './flow.ts';

const PREFIX = 'destination-oauth:';

/** Flows that an element of this page looks after, so that two elements for one account do not both tell of one. */
const claimed = new Set<string>();

function guarded<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}

/** Keeps the attempts of one element; `before` are those kept last time. */
export function keep(owner: string, attempts: readonly Attempt[], before: readonly Attempt[]): void {
  for (const { flow } of before) if (!attempts.some((a) => a.flow === flow)) forget(flow);
  for (const { flow, begunAt, mode, top, renewal, live } of attempts) {
    claimed.add(flow);
    guarded((storage) => storage.setItem(PREFIX + flow, JSON.stringify({ owner, begunAt, mode, top, renewal, live })));
  }
}

function forget(flow: string): void {
  claimed.delete(flow);
  guarded((storage) => storage.removeItem(PREFIX + flow));
}

/** Leaves the attempts to whichever element comes for them. */
export const release = (attempts: readonly Attempt[]): void => attempts.forEach(({ flow }) => claimed.delete(flow));

/** Claims a flow again; false if another element has taken it meanwhile. */
export const reclaim = (flow: string): boolean => !claimed.has(flow) && claimed.add(flow).has(flow);

/** The kept attempts of `owner` that nobody looks after, claimed for the caller; oldest first. */
export function takeUp(owner: string): readonly Attempt[] {
  const kept = guarded((storage) => Object.keys(storage).filter((key) => key.startsWith(PREFIX))) ?? [];
  const attempts: Attempt[] = [];
  for (const key of kept) {
    const flow = key.slice(PREFIX.length);
    if (claimed.has(flow) || !FLOW_ID.test(flow)) continue;
    const record = guarded((storage) => JSON.parse(storage.getItem(key) ?? 'null') as unknown);
    if (typeof record !== 'object' || record === null || !('owner' in record) || record.owner !== owner) continue;
    const { begunAt, mode, top, renewal, live } = record as Record<string, unknown>;
    if (typeof begunAt !== 'number' || (mode !== 'popup' && mode !== 'redirect')) continue;
    claimed.add(flow);
    attempts.push({
      flow,
      begunAt,
      mode,
      top: typeof top === 'number' ? top : undefined,
      renewal: renewal === true,
      live: live === true,
      resumed: true,
    });
  }
  return attempts.sort((a, b) => a.begunAt - b.begunAt);
}
