import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { Tenant } from './model.ts';

const TOKEN_LIFE_MS = 600_000;
const CALLS_PER_SECOND = 4;

/** LiveRamp's token endpoint, and the tokens that it has given out. */
export class ServiceAccounts {
  readonly #tokens = new Map<string, { tenant: Tenant; expiresAt: number }>();
  readonly #calls: number[] = [];
  readonly #tenants: readonly Tenant[];
  readonly #clock: () => number;
  readonly app: Hono;

  constructor(tenants: readonly Tenant[], clock: () => number) {
    this.#tenants = tenants;
    this.#clock = clock;
    this.app = new Hono();
    this.app.post('/oauth2/token', async (c) => {
      c.header('Cache-Control', 'no-store');
      if (this.#tooMany()) {
        c.header('Retry-After', '1');
        return c.json(
          { error: 'too_many_requests', error_description: `At most ${CALLS_PER_SECOND} requests per second` },
          429,
        );
      }
      if (!c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded')) {
        return c.json({ error: 'invalid_request', error_description: 'The body must be a form' }, 400);
      }
      const form = new URLSearchParams(await c.req.text());
      const expected = { grant_type: 'password', scope: 'openid', client_id: 'liveramp-api', response_type: 'token' };
      for (const [name, value] of Object.entries(expected)) {
        if (form.get(name) === value) continue;
        return c.json({ error: 'invalid_request', error_description: `${name} must be ${value}` }, 400);
      }
      const tenant = this.#tenants.find(
        ({ serviceAccount: { accountId, secretKey } }) =>
          form.get('username') === accountId && form.get('password') === secretKey,
      );
      if (!tenant)
        return c.json(
          { error: 'invalid_grant', error_description: 'Unknown service account or wrong secret key' },
          400,
        );
      return c.json({ access_token: this.issue(tenant), token_type: 'Bearer', expires_in: TOKEN_LIFE_MS / 1000 });
    });
  }

  issue(tenant: Tenant): string {
    const now = this.#clock();
    for (const [token, { expiresAt }] of this.#tokens) if (expiresAt <= now) this.#tokens.delete(token);
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, { tenant, expiresAt: now + TOKEN_LIFE_MS });
    return token;
  }

  /** Whose token this is; `undefined` if it is unknown or has expired. */
  tenantOf(token: string): Tenant | undefined {
    const entry = this.#tokens.get(token);
    return entry && entry.expiresAt > this.#clock() ? entry.tenant : undefined;
  }

  /** Makes all tokens invalid, as LiveRamp may at any time. */
  clear(): void {
    this.#tokens.clear();
  }

  #tooMany(): boolean {
    const now = this.#clock();
    while (this.#calls[0] !== undefined && this.#calls[0] <= now - 1000) this.#calls.shift();
    if (this.#calls.length >= CALLS_PER_SECOND) return true;
    this.#calls.push(now);
    return false;
  }
}
