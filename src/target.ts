/** What the element's attributes mean, or what is wrong with them. */
import { ACCOUNT_ID } from './contract.ts';
import { DestinationOAuthError } from './errors.ts';

export interface Config {
  readonly accountId: string | null | undefined;
  readonly proxyUrl: string | null | undefined;
  readonly redirectOrigin: string | null | undefined;
}

/** What a valid configuration means. */
export interface Target {
  accountId: string;
  /** The proxy's base, without a slash at the end. */
  base: string;
  /** The one origin that results may come from. */
  origin: string;
}

const TAKES = {
  account_id: "the destination account's id, up to 128 letters, digits and . _ ~ : -",
  proxy_url: "your proxy's base, for example /api/destination-oauth",
  redirect_origin: 'an exact origin, for example https://app.example',
};

/** Names the attribute and the remedy. */
function problem(name: keyof typeof TAKES, value: string | null | undefined): DestinationOAuthError {
  const attribute = name.replace('_', '-');
  return value || name === 'redirect_origin'
    ? new DestinationOAuthError(`invalid_${name}`, `${attribute} is malformed. It takes ${TAKES[name]}.`)
    : new DestinationOAuthError(`missing_${name}`, `${attribute} is missing. It takes ${TAKES[name]}.`);
}

const parse = (url: string, base?: string): URL | undefined =>
  URL.canParse(url, base) ? new URL(url, base) : undefined;

/** Reads the attributes; relative URLs are relative to `page`. */
export function targetOf(
  { accountId, proxyUrl, redirectOrigin }: Config,
  page: string,
): Target | DestinationOAuthError {
  if (!accountId || !ACCOUNT_ID.test(accountId)) return problem('account_id', accountId);
  const base = proxyUrl ? parse(proxyUrl, page) : undefined;
  if (!base || !/^https?:\/\/[^?#@]+$/.test(base.href)) return problem('proxy_url', proxyUrl);
  const origin = redirectOrigin || base.origin;
  if (parse(origin)?.origin !== origin) return problem('redirect_origin', redirectOrigin);
  return { accountId, base: base.href.replace(/\/$/, ''), origin };
}
