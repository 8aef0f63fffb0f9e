/** `<destination-oauth>` in the JSX of React 19: `import type {} from 'destination-oauth/types/react'`. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { DestinationOAuth } from '../destination-oauth.ts';
import type { Attributes, Listeners, Properties } from './shared.ts';

export type DestinationOAuthTagProps = DetailedHTMLProps<HTMLAttributes<DestinationOAuth>, DestinationOAuth> &
  Properties &
  Attributes &
  Listeners;

declare module 'react' {
  // The only way to add a tag to JSX.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'destination-oauth': DestinationOAuthTagProps;
    }
  }
}
