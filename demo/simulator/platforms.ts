import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type Provider from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.ts';
import { users, type PlatformBrand } from './platform-brands.ts';
import { consentPage, loginPage, messagePage } from './platform-pages.ts';
import type { Listener } from './listen.ts';
import type { Scenario } from './scenario.ts';

/** What LiveRamp asks for: a user's id, permission that outlives the session, and the rights on the ad account. */
export const PLATFORM_SCOPE = 'openid offline_access ads';

export interface PlatformTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Platform extends PlatformBrand {
  readonly issuer: string;
  /** Host and port, as in `authorizationHosts`. */
  readonly host: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** A grant with its tokens, as if this user had consented. */
  grant(userId: string): Promise<PlatformTokens>;
  /** The user takes the permission back: the grant of this token is destroyed, and all its tokens with it. */
  revoke(refreshToken: string): Promise<boolean>;
  /** Forgets all grants, tokens and sessions. */
  reset(): void;
  close(): Promise<void>;
}

/** Lets the platforms serve more than LiveRamp, say public clients beside it. */
export interface PlatformSetup {
  configure(configuration: Configuration): Configuration;
  /** Before the platform's own middleware. */
  prepare(provider: Provider): void;
}

const CLIENT_ID = 'liveramp';
const CLIENT_NAME = 'LiveRamp';
const HOUR = 3600;

/** Imports oidc-provider without its warning about Node 20, on which it works. */
async function loadProvider(): Promise<typeof Provider> {
  const { warn } = console;
  console.warn = (...data: unknown[]): void => {
    if (!String(data[0]).includes('Unsupported runtime')) warn(...data);
  };
  try {
    return (await import('oidc-provider')).default;
  } finally {
    console.warn = warn;
  }
}

/** Starts one destination platform: an OAuth 2.0 authorization server with its own sign-in and consent pages. */
export async function startPlatform(
  brand: PlatformBrand,
  listener: Listener,
  options: { host: string; callbackUrl: string; scenario: Scenario; setup?: PlatformSetup | undefined },
): Promise<Platform> {
  const OidcProvider = await loadProvider();
  const { scenario, setup } = options;
  const host = `${options.host}:${listener.port}`;
  const issuer = `http://${host}`;
  const secret = randomBytes(32).toString('base64url');
  const adapter = memoryAdapter();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Cookies know no ports: platforms on one host need names of their own.
  const cookieName = (name: string): string => `${brand.id}_${listener.port}_${name}`;

  const configuration: Configuration = {
    adapter: adapter.factory,
    clients: [
      {
        client_id: CLIENT_ID,
        client_name: CLIENT_NAME,
        client_secret: secret,
        redirect_uris: [options.callbackUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        scope: PLATFORM_SCOPE,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    scopes: PLATFORM_SCOPE.split(' '),
    claims: { openid: ['sub'], ads: ['name', 'ad_account_role'] },
    findAccount: (_ctx, id) => {
      const user = users.find((known) => known.id === id);
      return (
        user && { accountId: id, claims: () => ({ sub: id, name: user.name, ad_account_role: user.ad_account_role }) }
      );
    },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: false },
    },
    pkce: { required: () => true },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: cookieName('session'), interaction: cookieName('interaction'), resume: cookieName('resume') },
    },
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: 90 * 24 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: 90 * 24 * HOUR,
      Session: HOUR,
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = String(
        await messagePage(
          brand,
          'This does not work',
          `${out.error_description ?? out.error}. Close this window and try again.`,
        ),
      );
    },
  };
  const provider = new OidcProvider(issuer, setup?.configure(configuration) ?? configuration);
  setup?.prepare(provider);
  // A refusal of a bad request is this server's daily business, told to the client in its answer.
  provider.on('server_error', (_ctx, error) => console.error(`${brand.name}:`, error));

  const closing = new AbortController();

  provider.use(async (ctx, next) => {
    const page = ctx.path === '/auth' || ctx.path.startsWith('/auth/') || ctx.path.startsWith('/interaction/');
    if (page) {
      ctx.set('Cache-Control', 'no-store');
      ctx.set('Referrer-Policy', 'no-referrer');
      ctx.set(
        'Content-Security-Policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
      );
      if (scenario.coop !== 'none') ctx.set('Cross-Origin-Opener-Policy', scenario.coop);
      const shown = ctx.method === 'GET' && ctx.path.startsWith('/interaction/');
      if (scenario.slow && shown)
        await delay(scenario.slowMs, undefined, { signal: closing.signal }).catch(() => undefined);
      // Without a session every authorization begins at the sign-in, whatever happened in this browser before: the
      // demo can be repeated with another user, and in two windows at once.
      const cookies = ctx.req.headers.cookie?.split('; ').filter((pair) => !pair.startsWith(cookieName('session')));
      if (cookies) ctx.req.headers.cookie = cookies.join('; ');
    }
    if (ctx.path === '/token' && scenario.platformTokens === 'broken') {
      ctx.status = 500;
      ctx.type = 'html';
      ctx.body = String(await messagePage(brand, 'Internal error', 'Something broke here.'));
      return;
    }
    const step = /^\/interaction\/([\w-]+)(?:\/(login|allow|deny|switch))?$/.exec(ctx.path);
    if (!step) {
      await next();
      return;
    }
    try {
      await interact(ctx, `/interaction/${step[1]}`, step[2]);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'SessionNotFound') throw error;
      ctx.status = 400;
      ctx.type = 'html';
      ctx.body = String(
        await messagePage(brand, 'This page has expired', 'Close this window and start again where you came from.'),
      );
    }
  });

  /** Sign-in, then consent, in one interaction: `GET` shows the step that is next, `POST` takes it. */
  async function interact(
    ctx: KoaContextWithOIDC | ProviderContext,
    base: string,
    step: string | undefined,
  ): Promise<void> {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    const user = users.find((known) => known.id === interaction.result?.login?.accountId);
    const show = (body: unknown): void => {
      ctx.type = 'html';
      ctx.body = String(body);
    };
    if (ctx.method === 'GET' && !step) {
      return show(await (user ? consentPage(brand, user, CLIENT_NAME, base) : loginPage(brand, users, base)));
    }
    if (ctx.method !== 'POST') {
      ctx.status = 405;
      ctx.set('Allow', step ? 'POST' : 'GET');
      return show(await messagePage(brand, 'Method not allowed', 'Go back and use the buttons.'));
    }
    if (step === 'login' || step === 'switch') {
      const chosen = step === 'login' ? new URLSearchParams(await readBody(ctx.req)).get('user') : undefined;
      const next = users.find((known) => known.id === chosen);
      if (next) interaction.result = { login: { accountId: next.id, remember: false } };
      else delete interaction.result;
      await interaction.persist();
      ctx.status = 303;
      ctx.redirect(base);
      return;
    }
    const result =
      step === 'allow' && user
        ? {
            login: { accountId: user.id, remember: false },
            consent: { grantId: await newGrant(user.id, String(interaction.params['client_id'])) },
          }
        : { error: 'access_denied', error_description: 'The user did not allow it.' };
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
    ctx.status = 303;
    ctx.redirect(returnTo);
  }

  /** Each consent is a grant of its own, so that revoking one leaves the others alone. */
  async function newGrant(userId: string, clientId = CLIENT_ID): Promise<string> {
    const grant = new provider.Grant({ accountId: userId, clientId });
    grant.addOIDCScope(PLATFORM_SCOPE);
    return grant.save();
  }

  const serve = provider.callback();
  listener.handle((request, response) => void serve(request, response));

  return {
    ...brand,
    issuer,
    host,
    client: { id: CLIENT_ID, secret },
    async grant(userId) {
      const client = await provider.Client.find(CLIENT_ID);
      if (!client) throw new Error('The client is not registered.');
      const grantId = await newGrant(userId);
      const common = { accountId: userId, client, grantId, gty: 'authorization_code', scope: PLATFORM_SCOPE };
      return {
        accessToken: await new provider.AccessToken(common).save(),
        refreshToken: await new provider.RefreshToken(common).save(),
      };
    },
    async revoke(refreshToken) {
      const token = await provider.RefreshToken.find(refreshToken);
      const grant = token?.grantId ? await provider.Grant.find(token.grantId) : undefined;
      if (!token?.grantId || !grant) return false;
      await grant.destroy();
      for (const model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode]) {
        await model.revokeByGrantId(token.grantId);
      }
      return true;
    },
    reset: () => adapter.clear(),
    async close() {
      closing.abort();
      await listener.close();
    },
  };
}

type ProviderContext = Parameters<Parameters<Provider['use']>[0]>[0];

/** A form's body, at most a few hundred bytes. */
async function readBody(request: AsyncIterable<Buffer>): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk.toString('utf8');
    if (body.length > 4096) throw new Error('The form is too large.');
  }
  return body;
}
