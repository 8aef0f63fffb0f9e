import { Auth0Client } from '@auth0/auth0-spa-js';
import './peer.ts';

window.start = ({ issuer, clientId, scope }) => {
  const client = new Auth0Client({ domain: issuer, clientId, authorizationParams: { scope } });
  return () => client.loginWithPopup();
};
