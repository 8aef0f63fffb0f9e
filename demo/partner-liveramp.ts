import type { Destination, Simulator, Tenant } from './simulator/index.ts';

/** A token is renewed this long before it expires. */
const MARGIN_MS = 60_000;

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;

/** What the partner's own backend does with LiveRamp's APIs: it creates accounts. Their authorization is the proxy's. */
export class PartnerLiveRamp {
  readonly #urls: Simulator['liveramp'];
  readonly #tokens = new Map<string, { token: string; until: number }>();

  constructor(urls: Simulator['liveramp']) {
    this.#urls = urls;
  }

  /** v1.1, Activate New Destination Account. */
  async activateAccount(
    tenant: Tenant,
    destination: Destination,
    name: string,
  ): Promise<{ id: string; oauthStatus: string }> {
    const properties = destination.integration.requiredProperties.map((property) => ({
      name: property.name,
      value: name,
    }));
    const account = { destination_id: Number(destination.id), name, device_types: ['web'], properties };
    const answer = own(
      await this.#post(`${this.#urls.v1BaseUrl}/accounts`, { 'x-api-key': tenant.apiKey }, { account }),
      'account',
    );
    const [id, oauthStatus] = [own(answer, 'id'), own(answer, 'oauth_status')];
    if (typeof id !== 'string' || typeof oauthStatus !== 'string')
      throw new Error('LiveRamp answered without an account.');
    return { id, oauthStatus };
  }

  /** v2, Create an Integration Connection; returns its id. */
  async createIntegrationConnection(
    tenant: Tenant,
    { id: destinationId, integration }: Destination,
    advertiser: string,
    oAuthConnectionID: string,
  ): Promise<string> {
    const answer = await this.#post(
      `${this.#urls.v2BaseUrl}/v2/integration-connections`,
      { authorization: `Bearer ${await this.#token(tenant)}`, 'lr-org-id': tenant.orgId },
      {
        integrationID: [destinationId, integration.id],
        oAuthConnectionID,
        properties: integration.requiredProperties.map(({ name }) => ({
          propertyKey: name,
          propertyValue: advertiser,
        })),
        deviceTypes: integration.deviceTypes,
      },
    );
    const id = own(answer, 'id');
    if (typeof id !== 'string') throw new Error('LiveRamp answered without an id.');
    return id;
  }

  async #token({ id, serviceAccount }: Tenant): Promise<string> {
    const kept = this.#tokens.get(id);
    if (kept && kept.until > Date.now()) return kept.token;
    const body = new URLSearchParams({
      grant_type: 'password',
      username: serviceAccount.accountId,
      password: serviceAccount.secretKey,
      scope: 'openid',
      client_id: 'liveramp-api',
      response_type: 'token',
    });
    const answer = await this.#send(this.#urls.tokenUrl, { method: 'POST', body });
    const [token, life] = [own(answer, 'access_token'), own(answer, 'expires_in')];
    if (typeof token !== 'string' || typeof life !== 'number') throw new Error('LiveRamp gave no token.');
    this.#tokens.set(id, { token, until: Date.now() + life * 1000 - MARGIN_MS });
    return token;
  }

  #post(url: string, headers: Record<string, string>, body: object): Promise<unknown> {
    return this.#send(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #send(url: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`LiveRamp answered ${response.status}.`);
    return response.json();
  }
}
