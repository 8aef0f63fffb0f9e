/**
 * Checks a proxy against the contract from outside: each route, header, error and security rule that can be seen there. For
 * partners who write the proxy themselves, in whatever language. `npx destination-oauth check-proxy` runs it.
 */
import { ACCOUNT_ID } from '../contract.ts';
import { AUTHORIZE_RULES, RETURN_RULES } from './flow-rules.ts';
import { Probe, Skipped, type CheckOptions } from './probe.ts';
import { READ_RULES } from './read-rules.ts';

export type { CheckOptions };

export interface CheckResult {
  /** Stable: may be used in scripts. */
  readonly rule: string;
  /** What must hold. */
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was found instead, or why the rule was skipped. */
  readonly detail?: string;
}

export interface CheckReport {
  readonly url: string;
  /** No rule failed. */
  readonly ok: boolean;
  readonly results: readonly CheckResult[];
}

/**
 * Runs every rule, one after the other. With `begin` (the default) one authorization is begun, and not finished. Throws
 * `TypeError` where an option cannot work; what the proxy does wrong is in the report.
 */
export async function checkProxy(options: CheckOptions): Promise<CheckReport> {
  if (!URL.canParse(options.url)) throw new TypeError(`The proxy's URL must be absolute, not ${options.url}`);
  if (!ACCOUNT_ID.test(options.account)) throw new TypeError('The account must be 1 to 128 of A-Z a-z 0-9 . _ ~ : -');
  const probe = new Probe(options);
  const results: CheckResult[] = [];
  for (const { rule, title, check } of [...READ_RULES, ...AUTHORIZE_RULES, ...RETURN_RULES]) {
    const found = await check(probe).catch((error: unknown) =>
      error instanceof Skipped ? error : `no answer: ${error instanceof Error ? error.message : 'unknown'}`,
    );
    if (found === undefined) results.push({ rule, title, outcome: 'passed' });
    else if (found instanceof Skipped) results.push({ rule, title, outcome: 'skipped', detail: found.message });
    else results.push({ rule, title, outcome: 'failed', detail: found });
  }
  return { url: probe.base, ok: results.every(({ outcome }) => outcome !== 'failed'), results };
}
