/** Registers `<destination-oauth>`. */
import { DestinationOAuth } from './destination-oauth.ts';

export * from './element.ts';

DestinationOAuth.define();
