/** What the element's attributes mean, or what is wrong with them. */
import { ACCOUNT_ID } from './contract.ts';
import { DestinationOAuthError, type ErrorCode } from './errors.ts';

export interface Config {
  /** Frameworks set properties, and an id of digits is a number there. */
  readonly accountId: string | number | null | undefined;
  readonly proxyUrl: string | null | undefined;
  readonly redirectOrigin: string | null | undefined;
}

/** What a valid configuration means. */
export interface Target {
  /** What is the same for all elements of one account at one proxy, and for nothing else. */
  key: string;
  accountId: string;
  /** The proxy's base, without a slash at the end. */
  base: string;
  /** The one origin that results may come from. */
  origin: string;
}

/** Names the attribute, which stands in the code, and the remedy. */
function problem(code: ErrorCode, takes: string): DestinationOAuthError {
  const [kind, ...attribute] = code.split('_');
  return new DestinationOAuthError(code, `${attribute.join('-')} is ${kind}. It takes ${takes}.`);
}

/** Reads the attributes; relative URLs are relative to `page`. */
export function targetOf(
  { accountId, proxyUrl, redirectOrigin }: Config,
  page: string,
): Target | DestinationOAuthError {
  const id = String(accountId ?? '');
  if (!ACCOUNT_ID.test(id))
    return problem(
      id ? 'invalid_account_id' : 'missing_account_id',
      "the destination account's id: up to 128 letters, digits and . _ ~ : -",
    );
  const url = proxyUrl && URL.canParse(proxyUrl, page) ? new URL(proxyUrl, page) : undefined;
  if (!url || !/^https?:[^?#@]+$/.test(url.href))
    return problem(
      proxyUrl ? 'invalid_proxy_url' : 'missing_proxy_url',
      "your proxy's base, as /api/destination-oauth",
    );
  const origin = redirectOrigin || url.origin;
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    return problem('invalid_redirect_origin', 'an exact origin, as https://app.example');
  const base = url.href.replace(/\/$/, '');
  return { key: `${base} ${id}`, accountId: id, base, origin };
}
