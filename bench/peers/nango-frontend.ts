/** For its size and its evaluation only: its server, which this library cannot do without, is no part of its package. */
import Nango from '@nangohq/frontend';
import './peer.ts';

window.start = ({ issuer, clientId }) => {
  const nango = new Nango({ host: issuer, connectSessionToken: clientId });
  return () => nango.auth('platform', 'account');
};
