/** What can be seen of the JSON routes. */
import { safeAuthorizeUrl } from '../authorize-url.ts';
import { readAccount, readBatch } from '../contract.ts';
import {
  accountPath,
  FOREIGN,
  missing,
  problem,
  randomId,
  refused,
  Skipped,
  status,
  wrong,
  type Rule,
} from './probe.ts';

export const READ_RULES: readonly Rule[] = [
  {
    rule: 'account',
    title: 'GET /accounts/{id} answers the account',
    async check(probe) {
      const answer = await probe.ask(accountPath(probe));
      const read = readAccount(answer.json);
      return wrong(
        status(answer, 200),
        missing(answer, 'content-type', /^application\/json\b/),
        !read && 'it is not an Account',
        read && read.account_id !== probe.account && 'account_id is another',
      );
    },
  },
  {
    rule: 'account.authorize-url',
    title: 'authorize_url is absolute and https (http on loopback only), or null',
    async check(probe) {
      const { authorize_url: url, oauth_status: is } = await probe.known();
      if (url === null) return wrong(is !== 'not_applicable' && `it is null although the status is ${is}`);
      return wrong(!safeAuthorizeUrl(url) && 'it is not such a URL');
    },
  },
  {
    rule: 'json.headers',
    title: 'JSON is not stored, and varies by Origin',
    async check(probe) {
      const answer = await probe.ask(accountPath(probe));
      return wrong(
        missing(answer, 'cache-control', /no-store/),
        missing(answer, 'vary', /\borigin\b/i),
        missing(answer, 'x-content-type-options', /^nosniff$/),
      );
    },
  },
  {
    rule: 'cors.allowed',
    title: 'an embedding origin is allowed by name, with credentials',
    async check(probe) {
      const answer = await probe.ask(accountPath(probe));
      if (probe.origin === new URL(probe.base).origin) throw new Skipped('the origin is the proxy’s own; give another');
      return wrong(
        answer.headers.get('access-control-allow-origin') !== probe.origin && 'it is not named',
        missing(answer, 'access-control-allow-credentials', /^true$/),
      );
    },
  },
  {
    rule: 'cors.foreign',
    title: 'another origin is refused',
    check: (probe) => refused(probe, accountPath(probe), { origin: FOREIGN }),
  },
  {
    rule: 'cors.null',
    title: 'the origin "null" is refused',
    check: (probe) => refused(probe, accountPath(probe), { origin: 'null' }),
  },
  {
    rule: 'cors.preflight',
    title: 'a preflight allows authorization, content-type and x-destination-oauth',
    async check(probe) {
      if (probe.origin === new URL(probe.base).origin) throw new Skipped('the origin is the proxy’s own; give another');
      const names = ['authorization', 'content-type', 'x-destination-oauth'];
      const answer = await probe.ask(accountPath(probe), {
        method: 'OPTIONS',
        anonymous: true,
        headers: { 'access-control-request-method': 'GET', 'access-control-request-headers': names.join(', ') },
      });
      const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase();
      return wrong(
        status(answer, 200, 204),
        answer.headers.get('access-control-allow-origin') !== probe.origin && 'the origin is not named',
        ...names.map((name) => !allowed.includes(name) && `${name} is not allowed`),
      );
    },
  },
  {
    rule: 'unauthenticated',
    title: 'without a session: 401 unauthenticated',
    async check(probe) {
      if (!probe.signedIn) throw new Skipped('no header signs in');
      return problem(await probe.ask(accountPath(probe), { anonymous: true }), 'unauthenticated');
    },
  },
  {
    rule: 'account.absent',
    title: 'an absent account: 404 account_not_found',
    check: async (probe) => problem(await probe.ask(`/accounts/${randomId()}`), 'account_not_found'),
  },
  {
    rule: 'account.malformed',
    title: 'a malformed id: 400 invalid_account_id',
    check: async (probe) => problem(await probe.ask('/accounts/a%20b'), 'invalid_account_id'),
  },
  {
    rule: 'batch',
    title: 'GET /accounts?id=… keeps order and duplicates; an absent account is an item with a code',
    async check(probe) {
      const absent = randomId();
      const asked = [probe.account, absent, probe.account];
      const answer = await probe.ask(`/accounts?${asked.map((id) => `id=${id}`).join('&')}`);
      const items = readBatch(answer.json);
      const list = ((answer.json as { accounts?: unknown } | undefined)?.accounts ?? []) as { account_id?: unknown }[];
      return wrong(
        status(answer, 200),
        !items && 'it is not {"accounts": […]}',
        items &&
          list.map((item) => item.account_id).join() !== asked.join() &&
          'other ids than asked, or another order',
        items && typeof items.get(probe.account) !== 'object' && 'the account is not there',
        items && items.get(absent) !== 'account_not_found' && 'the absent one has no code account_not_found',
      );
    },
  },
  {
    rule: 'batch.limits',
    title: 'a batch of none or of 101 is refused',
    async check(probe) {
      const none = problem(await probe.ask('/accounts'), 'invalid_request');
      const ids = Array.from({ length: 101 }, (_, index) => `id=a${index}`).join('&');
      const many = problem(await probe.ask(`/accounts?${ids}`), 'invalid_request');
      return wrong(none && `none: ${none}`, many && `101: ${many}`);
    },
  },
  {
    rule: 'batch.malformed',
    title: 'a malformed id refuses the whole batch',
    check: async (probe) => problem(await probe.ask(`/accounts?id=${probe.account}&id=a%20b`), 'invalid_account_id'),
  },
  {
    rule: 'flow.unknown',
    title: 'an unknown flow: 404 flow_not_found',
    check: async (probe) => problem(await probe.ask(`/flows/${randomId()}`), 'flow_not_found'),
  },
  {
    rule: 'flow.malformed',
    title: 'a malformed flow id: 400 invalid_flow',
    check: async (probe) => problem(await probe.ask('/flows/short'), 'invalid_flow'),
  },
  {
    rule: 'methods',
    title: 'other methods: 405 with Allow',
    async check(probe) {
      const answer = await probe.ask(accountPath(probe), { method: 'DELETE' });
      return wrong(problem(answer, 'method_not_allowed'), missing(answer, 'allow', /\bGET\b/));
    },
  },
  {
    rule: 'openapi',
    title: 'GET /openapi.json answers the contract',
    async check(probe) {
      const answer = await probe.ask('/openapi.json', { anonymous: true });
      const version = (answer.json as { openapi?: unknown } | undefined)?.openapi;
      return wrong(status(answer, 200), !(typeof version === 'string' && version.startsWith('3.')) && 'not OpenAPI 3');
    },
  },
];
