import assert from 'node:assert/strict';
import type { Simulator, Tenant } from '../../demo/simulator/index.ts';

/** The simulator's tenant of this name. */
export function tenantOf(simulator: Simulator, id: 'acme' | 'birch' = 'acme'): Tenant {
  const tenant = simulator.tenants.find((known) => known.id === id);
  assert.ok(tenant);
  return tenant;
}

/** A token of this tenant's service account, by the real token endpoint. */
export async function fetchToken(
  simulator: Simulator,
  tenant: Tenant,
  changes: Record<string, string | undefined> = {},
): Promise<Response> {
  const form: Record<string, string | undefined> = {
    grant_type: 'password',
    username: tenant.serviceAccount.accountId,
    password: tenant.serviceAccount.secretKey,
    scope: 'openid',
    client_id: 'liveramp-api',
    response_type: 'token',
    ...changes,
  };
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return fetch(simulator.liveramp.tokenUrl, { method: 'POST', body: new URLSearchParams(given) });
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const body: unknown = text === '' ? {} : JSON.parse(text);
  assert.ok(typeof body === 'object' && body !== null);
  return { status: response.status, body: { ...body } };
};

export type Api = (method: string, path: string, body?: unknown) => Promise<Answer>;

const request = (method: string, headers: Record<string, string>, body: unknown): RequestInit =>
  body === undefined
    ? { method, headers }
    : { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };

/** Calls v2 as this tenant. */
export function v2(simulator: Simulator, tenant: Tenant = tenantOf(simulator)): Api {
  const headers = { authorization: `Bearer ${simulator.serviceAccounts.issue(tenant)}`, 'lr-org-id': tenant.orgId };
  return async (method, path, body) =>
    read(await fetch(`${simulator.liveramp.v2BaseUrl}/v2${path}`, request(method, headers, body)));
}

/** Calls v1.1 as this tenant. */
export function v11(simulator: Simulator, tenant: Tenant = tenantOf(simulator)): Api {
  return async (method, path, body) =>
    read(await fetch(simulator.liveramp.v1BaseUrl + path, request(method, { 'x-api-key': tenant.apiKey }, body)));
}

export { read as readAnswer };
