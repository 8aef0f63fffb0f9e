/** What the element takes and tells, as the frameworks' typings need it: derived from the class, so that none can be missed. */
import type { LitElement } from 'lit';
import type { DestinationOAuth } from '../destination-oauth.ts';

// They are in `GlobalEventHandlersEventMap` for who sees this file.
export type * from '../events.ts';

type ReadOnly = 'account' | 'error' | 'oauthStatus' | 'view';
type Method = 'authorize' | 'cancel' | 'diagnose' | 'refresh';
type Own = Exclude<keyof DestinationOAuth, keyof LitElement | ReadOnly | Method>;

/** What can be set, by property. */
export type Properties = { [Name in Own]?: DestinationOAuth[Name] | undefined };

type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Name;
type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Camel<Rest>}`
  : Capitalize<Name>;

/** What can be set in markup, by attribute. */
export type Attributes = {
  [Name in Exclude<Own, 'messages' | 'requestInit'> as Kebab<Name>]?: DestinationOAuth[Name] | undefined;
};

type EventName = Extract<keyof GlobalEventHandlersEventMap, `oauth-${string}`>;

/** `onoauth-authorized`: listeners as React 19 and Svelte 5 take them on a tag. */
export type Listeners = {
  [Name in EventName as `on${Name}`]?: ((event: GlobalEventHandlersEventMap[Name]) => void) | undefined;
};

/** `onOauthAuthorized`: what Vue makes of `@oauth-authorized`. */
export type CamelListeners = {
  [Name in EventName as `on${Camel<Name>}`]?: ((event: GlobalEventHandlersEventMap[Name]) => void) | undefined;
};
