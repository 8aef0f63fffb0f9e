/**
 * Flows that outlive the page: kept in `sessionStorage`, taken up again after a reload or a full-page authorization.
 * Every call survives a storage that throws (disabled, full, sandboxed): then a reload forgets, and nothing else changes.
 */
import { copy, FLOW_ID, isBoolean, isOneOf, optional } from './contract.ts';
import type { Attempt } from './flow.ts';
import { parseJson } from './http.ts';

const PREFIX = 'destination-oauth:';

/**
 * Who looks after a flow in this page, so that two elements for one account do not both tell of one. An element that has left
 * the document may have been replaced: asked, it lets go of its flows, for whichever comes in its place, and says so.
 */
const claimed = new Map<string, () => boolean>();

type Kept = Pick<Attempt, 'flow' | 'begunAt' | 'mode' | 'top' | 'renewal' | 'live'> & { owner: string };

function guarded<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}

/** Keeps an attempt of `owner`; `leave` is asked by others who would look after it. */
export function keep(owner: string, { flow, begunAt, mode, top, renewal, live }: Attempt, leave: () => boolean): void {
  const kept: Kept = { owner, flow, begunAt, mode, top, renewal, live };
  claimed.set(flow, leave);
  guarded((storage) => storage.setItem(PREFIX + flow, JSON.stringify(kept)));
}

export function forget(flow: string): void {
  claimed.delete(flow);
  guarded((storage) => storage.removeItem(PREFIX + flow));
}

/** Leaves an attempt to whichever element comes for it. */
export const release = ({ flow }: Attempt): boolean => claimed.delete(flow);

/** Whether another element has taken a flow up meanwhile. */
export const isClaimed = (flow: string): boolean => claimed.has(flow);

/** The kept attempts of `owner` that nobody looks after; oldest first. */
export const takeUp = (owner: string): readonly Attempt[] =>
  (guarded((storage) => Object.entries<unknown>(storage)) ?? [])
    .flatMap(([key, value]) => {
      const kept = copy<Kept>(key.startsWith(PREFIX) && parseJson(String(value)), {
        owner: (field) => field === owner,
        flow: (field) => PREFIX + String(field) === key && FLOW_ID.test(String(field)),
        begunAt: Number.isFinite,
        mode: isOneOf(['popup', 'redirect']),
        top: optional(Number.isFinite),
        renewal: isBoolean,
        live: isBoolean,
      });
      return kept && (claimed.get(kept.flow)?.() ?? true) ? { ...kept, resumed: true } : [];
    })
    .sort((a, b) => a.begunAt - b.begunAt);
