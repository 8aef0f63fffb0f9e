/** Metrics and the audit log by OpenTelemetry. Without an SDK its API does nothing, so this runs as it is. */
import { metrics } from '@opentelemetry/api';
import type { ProxyEvent } from 'destination-oauth/proxy';

const meter = metrics.getMeter('destination-oauth');
const durations = meter.createHistogram('destination_oauth.request.duration', { unit: 'ms' });
const events = meter.createCounter('destination_oauth.events');

/** For `onEvent`. Attributes are the few-valued fields only: users and accounts belong into the audit log. */
export function recordEvent(event: ProxyEvent): void {
  const outcome = event.outcome ?? 'ok';
  if (event.type === 'request') {
    const { route, method, status } = event;
    durations.record(event.durationMs, { 'http.route': route, 'http.request.method': method, status, outcome });
    return;
  }
  events.add(1, { type: event.type, outcome });
  // A return in another browser than the one that began: somebody should look at it.
  if (event.type === 'flow.unbound') console.warn(JSON.stringify({ audit: event }));
}
