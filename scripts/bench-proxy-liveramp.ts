/** What the benchmark's LiveRamp (API v2) answers, at once and without a state of its own: `[status, body]`. */
export function answerOf(method: string, path: string, body: string): [number, unknown] {
  if (path === '/token') return [200, { access_token: 'token', token_type: 'Bearer', expires_in: 600 }];
  if (path.startsWith('/v2/integration-connections/')) return [200, CONNECTION];
  if (path.includes('/integrations/')) return [200, { id: '71', name: 'Matched Audiences', oAuthEndpointID: 'ep' }];
  if (path.startsWith('/v2/destinations/')) return [200, { id: '7', name: 'LinkedIn' }];
  // An attempt's id is its state, and it is authorized as soon as it is asked for.
  if (method === 'POST') return [201, { id: (JSON.parse(body) as { state: string }).state }];
  const authorizationUrl = `https://www.linkedin.com/oauth?state=${path.slice(path.lastIndexOf('/') + 1)}`;
  return [200, { authorizationUrl, status: 'AUTHORIZED', oAuthConnectionID: 'oc_1' }];
}

const CONNECTION = {
  id: 'da_1',
  integrationID: ['7', '71'],
  oAuthConnectionID: 'oc_1',
  properties: [{ propertyKey: 'advertiserId', propertyValue: '12345' }],
  deviceTypes: ['WEB', 'IOS', 'ANDROID'],
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  oauthStatus: 'Authorized',
};
