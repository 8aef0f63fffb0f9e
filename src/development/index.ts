/** `destination-oauth` as bundlers take it in development. */
import { reportPolling } from './report-polling.ts';

export * from '../index.ts';

reportPolling();
