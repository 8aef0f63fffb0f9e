import { OAUTH_STATUSES, type OAuthStatus } from './contract.ts';

/**
 * A status that the page knows from elsewhere, in the contract's words: its own values, LiveRamp v1.1's
 * (`oauth_not_applicable`) and v2's (`NotApplicable`). Anything else is `unknown`, which is never authorized.
 */
export function readInitialStatus(value: string | null | undefined): OAuthStatus | undefined {
  if (!value) return undefined;
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^oauth_/, '')
      .replaceAll('_', '');
  return OAUTH_STATUSES.find((status) => plain(status) === plain(value)) ?? 'unknown';
}
