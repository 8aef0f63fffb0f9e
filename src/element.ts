/** The element's class and types, unregistered. */
export { DestinationOAuth, type PublicAccount, type Variant } from './destination-oauth.ts';
export type { Account, Hint, OAuthStatus } from './contract.ts';
export type { Diagnosis } from './diagnose.ts';
export { DestinationOAuthError, type ErrorCode } from './errors.ts';
export { OAuthAuthorizedEvent, OAuthErrorEvent, OAuthStatusChangeEvent, OAuthViewChangeEvent } from './events.ts';
export type { Mode } from './flow-controller.ts';
export type { Channel, View } from './flow.ts';
export type { RequestInitSource } from './http.ts';
export type { MessageKey, Messages } from './locales/en.ts';
