/**
 * The messages between the redirect page and the element. No DOM: shapes and names only.
 *
 * redirect page → element: `{ns, v: 1, type: "result", flow, hint}`, by `opener.postMessage(…, exact origin)` and on the
 * flow's own BroadcastChannel. element → redirect page: `{ns, v: 1, type: "ack", flow}`, the same way back.
 * Nothing else travels. A message is a hint that the popup has returned; what is true only the proxy can say.
 */
import { FLOW_ID, HINTS, type Hint } from './contract.ts';

export const NAMESPACE = 'destination-oauth';
export const VERSION = 1;

export interface ResultMessage {
  ns: typeof NAMESPACE;
  v: typeof VERSION;
  type: 'result';
  flow: string;
  hint: Hint;
}

export interface AckMessage {
  ns: typeof NAMESPACE;
  v: typeof VERSION;
  type: 'ack';
  flow: string;
}

/** The BroadcastChannel that carries the messages of one flow and no other. */
export const channelName = (flow: string): string => `${NAMESPACE}:${flow}`;

export const resultMessage = (flow: string, hint: Hint): ResultMessage => ({
  ns: NAMESPACE,
  v: VERSION,
  type: 'result',
  flow,
  hint,
});

export const ackMessage = (flow: string): AckMessage => ({ ns: NAMESPACE, v: VERSION, type: 'ack', flow });

/** LiveRamp's `status` parameter as a hint; anything unknown, doubled or absent is `unknown`. */
export const hintOf = (status: unknown): Hint =>
  (HINTS as readonly unknown[]).includes(status) ? (status as Hint) : 'unknown';

/** Reads a message of exactly one of the two shapes: own fields, no others, right types. Never throws. */
export function readMessage(data: unknown): ResultMessage | AckMessage | undefined {
  try {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
    const fields = new Map<string, unknown>(Object.entries(data));
    const flow = fields.get('flow');
    if (fields.get('ns') !== NAMESPACE || fields.get('v') !== VERSION) return undefined;
    if (typeof flow !== 'string' || !FLOW_ID.test(flow)) return undefined;
    if (fields.get('type') === 'ack') return fields.size === 4 ? ackMessage(flow) : undefined;
    const hint = fields.get('hint');
    if (fields.get('type') !== 'result' || fields.size !== 5 || hintOf(hint) !== hint) return undefined;
    return resultMessage(flow, hintOf(hint));
  } catch {
    return undefined;
  }
}
