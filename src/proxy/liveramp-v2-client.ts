import { z } from 'zod';
import type { UpstreamErrorCode } from './problems.ts';
import type { UpstreamContext } from './upstream.ts';
import { UpstreamGate } from './upstream-gate.ts';
import { callUpstream } from './upstream-http.ts';

/** A service account of one of the partner's customers. */
export interface LiverampV2Credentials {
  readonly accountId: string;
  readonly secretKey: string;
  /** Goes into the `LR-Org-ID` header. */
  readonly orgId: string;
}

/** A token is not used in its last moments: the call may take a while to arrive. */
const EXPIRY_MARGIN_MS = 30_000;
const MAX_TENANTS = 10_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

interface Token {
  readonly value: string;
  readonly orgId: string;
  readonly expires: number;
}

export interface LiverampV2ClientOptions {
  readonly credentials: (tenant: string) => LiverampV2Credentials | Promise<LiverampV2Credentials>;
  readonly baseUrl: string;
  readonly tokenUrl: string;
}

export interface LiverampV2Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly body?: unknown;
  readonly notFound?: UpstreamErrorCode;
  readonly optional?: boolean;
}

/**
 * Calls the Activation API (2.9.0) as a tenant's service account. The token endpoint allows four requests a second, so a
 * token is shared by all requests of a tenant and one refresh is in flight at most.
 */
export class LiverampV2Client {
  readonly #options: LiverampV2ClientOptions;
  readonly #apiGate = new UpstreamGate();
  readonly #tokenGate = new UpstreamGate();
  readonly #tokens = new Map<string, Token>();
  readonly #refreshing = new Map<string, Promise<Token>>();

  constructor(options: LiverampV2ClientOptions) {
    this.#options = options;
  }

  call<T>(context: UpstreamContext, { method, path, schema, body, notFound, optional }: LiverampV2Call<T>): Promise<T> {
    const { tenant } = context.session;
    let used: Token | undefined;
    // Written out: spreading took longer than all else here.
    return callUpstream(context, {
      method,
      schema,
      notFound,
      optional,
      gate: this.#apiGate,
      url: this.#options.baseUrl + path,
      headers: async () => {
        used = await this.#token(context);
        const headers: Record<string, string> = {
          accept: 'application/json',
          authorization: `Bearer ${used.value}`,
          'lr-org-id': used.orgId,
        };
        if (body !== undefined) headers['content-type'] = 'application/json';
        return headers;
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      // A 403 can mean that the token has expired. Another request may have renewed it by now.
      renew: () => {
        if (used !== undefined && this.#tokens.get(tenant) === used) this.#tokens.delete(tenant);
      },
    });
  }

  async #token(context: UpstreamContext): Promise<Token> {
    const { tenant } = context.session;
    const known = this.#tokens.get(tenant);
    if (known && known.expires > context.clock()) return known;
    let refreshing = this.#refreshing.get(tenant);
    if (!refreshing) {
      refreshing = this.#fetchToken(context).finally(() => this.#refreshing.delete(tenant));
      this.#refreshing.set(tenant, refreshing);
    }
    return refreshing;
  }

  async #fetchToken(context: UpstreamContext): Promise<Token> {
    const { tenant } = context.session;
    const { accountId, secretKey, orgId } = await this.#options.credentials(tenant);
    const askedAt = context.clock();
    const answer = await callUpstream(context, {
      method: 'POST',
      gate: this.#tokenGate,
      url: this.#options.tokenUrl,
      headers: () => ({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }),
      body: new URLSearchParams({
        grant_type: 'password',
        username: accountId,
        password: secretKey,
        scope: 'openid',
        client_id: 'liveramp-api',
        response_type: 'token',
      }).toString(),
      schema: tokenAnswer,
    });
    const lifetime = answer.expires_in * 1000;
    const expires = askedAt + Math.max(lifetime - EXPIRY_MARGIN_MS, lifetime / 2);
    const token: Token = { value: answer.access_token, orgId, expires };
    const oldest = this.#tokens.keys().next();
    if (this.#tokens.size >= MAX_TENANTS && !oldest.done) this.#tokens.delete(oldest.value);
    this.#tokens.set(tenant, token);
    return token;
  }
}
