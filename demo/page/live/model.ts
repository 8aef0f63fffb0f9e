/** What the Live section shows and what can be done in it. */
import type { DemoState, Scenario, Version } from './control-api.ts';

export type Variant = 'compact' | 'card' | 'button';
export type Mode = 'auto' | 'popup' | 'redirect';

/** What an element's `diagnose()` reports. */
export type Diagnosis = Awaited<ReturnType<HTMLElementTagNameMap['destination-oauth']['diagnose']>>;

export interface LiveModel {
  demo: DemoState;
  epoch: number;
  variant: Variant;
  mode: Mode;
  /** By account: what its element shows, for the partner's own controls beside it. */
  shown: ReadonlyMap<string, { status: string; name: string | undefined }>;
  /** By account: what "Activate New Destination Account" answered, for `initial-status`. */
  initialStatuses: ReadonlyMap<string, string>;
  message: string;
  problem: string;
  diagnosis: Diagnosis | undefined;
}

export interface LiveActions {
  readonly setVersion: (version: Version) => void;
  readonly setScenario: (scenario: Partial<Scenario>) => void;
  readonly setVariant: (variant: Variant) => void;
  readonly setMode: (mode: Mode) => void;
  readonly refreshAll: () => void;
  readonly revoke: (accountId: string) => void;
  readonly reset: () => void;
  readonly activate: (platform: string) => void;
  readonly diagnose: () => void;
}
