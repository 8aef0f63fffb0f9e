/**
 * The partner's own part, the same for every server: who asks, what belongs to whom, and the LiveRamp service accounts.
 * All settings come from the environment.
 */
import { createProxy, liverampV2 } from 'destination-oauth/proxy';
import { recordEvent } from './telemetry.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `session=user.tenant`. Yours: look the cookie up in your session store. */
function sessionOf(request: Request): { user: string; tenant: string } | null {
  const [, user, tenant] = /(?:^|;\s*)session=(\w+)\.(\w+)/.exec(request.headers.get('cookie') ?? '') ?? [];
  return user && tenant ? { user, tenant } : null;
}

/** Yours: ask your database. */
const ownsAccount = (tenant: string, accountId: string): boolean => accountId.startsWith(`${tenant}_`);

export function createPartnerProxy(env: Environment): (request: Request) => Promise<Response> {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`Set ${name}.`);
    return value;
  };
  const { LIVERAMP_URL: baseUrl, LIVERAMP_TOKEN_URL: tokenUrl } = env;
  return createProxy({
    publicUrl: need('PUBLIC_URL'),
    embedOrigins: need('EMBED_ORIGINS').split(','),
    authorizationHosts: need('AUTHORIZATION_HOSTS').split(','),
    secret: need('TICKET_SECRET').split(','),
    upstream: liverampV2({
      // Yours: each of your customers has its own service account; read it from your vault by `tenant`.
      credentials: () => ({
        accountId: need('LIVERAMP_ACCOUNT_ID'),
        secretKey: need('LIVERAMP_SECRET_KEY'),
        orgId: need('LIVERAMP_ORG_ID'),
      }),
      ...(baseUrl ? { baseUrl } : {}),
      ...(tokenUrl ? { tokenUrl } : {}),
    }),
    authenticate: sessionOf,
    canAccess: ({ tenant }, accountId) => ownsAccount(tenant, accountId),
    onEvent: recordEvent,
  });
}
