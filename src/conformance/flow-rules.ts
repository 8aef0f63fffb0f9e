/** What can be seen of the popup's way: `/authorize`, `/callback`, `/done`, and the flow's report. */
import { safeAuthorizeUrl } from '../authorize-url.ts';
import { readFlowReport } from '../contract.ts';
import {
  accountPath,
  FOREIGN,
  missing,
  pageHeaders,
  problem,
  randomId,
  refused,
  Skipped,
  status,
  withQuery,
  wrong,
  type Rule,
} from './probe.ts';

const CALLBACK_HEADERS = { 'content-type': 'application/json', 'x-destination-oauth': '1' };
const forged = (): string => JSON.stringify({ status: 'ok', state: randomId() });

export const AUTHORIZE_RULES: readonly Rule[] = [
  {
    rule: 'authorize.no-ticket',
    title: '/authorize without a ticket is refused with a page',
    async check(probe) {
      const answer = await probe.ask(`${accountPath(probe)}/authorize?flow=${randomId()}`, { origin: null });
      return wrong(answer.status < 400 && `status ${answer.status}`, pageHeaders(answer));
    },
  },
  {
    rule: 'authorize.ticket',
    title: '/authorize with an altered ticket is refused with a page',
    async check(probe) {
      const url = await probe.authorizeUrl();
      const altered = url.replace(
        /([\w-])([\w.-]{20})$/,
        (_, letter: string, rest: string) => (letter === 'A' ? 'B' : 'A') + rest,
      );
      if (altered === url) throw new Skipped('authorize_url does not end in a ticket');
      const answer = await probe.ask(withQuery(altered, `flow=${randomId()}`), { origin: null });
      return wrong(answer.status < 400 && `status ${answer.status}`, pageHeaders(answer));
    },
  },
  {
    rule: 'authorize.head',
    title: 'HEAD /authorize: 405',
    async check(probe) {
      const url = withQuery(await probe.authorizeUrl(), `flow=${randomId()}`);
      return wrong(status(await probe.ask(url, { method: 'HEAD', origin: null }), 405));
    },
  },
  {
    rule: 'authorize.frame',
    title: '/authorize is not followed in a frame',
    async check(probe) {
      const url = withQuery(await probe.authorizeUrl(), `flow=${randomId()}`);
      const answer = await probe.ask(url, { origin: null, headers: { 'sec-fetch-dest': 'iframe' } });
      return wrong(answer.status < 400 && `status ${answer.status}`);
    },
  },
  {
    rule: 'authorize.session',
    title: '/authorize without a session is refused',
    async check(probe) {
      if (!probe.signedIn) throw new Skipped('no header signs in');
      const url = withQuery(await probe.authorizeUrl(), `flow=${randomId()}`);
      const answer = await probe.ask(url, { origin: null, anonymous: true });
      return wrong(answer.status < 400 && `status ${answer.status}`);
    },
  },
  {
    rule: 'begin',
    title: '/authorize goes to the platform: 302, https, not stored, no referrer',
    async check(probe) {
      const { answer } = await probe.begun();
      return wrong(
        status(answer, 302),
        !safeAuthorizeUrl(answer.headers.get('location') ?? '') && 'location is no absolute https URL',
        missing(answer, 'cache-control', /no-store/),
        missing(answer, 'referrer-policy', /^no-referrer$/),
      );
    },
  },
  {
    rule: 'begin.cookie',
    title: 'the flow cookie is HttpOnly, SameSite=Lax, Path=/, and on https Secure and __Host-',
    async check(probe) {
      const { cookie } = await probe.begun();
      const secure = probe.base.startsWith('https:');
      return wrong(
        !cookie && 'there is none',
        !/;\s*httponly/i.test(cookie) && 'not HttpOnly',
        !/;\s*samesite=lax/i.test(cookie) && 'not SameSite=Lax',
        !/;\s*path=\/(;|$)/im.test(cookie) && 'not Path=/',
        secure && !/;\s*secure/i.test(cookie) && 'not Secure',
        secure && !cookie.startsWith('__Host-') && 'no __Host- prefix',
      );
    },
  },
  {
    rule: 'begin.once',
    title: 'a flow id is used once',
    async check(probe) {
      const { url } = await probe.begun();
      const again = await probe.ask(url, { origin: null });
      return wrong(again.status < 400 && `status ${again.status}`);
    },
  },
  {
    rule: 'flow',
    title: 'GET /flows/{flow} reports the flow that was begun',
    async check(probe) {
      const { flow } = await probe.begun();
      const answer = await probe.ask(`/flows/${flow}`);
      const report = readFlowReport(answer.json);
      return wrong(
        status(answer, 200),
        !report && 'it is not a FlowReport',
        report && (report.flow !== flow || report.account_id !== probe.account) && 'it is about another flow',
        report && !['pending', 'processing'].includes(report.state) && `state ${report.state}`,
      );
    },
  },
];

export const RETURN_RULES: readonly Rule[] = [
  {
    rule: 'callback.forged',
    title: 'GET /callback with an unknown state: a neutral page that goes nowhere',
    async check(probe) {
      const state = randomId();
      const answer = await probe.ask(`/callback?status=ok&state=${state}`, { origin: null });
      return wrong(
        answer.status >= 300 && answer.status < 400 && `status ${answer.status}`,
        pageHeaders(answer),
        answer.text.includes(state) && 'the page repeats the state',
      );
    },
  },
  {
    rule: 'callback.markup',
    title: 'GET /callback repeats nothing of its query',
    async check(probe) {
      const answer = await probe.ask('/callback?status=%3Cb%3Emarkup%3C%2Fb%3E&error=%3Cb%3Emarkup', { origin: null });
      return wrong(pageHeaders(answer), answer.text.includes('markup') && 'the page repeats the query');
    },
  },
  {
    rule: 'callback.head',
    title: 'HEAD /callback: 405',
    check: async (probe) => wrong(status(await probe.ask('/callback', { method: 'HEAD', origin: null }), 405)),
  },
  {
    rule: 'callback.post.origin',
    title: 'POST /callback of another origin is refused',
    check: (probe) =>
      refused(probe, '/callback', { method: 'POST', origin: FOREIGN, headers: CALLBACK_HEADERS, body: forged() }),
  },
  {
    rule: 'callback.post.no-origin',
    title: 'POST /callback without Origin: 403 origin_not_allowed',
    check: async (probe) =>
      problem(
        await probe.ask('/callback', { method: 'POST', origin: null, headers: CALLBACK_HEADERS, body: forged() }),
        'origin_not_allowed',
      ),
  },
  {
    rule: 'callback.post.header',
    title: 'POST /callback without x-destination-oauth: 400 invalid_request',
    check: async (probe) =>
      problem(
        await probe.ask('/callback', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: forged(),
        }),
        'invalid_request',
      ),
  },
  {
    rule: 'callback.post.json',
    title: 'POST /callback that is no JSON: 415 unsupported_media_type',
    check: async (probe) =>
      problem(
        await probe.ask('/callback', {
          method: 'POST',
          headers: { ...CALLBACK_HEADERS, 'content-type': 'text/plain' },
          body: forged(),
        }),
        'unsupported_media_type',
      ),
  },
  {
    rule: 'callback.post.state',
    title: 'POST /callback with an unknown state: 400 invalid_state',
    check: async (probe) =>
      problem(
        await probe.ask('/callback', { method: 'POST', headers: CALLBACK_HEADERS, body: forged() }),
        'invalid_state',
      ),
  },
  {
    rule: 'done',
    title: 'GET /done is a page with the headers of the popup',
    async check(probe) {
      const answer = await probe.ask('/done', { origin: null });
      return wrong(status(answer, 200), pageHeaders(answer));
    },
  },
  {
    rule: 'done.frame',
    title: '/done is not shown in a frame',
    async check(probe) {
      const answer = await probe.ask('/done', { origin: null, headers: { 'sec-fetch-dest': 'iframe' } });
      return wrong(answer.status < 400 && `status ${answer.status}`);
    },
  },
];
