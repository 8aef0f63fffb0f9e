import { UserManager } from 'oidc-client-ts';
import './peer.ts';

window.start = ({ issuer, clientId, scope, variant }) => {
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    scope,
    redirect_uri: `${location.origin}/return/oidc-client-ts`,
    // Spares it the discovery request.
    metadata: {
      issuer: `${issuer}/`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
    },
    automaticSilentRenew: false,
  });
  return () => manager.signinPopup(variant === 'abort-on-close' ? { popupAbortOnClose: true } : {});
};
