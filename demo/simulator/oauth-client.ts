import * as oauth from 'oauth4webapi';
import type { Attempt, Connection, Model } from './model.ts';
import { PLATFORM_SCOPE, type Platform } from './platforms.ts';
import type { Scenario } from './scenario.ts';

/** What LiveRamp tells of the outcome in its redirect (v1.1 reference, "Perform OAuth Authorization"). */
export type RedirectStatus = 'ok' | 'internal_server_error' | 'service_unavailable' | 'unprocessable_entity';

interface Pending {
  readonly attempt: Attempt;
  readonly verifier: string;
  readonly nonce: string;
}

// Platforms are on loopback, where plain http is the point. The library marks the option deprecated only to warn.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const insecure = { [oauth.allowInsecureRequests]: true };

/** LiveRamp's side of OAuth: a confidential client of each platform, with PKCE, state and nonce (RFC 6749, 7636; OIDC Core). */
export class OAuthClient {
  readonly #callbackUrl: string;
  readonly #model: Model;
  readonly #scenario: Scenario;
  readonly #servers = new Map<Platform, Promise<oauth.AuthorizationServer>>();
  /** By the `state` that the platform brings back. */
  readonly #pending = new Map<string, Pending>();

  constructor(callbackUrl: string, model: Model, scenario: Scenario) {
    this.#callbackUrl = callbackUrl;
    this.#model = model;
    this.#scenario = scenario;
  }

  clear(): void {
    this.#pending.clear();
  }

  /** Makes a PENDING attempt, whose `authorizationUrl` is the platform's. */
  async begin(
    fields: Pick<Attempt, 'orgId' | 'platform' | 'redirectUrl' | 'state' | 'connectionId' | 'accountId'>,
  ): Promise<Attempt> {
    const server = await this.#server(fields.platform);
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const nonce = oauth.generateRandomNonce();
    const url = new URL(server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: fields.platform.client.id,
      response_type: 'code',
      redirect_uri: this.#callbackUrl,
      scope: PLATFORM_SCOPE,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      // Asks again each time: consent may be for another ad account than the last.
      prompt: 'login consent',
    }).toString();
    const attempt: Attempt = {
      ...fields,
      id: crypto.randomUUID(),
      authorizationUrl: url.href,
      status: 'PENDING',
      createdAt: this.#model.now(),
    };
    for (const [abandoned, { attempt: earlier }] of this.#pending) {
      if (earlier.status === 'PENDING') break;
      this.#pending.delete(abandoned);
    }
    this.#pending.set(state, { attempt, verifier, nonce });
    this.#model.addAttempt(attempt);
    return attempt;
  }

  /**
   * Handles the platform's redirect. Returns the attempt and what to tell the partner, or `undefined` for a `state`
   * that is unknown or used up.
   */
  async finish(url: URL): Promise<{ attempt: Attempt; status: RedirectStatus } | undefined> {
    const states = url.searchParams.getAll('state');
    const state = states.length === 1 ? (states[0] ?? '') : '';
    const pending = this.#pending.get(state);
    this.#pending.delete(state);
    this.#model.settle();
    if (!pending || pending.attempt.status !== 'PENDING') return undefined;
    const { attempt } = pending;
    const fail = (status: RedirectStatus, detail: string) => {
      this.#model.conclude(attempt, { kind: 'failed', detail }, this.#scenario.processingMs);
      return { attempt, status };
    };
    if (this.#scenario.liveramp === '503') return fail('service_unavailable', 'The service was not available.');

    const server = await this.#server(attempt.platform);
    const { client } = this.#credentials(attempt.platform);
    let parameters: URLSearchParams;
    try {
      parameters = oauth.validateAuthResponse(server, client, url, state);
    } catch (error) {
      if (!(error instanceof oauth.AuthorizationResponseError))
        return fail('internal_server_error', 'The platform answered wrongly.');
      return fail('unprocessable_entity', `The platform refused: ${error.error}.`);
    }
    try {
      const { tokens, permitted } = await this.#exchange(server, pending, parameters);
      this.#model.conclude(attempt, { kind: 'authorized', tokens, permitted }, this.#scenario.processingMs);
      return { attempt, status: 'ok' };
    } catch {
      return fail('internal_server_error', 'The platform did not give out tokens.');
    }
  }

  /** Whether the platform still honours this connection's grant (RFC 7662). */
  async isActive(connection: Connection): Promise<boolean> {
    const server = await this.#server(connection.platform);
    const { client, auth } = this.#credentials(connection.platform);
    const response = await oauth.introspectionRequest(server, client, auth, connection.tokens.refreshToken, insecure);
    return (await oauth.processIntrospectionResponse(server, client, response)).active;
  }

  /** Exchanges the code, then asks the platform with the new token whether this user may manage the ad account. */
  async #exchange(
    server: oauth.AuthorizationServer,
    { attempt, verifier, nonce }: Pending,
    parameters: URLSearchParams,
  ) {
    const { client, auth } = this.#credentials(attempt.platform);
    const answer = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        auth,
        parameters,
        this.#callbackUrl,
        verifier,
        insecure,
      ),
      { expectedNonce: nonce, requireIdToken: true },
    );
    const subject = oauth.getValidatedIdTokenClaims(answer)?.sub;
    if (answer.refresh_token === undefined || subject === undefined)
      throw new Error('The platform gave no refresh token.');
    const user = await oauth.processUserInfoResponse(
      server,
      client,
      subject,
      await oauth.userInfoRequest(server, client, answer.access_token, insecure),
    );
    const tokens = { accessToken: answer.access_token, refreshToken: answer.refresh_token };
    return { tokens, permitted: user['ad_account_role'] === 'admin' };
  }

  #server(platform: Platform): Promise<oauth.AuthorizationServer> {
    let server = this.#servers.get(platform);
    if (!server) {
      const issuer = new URL(platform.issuer);
      server = oauth
        .discoveryRequest(issuer, insecure)
        .then((response) => oauth.processDiscoveryResponse(issuer, response));
      this.#servers.set(platform, server);
      server.catch(() => this.#servers.delete(platform));
    }
    return server;
  }

  #credentials({ client }: Platform): { client: oauth.Client; auth: oauth.ClientAuth } {
    return {
      client: { client_id: client.id, id_token_signed_response_alg: 'ES256' },
      auth: oauth.ClientSecretBasic(client.secret),
    };
  }
}
