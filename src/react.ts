/** `<destination-oauth>` as a React component with typed events. Importing it registers the element. React 18 and newer. */
import { createComponent, type EventName } from '@lit/react';
import React, { type ForwardRefExoticComponent, type HTMLAttributes, type RefAttributes } from 'react';
import type { OAuthAuthorizedEvent, OAuthErrorEvent, OAuthStatusChangeEvent, OAuthViewChangeEvent } from './events.ts';
import { DestinationOAuth as DestinationOAuthElement } from './index.ts';
import type { Attributes, Properties } from './types/shared.ts';

export type { DestinationOAuthElement };
export type { DestinationOAuthTagProps } from './types/react.ts';

export interface DestinationOAuthProps
  extends Omit<HTMLAttributes<DestinationOAuthElement>, 'onError' | keyof Properties>, Properties {
  /** `oauth-status-change` */
  onStatusChange?: ((event: OAuthStatusChangeEvent) => void) | undefined;
  /** `oauth-authorized` */
  onAuthorized?: ((event: OAuthAuthorizedEvent) => void) | undefined;
  /** `oauth-view-change` */
  onViewChange?: ((event: OAuthViewChangeEvent) => void) | undefined;
  /** `oauth-error` */
  onError?: ((event: OAuthErrorEvent) => void) | undefined;
}

const Component = createComponent({
  react: React,
  tagName: 'destination-oauth',
  elementClass: DestinationOAuthElement,
  events: {
    onStatusChange: 'oauth-status-change' as EventName<OAuthStatusChangeEvent>,
    onAuthorized: 'oauth-authorized' as EventName<OAuthAuthorizedEvent>,
    onViewChange: 'oauth-view-change' as EventName<OAuthViewChangeEvent>,
    onError: 'oauth-error' as EventName<OAuthErrorEvent>,
  },
  // Said anew for who has not got @lit/react, which is in the bundle. It treats undefined as absent, but its types do not say so.
}) as ForwardRefExoticComponent<DestinationOAuthProps & RefAttributes<DestinationOAuthElement>>;

/**
 * The component sets properties when it is there, so a server renders none, and an element that wakes up in such a page before
 * React does would find no account. These it finds in the markup; but not where its requests need what only React can set.
 */
const attributesOf = (props: DestinationOAuthProps): Attributes =>
  props.requestInit
    ? {}
    : {
        'account-id': props.accountId,
        'proxy-url': props.proxyUrl,
        'initial-status': props.initialStatus,
        'redirect-origin': props.redirectOrigin,
      };

/** Its `ref` is the element, with `authorize()`, `refresh()`, `cancel()` and `diagnose()`. */
export const DestinationOAuth: typeof Component = React.forwardRef<DestinationOAuthElement, DestinationOAuthProps>(
  (props, ref) => React.createElement(Component, { ...props, ...attributesOf(props), ref }),
);
DestinationOAuth.displayName = 'DestinationOAuth';
