import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Pages {
  readonly handle: RequestListener;
  close(): Promise<void>;
}

/** Serves the page: built files from `staticDir`, or the source through Vite. */
export async function servePages(options: { server: Server; watch: boolean; staticDir?: string }): Promise<Pages> {
  const { server, watch, staticDir } = options;
  if (staticDir !== undefined) {
    const app = new Hono().use('*', serveStatic({ root: staticDir }));
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    return { handle: (request, response) => void listener(request, response), close: () => Promise.resolve() };
  }
  // Only here, so that a demo of built files does without Vite.
  const { createServer } = await import('vite');
  /** Without watching there is no socket for Vite's client to reach: it would only complain. */
  const withoutClient: Plugin = {
    name: 'without-client',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace(/<script [^>]*\/@vite\/client"><\/script>/, ''),
    },
  };
  const vite = await createServer({
    root,
    configFile: false,
    appType: 'mpa',
    logLevel: 'warn',
    plugins: watch ? [] : [withoutClient],
    // All dependencies of the page are ES modules. Without the optimizer's cache demos can run side by side, and no
    // page is reloaded because a dependency was discovered late.
    optimizeDeps: { noDiscovery: true },
    server: {
      middlewareMode: { server },
      ...(watch ? { hmr: { server } } : { hmr: false, ws: false, watch: null }),
    },
  });
  return { handle: vite.middlewares, close: () => vite.close() };
}
