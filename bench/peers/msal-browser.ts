import { PublicClientApplication } from '@azure/msal-browser';
import './peer.ts';

window.start = async ({ issuer, clientId, scope }) => {
  const { host } = new URL(issuer);
  // An authority must be https by its rules; it is never contacted, since the endpoints are given.
  const authority = `https://${host}/`;
  const client = new PublicClientApplication({
    auth: {
      clientId,
      authority,
      knownAuthorities: [host],
      redirectUri: `${location.origin}/return/msal-browser`,
      authorityMetadata: JSON.stringify({
        issuer: `${issuer}/`,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
      }),
      OIDCOptions: { defaultScopes: ['openid'] },
    },
    system: { protocolMode: 'OIDC' },
  });
  await client.initialize();
  return () => client.loginPopup({ scopes: scope.split(' ') });
};
