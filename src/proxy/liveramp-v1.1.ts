import { z } from 'zod';
import { OAUTH_STATUSES, type OAuthStatus } from '../contract.ts';
import type { Upstream, UpstreamContext } from './upstream.ts';
import { UpstreamGate } from './upstream-gate.ts';
import { callUpstream, readBaseUrl, segment, type UpstreamCall } from './upstream-http.ts';

/**
 * LiveRamp's v1.1 API, as far as it could be read. Documented: the base and the `x-api-key` header (v1.0.2 reference),
 * `oauth_not_applicable`, that Account Detail carries `oauth_status`, and that Perform OAuth Authorization takes a
 * `redirect_url` and a `state`. ASSUMED, and therefore to be overridden by `paths` and `statuses` where it differs: both
 * paths, the `account` wrapper, the answer's `authorization_url`, and every status but the first.
 */
export const liverampV11Defaults = {
  baseUrl: 'https://api.liveramp.net/v1/distribution',
  paths: { account: '/accounts/{id}', authorize: '/accounts/{id}/oauth' },
  statuses: {
    oauth_not_applicable: 'not_applicable',
    oauth_authorized: 'authorized',
    authorized: 'authorized',
    oauth_unauthorized: 'unauthorized',
    unauthorized: 'unauthorized',
  },
} as const satisfies {
  baseUrl: string;
  paths: Record<string, string>;
  statuses: Record<string, OAuthStatus>;
};

export interface LiverampV11Options {
  credentials: (tenant: string) => { readonly apiKey: string } | Promise<{ readonly apiKey: string }>;
  /** Default `liverampV11Defaults.baseUrl`. */
  baseUrl?: string;
  /** Merged over `liverampV11Defaults.paths`; `{id}` stands for the account id. */
  paths?: Partial<Record<'account' | 'authorize', string>>;
  /** Merged over `liverampV11Defaults.statuses`: `{ [raw oauth_status]: oauth_status }`. */
  statuses?: Readonly<Record<string, OAuthStatus>>;
}

const accountAnswer = z.object({
  account: z.object({
    name: z.string().max(1000).nullish(),
    oauth_status: z.string().max(200).nullish(),
  }),
});
const authorizeAnswer = z.object({ authorization_url: z.string() });

/** The upstream for LiveRamp's v1.1 API: one API key a tenant, an account's status is its `oauth_status`. */
export function liverampV11(options: LiverampV11Options): Upstream {
  if (typeof (options as Partial<LiverampV11Options> | undefined)?.credentials !== 'function')
    throw new TypeError('liverampV11: credentials must be a function');
  const baseUrl = readBaseUrl('liverampV11: baseUrl', options.baseUrl ?? liverampV11Defaults.baseUrl);
  const paths = { ...liverampV11Defaults.paths, ...options.paths };
  for (const [name, path] of Object.entries<unknown>(paths)) {
    if (typeof path !== 'string' || !path.startsWith('/') || !path.includes('{id}')) {
      throw new TypeError(`liverampV11: paths.${name} must start with "/" and hold "{id}"`);
    }
  }
  const statuses = new Map<string, OAuthStatus>(
    Object.entries({ ...liverampV11Defaults.statuses, ...options.statuses }),
  );
  for (const [raw, status] of statuses) {
    if (!OAUTH_STATUSES.includes(status)) {
      throw new TypeError(`liverampV11: statuses[${JSON.stringify(raw)}] must be one of ${OAUTH_STATUSES.join(', ')}`);
    }
  }

  const gate = new UpstreamGate();
  const call = async <T>(
    context: UpstreamContext,
    path: string,
    accountId: string,
    rest: Pick<UpstreamCall<T>, 'method' | 'schema' | 'body'>,
  ): Promise<T> => {
    const { apiKey } = await options.credentials(context.session.tenant);
    return callUpstream(context, {
      ...rest,
      gate,
      url: baseUrl + path.replaceAll('{id}', segment(accountId)),
      headers: () => ({
        accept: 'application/json',
        'x-api-key': apiKey,
        ...(rest.body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      notFound: 'account_not_found',
    });
  };

  return {
    async account(context, accountId) {
      const { account } = await call(context, paths.account, accountId, { method: 'GET', schema: accountAnswer });
      const raw = account.oauth_status;
      return {
        ...(account.name ? { name: account.name } : {}),
        ...(raw ? { upstreamStatus: raw } : {}),
        oauthStatus: (raw && statuses.get(raw)) || 'unknown',
        // v1.1 does not tell a stale grant from one that never was.
        reauthorization: false,
      };
    },

    async begin(context, accountId, { redirectUrl, state }) {
      const { authorization_url } = await call(context, paths.authorize, accountId, {
        method: 'POST',
        schema: authorizeAnswer,
        body: JSON.stringify({ redirect_url: redirectUrl, state }),
      });
      return { authorizationUrl: authorization_url };
    },
  };
}
