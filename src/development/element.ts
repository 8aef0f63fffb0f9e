/** `destination-oauth/element` as bundlers take it in development. */
import { reportPolling } from './report-polling.ts';

export * from '../element.ts';

reportPolling();
