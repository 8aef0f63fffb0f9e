/** `destination-oauth/react` as bundlers take it in development. */
import { reportPolling } from './report-polling.ts';

export * from '../react.ts';

reportPolling();
