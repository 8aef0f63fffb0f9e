/** `<destination-oauth>` in Vue's templates: `import type {} from 'destination-oauth/types/vue'`. */
import type { HTMLAttributes } from 'vue';
import type { Attributes, CamelListeners, Properties } from './shared.ts';

export type DestinationOAuthTagProps = Omit<HTMLAttributes, keyof Properties> &
  Properties &
  Attributes &
  CamelListeners;

declare module 'vue' {
  interface GlobalComponents {
    'destination-oauth': new () => { $props: DestinationOAuthTagProps };
  }
}
