/** `<destination-oauth>` in Svelte's markup: `import type {} from 'destination-oauth/types/svelte'`. */
import type { HTMLAttributes } from 'svelte/elements';
import type { DestinationOAuth } from '../destination-oauth.ts';
import type { Attributes, Listeners, Properties } from './shared.ts';

export type DestinationOAuthTagProps = Omit<HTMLAttributes<DestinationOAuth>, keyof Properties> &
  Properties &
  Attributes &
  Listeners;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'destination-oauth': DestinationOAuthTagProps;
  }
}
