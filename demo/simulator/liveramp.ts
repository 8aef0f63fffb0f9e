import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ApiError, notFound } from './api-error.ts';
import { liverampV11Api } from './liveramp-v1.1.ts';
import { liverampV2Api } from './liveramp-v2.ts';
import type { Destination, Model, Tenant } from './model.ts';
import type { OAuthClient } from './oauth-client.ts';
import type { Scenario } from './scenario.ts';
import type { ServiceAccounts } from './service-accounts.ts';

export const V2_BASE = '/activation';
export const V11_BASE = '/v1/distribution';
export const AUTHN_BASE = '/authn/v1';
export const CALLBACK_PATH = '/oauth/callback';

interface Deps {
  readonly origin: string;
  readonly model: Model;
  readonly catalog: readonly Destination[];
  readonly client: OAuthClient;
  readonly accounts: ServiceAccounts;
  readonly tenants: readonly Tenant[];
  readonly scenario: Scenario;
}

/** The whole simulated LiveRamp: both APIs, the token endpoint, and the callback that the platforms redirect to. */
export function liverampApp(deps: Deps): Hono {
  const app = new Hono();
  app.route(V2_BASE, liverampV2Api(deps));
  app.route(V11_BASE, liverampV11Api(deps));
  app.route(AUTHN_BASE, deps.accounts.app);

  app.get(CALLBACK_PATH, async (c) => {
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    // Hono answers HEAD here too; a link preview must not use up the code.
    if (c.req.method === 'HEAD') return c.body(null, 405);
    const finished = await deps.client.finish(new URL(c.req.url));
    if (!finished) return c.text('This authorization is unknown or already finished. You can close this window.', 400);
    const { attempt, status } = finished;
    if (attempt.redirectUrl === undefined) return c.text('You can close this window.');
    const target = new URL(attempt.redirectUrl);
    target.searchParams.set('status', status);
    if (attempt.state !== undefined) target.searchParams.set('state', attempt.state);
    return c.redirect(target.href, 302);
  });

  app.get('/logos/:file', (c) => {
    const destination = deps.catalog.find(({ id }) => `${id}.svg` === c.req.param('file'));
    if (!destination) throw notFound('Logo');
    c.header('Content-Type', 'image/svg+xml');
    return c.body(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="8" fill="${destination.colour}"/><text x="20" y="27" font-family="sans-serif" font-size="20" fill="#fff" text-anchor="middle">${destination.name.slice(0, 1)}</text></svg>`,
    );
  });

  app.notFound(() => notFound('Resource').getResponse());
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error('Simulated LiveRamp:', error);
    return new ApiError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error').getResponse();
  });
  return app;
}
