import { FLOW_ID } from '../contract.ts';
import { hintOf } from '../protocol.ts';
import { readAuthorizationUrl } from './authorization-url.ts';
import { randomToken } from './crypto.ts';
import type { FlowCookie } from './flow-cookies.ts';
import type { Announcement } from './flows.ts';
import { donePage, errorPage, hintFor, neutralPage } from './pages.ts';
import { asProblem, ProblemError, UpstreamError } from './problems.ts';
import {
  authenticate,
  problemHeaders,
  refusesToRender,
  requireAccountId,
  requireFlowId,
  requireSession,
  single,
  type Call,
} from './request.ts';
import { recordReturn } from './returns.ts';
import { accountKey, userKey, type Services } from './services.ts';
import type { TicketClaims } from './tickets.ts';

const MAX_RETURN_TO = 2048;

/** The headers of a redirect that carries, or follows, a secret URL. */
function redirect(status: 302 | 303, location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status, headers });
}

/** Where the browser goes back to in `mode="redirect"`: a page of an embedding origin. */
function readReturnTo(services: Services, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = text.length <= MAX_RETURN_TO && URL.canParse(text) ? new URL(text) : undefined;
  // A `blob:` URL has its page's origin.
  const isPage = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!isPage || url.username || url.password || !services.config.embedOrigins.has(url.origin)) {
    throw new ProblemError('invalid_request', 'return_to must be a URL whose origin is in embedOrigins');
  }
  return url.href;
}

/** What the error page may say to whom: filled in as the request turns out to be genuine. */
interface Progress {
  claims?: TicketClaims;
  returnTo?: string;
}

/** `GET /accounts/{account_id}/authorize`: begins the authorization upstream and sends the popup there. */
export async function authorize(
  services: Services,
  call: Call,
  rawId: string | undefined,
  cookies: readonly FlowCookie[],
): Promise<Response> {
  if (refusesToRender(call.request)) return neutralPage(403);
  const progress: Progress = {};
  try {
    return await begin(services, call, rawId, cookies, progress);
  } catch (thrown) {
    const error = asProblem(thrown);
    call.problem = error.code;
    if (error.code === 'internal_error') call.cause = error.cause;
    services.notify(call, { type: 'flow.refused', outcome: error.code });
    return errorPage(
      error,
      call.requestId,
      announcementsOf(services, call, error, progress),
      progress.returnTo,
      problemHeaders(error),
    );
  }
}

async function begin(
  services: Services,
  call: Call,
  rawId: string | undefined,
  cookies: readonly FlowCookie[],
  progress: Progress,
): Promise<Response> {
  const { config, flows } = services;
  const flow = requireFlowId(single(call, 'flow'));
  const ticket = single(call, 'ticket');
  if (ticket === undefined) throw new ProblemError('invalid_request', 'ticket is missing');
  const returnTo = readReturnTo(services, single(call, 'return_to'));
  const id = requireAccountId(call, rawId);

  const read = await services.tickets.read(ticket);
  if (!read) throw new ProblemError('invalid_ticket');
  const { claims, expired } = read;
  progress.claims = claims;
  if (claims.account !== id) throw new ProblemError('invalid_ticket', 'The ticket is for another account');
  const session = await requireSession(call, config);
  if (claims.user !== session.user || claims.tenant !== session.tenant) {
    throw new ProblemError('invalid_ticket', 'The ticket is for another user');
  }
  if (returnTo !== undefined) progress.returnTo = returnTo;
  if (expired) throw new ProblemError('expired_ticket');
  if (!(await services.mayAccess(session, id))) throw new ProblemError('account_not_found');
  services.limits.beginsOfUser.take(userKey(session));
  services.limits.beginsOfAccount.take(accountKey(session, id));

  const { record, binding } = await flows.reserve(flow, claims, returnTo);
  try {
    const state = randomToken();
    const context = services.upstreamContext(call, session);
    const begun = await config.upstream.begin(context, id, { redirectUrl: config.redirectUrl, state });
    const target = readAuthorizationUrl(begun.authorizationUrl, config.authorizationHosts);
    if (!target) {
      throw new UpstreamError(
        'upstream_invalid_response',
        'The authorization URL is not one that authorizationHosts allows',
      );
    }
    await flows.begun(record, state, begun.attempt);
    services.notify(call, { type: 'flow.begun', outcome: 'redirected' });
    return redirect(302, target.href, await services.cookies.add(flow, binding, record.begunAt, cookies));
  } catch (thrown) {
    // The flow's own failure is what the browser gets, also where it cannot be written down.
    await flows.beginFailed(record, hintFor(asProblem(thrown).code)).catch(() => undefined);
    throw thrown;
  }
}

/** To the ticket's own page if the ticket is authentic, else to each page that may have opened this one; never to `*`. */
function announcementsOf(
  services: Services,
  call: Call,
  error: ProblemError,
  { claims, returnTo }: Progress,
): Announcement[] {
  const [flow, ...others] = call.url.searchParams.getAll('flow');
  if (flow === undefined || others.length > 0 || !FLOW_ID.test(flow) || returnTo !== undefined) return [];
  const targets = claims ? [claims.origin] : [...services.config.embedOrigins];
  return [{ flow, hint: hintFor(error.code), targets }];
}

/** `GET /callback`: LiveRamp's redirect. `status` is a hint and decides nothing. */
export async function callback(services: Services, call: Call, cookies: readonly FlowCookie[]): Promise<Response> {
  if (refusesToRender(call.request)) return neutralPage(403);
  const states = call.url.searchParams.getAll('state');
  const statuses = call.url.searchParams.getAll('status');
  const [state] = states;
  if (state === undefined || states.length > 1 || statuses.length > 1) return neutralPage(400);
  const session = await authenticate(call, services.config);
  const result = await recordReturn(services, call, state, hintOf(statuses[0]), session, cookies);
  if (result.kind !== 'returned') return neutralPage(400);
  return redirect(303, result.record.returnTo ?? `${services.config.base}/done`);
}

/** `GET /done`: what to announce is known by this browser's flow cookies, so the URL holds nothing. */
export async function done(services: Services, call: Call, cookies: readonly FlowCookie[]): Promise<Response> {
  if (refusesToRender(call.request)) return neutralPage(403);
  const announcements = await services.flows.announcements(cookies);
  return announcements.length > 0 ? donePage(announcements) : neutralPage(200);
}
