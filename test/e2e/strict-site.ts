/**
 * A partner's site under the strictest policy that the element promises to work under, with the drop-in file as a partner
 * loads it, the proxy, and a platform on another site that consents at a click.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { build } from 'vite';
import { ROOT } from '../../scripts/test-files.ts';
import { createProxy, type Upstream } from '../../src/proxy/index.ts';

/** As SECURITY.md has it, and a report of every violation. */
export const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; " +
  'trusted-types lit-html; report-uri /report';

const ELEMENT = '<destination-oauth account-id="da_1" proxy-url="/api"></destination-oauth>';
const SCRIPTS = '<script src="/page.js"></script><script type="module" src="/destination-oauth.js"></script>';
const page = (body: string): string => `<!doctype html><html lang="en"><title>A strict page</title>${body}</html>`;

/** Listens before anything is parsed, so that no violation is missed. */
const PAGE_SCRIPT = `
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  // The browser asks for an icon by itself.
  if (!event.blockedURI.endsWith('/favicon.ico'))
    window.violations.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sample);
});
`;
const FRAME_SCRIPT = `
customElements.whenDefined('destination-oauth').then(() => document.querySelector('destination-oauth').diagnose())
  .then((report) => parent.postMessage(JSON.stringify(report), '*'));
`;
const FRAMING_SCRIPT = `addEventListener('message', (event) => (window.report = JSON.parse(event.data)));`;

export interface StrictSite {
  readonly url: string;
  /** What browsers have reported. */
  readonly reports: string[];
  close(): Promise<void>;
}

/** The drop-in file as `npm run build` makes it. */
async function dropIn(): Promise<string> {
  const result = await build({
    root: ROOT,
    mode: 'drop-in',
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    build: { write: false },
  });
  const [file] = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  if (file?.type !== 'chunk') throw new Error('The build gave no script.');
  return file.code;
}

export async function startStrictSite(): Promise<StrictSite> {
  const script = await dropIn();
  const reports: string[] = [];
  const app = new Hono();
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The site has no port.');
  const { port, address: host } = address;
  const url = `http://localhost:${port}`;
  // The platform is another site where localhost is 127.0.0.1; by its other name, where it is ::1.
  const platform = host === '::1' ? `http://[::1]:${port}` : `http://127.0.0.1:${port}`;

  const granted = new Set<string>();
  const upstream: Upstream = {
    account: (_, id) =>
      Promise.resolve({
        destinationName: 'Brightfjord',
        oauthStatus: granted.has(id) ? 'authorized' : 'unauthorized',
        reauthorization: false,
      }),
    begin: (_, id, { redirectUrl, state }) =>
      Promise.resolve({
        authorizationUrl: `${platform}/platform?${new URLSearchParams({ id, redirectUrl, state }).toString()}`,
      }),
  };
  const proxy = createProxy({
    publicUrl: `${url}/api`,
    upstream,
    authenticate: () => ({ user: 'ann', tenant: 'acme' }),
    canAccess: () => true,
    embedOrigins: [url],
    authorizationHosts: [new URL(platform).host],
    secret: 'a secret of the strict site, long enough for a key',
  });

  const javascript = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
  const strict = { 'content-security-policy': POLICY };
  app.all('/api/*', (c) => proxy(c.req.raw));
  app.get('/', (c) => {
    granted.clear();
    const variants = ['compact', 'button'].map((variant) => ELEMENT.replace(' ', ` variant="${variant}" `));
    return c.html(page(SCRIPTS + ELEMENT + variants.join('')), 200, strict);
  });
  app.get('/framing', (c) =>
    c.html(page('<script src="/framing.js"></script><iframe sandbox="allow-scripts" src="/framed"></iframe>')),
  );
  app.get('/framed', (c) => c.html(page(`${ELEMENT}${SCRIPTS}<script src="/frame.js"></script>`)));
  app.get('/destination-oauth.js', (c) => c.body(script, 200, javascript));
  app.get('/page.js', (c) => c.body(PAGE_SCRIPT, 200, javascript));
  app.get('/frame.js', (c) => c.body(FRAME_SCRIPT, 200, javascript));
  app.get('/framing.js', (c) => c.body(FRAMING_SCRIPT, 200, javascript));
  app.post('/report', async (c) => {
    const report = await c.req.text();
    if (!report.includes('/favicon.ico')) reports.push(report);
    return c.body(null, 204);
  });
  app.get('/platform', (c) => {
    const query = new URL(c.req.url).search.replaceAll('&', '&amp;');
    return c.html(page(`<form action="/consent${query}" method="post"><button id="allow">Allow</button></form>`));
  });
  app.post('/consent', (c) => {
    const { id = '', redirectUrl = '', state = '' } = c.req.query();
    granted.add(id);
    return c.redirect(`${redirectUrl}?${new URLSearchParams({ status: 'ok', state }).toString()}`, 303);
  });
  return {
    url,
    reports,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
