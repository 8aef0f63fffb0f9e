import { Hono, type Context } from 'hono';
import * as api from './api.ts';
import { authorize, callback, done } from './navigations.ts';
import { openapi } from './openapi.ts';
import { readOptions, type ProxyConfig, type ProxyOptions } from './options.ts';
import { neutralPage } from './pages.ts';
import { asProblem, ProblemError, statusOf } from './problems.ts';
import {
  corsHeaders,
  embeddingOrigin,
  jsonResponse,
  problemHeaders,
  problemResponse,
  requireOrigin,
  type Call,
} from './request.ts';
import { createServices, type Services } from './services.ts';

type C = Context<{ Bindings: Call }>;

const ALLOWED_HEADERS = 'authorization, content-type, x-destination-oauth';
const PREFLIGHT_SECONDS = '600';
const NOWHERE = new URL('about:blank');

/**
 * The proxy as a Web-standard handler. Answers requests for `publicUrl` + route. Scheme and host of the request are not
 * compared: behind a TLS-terminating reverse proxy they differ, and nothing (redirects, cookies, origins, tickets) is
 * derived from them. Never rejects. Throws `ProxyConfigError` where an option cannot work.
 */
export function createProxy(options: ProxyOptions): (request: Request) => Promise<Response> {
  const config = readOptions(options);
  const services = createServices(config);
  const app = createApp(services);

  return async (request) => {
    const call: Call = {
      request,
      url: NOWHERE,
      requestId: crypto.randomUUID(),
      startedAt: performance.now(),
      route: 'none',
      page: false,
    };
    let response: Response;
    try {
      call.url = new URL(request.url);
      // Refusals too, and what is public: without the header the page could not tell one from a broken connection.
      const origin = request.headers.get('origin');
      if (origin !== null && config.embedOrigins.has(origin)) call.corsOrigin = origin;
      response = await app.fetch(request, call);
    } catch (error) {
      response = fail(call, error);
    }
    if (config.onEvent) notifyRequest(services, call, response.status);
    return response;
  };
}

function notifyRequest(services: Services, call: Call, status: number): void {
  const { problem, cause } = call;
  services.notify(call, {
    type: 'request',
    route: call.route,
    method: call.request.method,
    status,
    durationMs: performance.now() - call.startedAt,
    ...(problem === undefined ? {} : { outcome: problem }),
    ...(cause === undefined ? {} : { cause: traceOf(cause) }),
  });
}

/** An error's name and stack frames, without its message. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at [^\n]*:\d+:\d+\)?$/.test(line));
  return [/^\w{1,64}$/.test(error.name) ? error.name : 'Error', ...frames].join('\n');
}

/** Any failure as an answer of the kind that the route gives. */
function fail(call: Call, thrown: unknown, allow?: string): Response {
  const error = asProblem(thrown);
  call.problem = error.code;
  if (error.code === 'internal_error') call.cause = error.cause;
  return call.page
    ? neutralPage(statusOf(error.code), problemHeaders(error, allow))
    : problemResponse(call, error, allow);
}

/** The path below `publicUrl`, or nothing that any route matches. */
function routePath({ basePath }: ProxyConfig, { url: { pathname } }: Call): string {
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : '';
}

function createApp(services: Services): Hono<{ Bindings: Call }> {
  const { config, cookies } = services;
  const app = new Hono<{ Bindings: Call }>({
    // Always given: the handler passes its call as the environment.
    getPath: (_, options) => (options?.env ? routePath(config, options.env) : ''),
  });
  const document = openapi(config.base);

  /** One path: its methods, its preflight, and 405 for the rest. Hono would answer HEAD as GET: each route decides. */
  const route = (
    path: string,
    page: boolean,
    methods: Partial<Record<'GET' | 'POST' | 'HEAD', (c: C) => Promise<Response>>>,
    admit?: (call: Call) => void,
  ): void => {
    const allow = [...Object.keys(methods), ...(admit ? ['OPTIONS'] : [])].join(', ');
    app.all(path, (c) => {
      const call = c.env;
      const { method } = call.request;
      call.route = path;
      // A page that also answers fetch (it has a preflight) does so for POST and OPTIONS.
      call.page = page && !(admit && (method === 'POST' || method === 'OPTIONS'));
      if (method === 'OPTIONS' && admit) return preflight(call, admit, allow);
      const handler = method === 'GET' || method === 'POST' || method === 'HEAD' ? methods[method] : undefined;
      return handler ? handler(c) : fail(call, new ProblemError('method_not_allowed', `Allowed: ${allow}`), allow);
    });
  };
  const json = (work: (c: C) => Promise<unknown>) => async (c: C) => jsonResponse(c.env, await work(c));
  const admitPage = (call: Call): void => void embeddingOrigin(call, config);
  const admitReturn = (call: Call): void => requireOrigin(call, config);

  const account = json((c) => api.getAccount(services, c.env, c.req.param('id')));
  const accounts = json((c) => api.getAccounts(services, c.env));
  const flow = json((c) => api.getFlow(services, c.env, c.req.param('flow')));
  const contract = json(() => Promise.resolve(document));
  route('/accounts', false, { GET: accounts, HEAD: accounts }, admitPage);
  route('/accounts/:id', false, { GET: account, HEAD: account }, admitPage);
  route('/flows/:flow', false, { GET: flow, HEAD: flow }, admitPage);
  route('/openapi.json', false, { GET: contract, HEAD: contract }, admitPage);
  // No HEAD below: link scanners and previews send it, and both routes have effects.
  route('/accounts/:id/authorize', true, {
    GET: (c) => authorize(services, c.env, c.req.param('id'), cookies.read(c)),
  });
  route(
    '/callback',
    true,
    {
      GET: (c) => callback(services, c.env, cookies.read(c)),
      POST: json((c) => api.postCallback(services, c.env, cookies.read(c))),
    },
    admitReturn,
  );
  const donePage = (c: C): Promise<Response> => done(services, c.env, cookies.read(c));
  route('/done', true, { GET: donePage, HEAD: donePage });

  app.notFound((c) => fail(c.env, new ProblemError('not_found', 'There is no such route')));
  app.onError((error, c) => fail(c.env, error));
  return app;
}

function preflight(call: Call, admit: (call: Call) => void, allow: string): Response {
  admit(call);
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(call),
      'access-control-allow-methods': allow,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
      allow,
    },
  });
}
