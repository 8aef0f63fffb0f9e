/**
 * The redirect page as a drop-in: `<script src="redirect.min.js" data-proxy-url="/api/destination-oauth"></script>`.
 */
import { handleRedirect } from './redirect.ts';

if (typeof document !== 'undefined') {
  // A module script is not `currentScript`.
  const script = document.currentScript ?? document.querySelector('script[data-proxy-url]');
  const proxyUrl = script?.getAttribute('data-proxy-url');
  if (proxyUrl) {
    const run = (): void => void handleRedirect({ proxyUrl });
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', run);
    else run();
  } else {
    throw new Error('destination-oauth: the redirect script needs a data-proxy-url attribute');
  }
}
