/**
 * The single checks of the receivers (messages, the callback, the ticket), the channels by which the element learns, and
 * what keeps batches true, each with an edit that takes it out and the tests that must notice. `npm run test:mutation`
 * applies them one at a time.
 */
export interface Mutation {
  readonly check: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}

type Edit = readonly [check: string, from: string, to: string];

const of = (file: string, tests: readonly string[], edits: readonly Edit[]): Mutation[] =>
  edits.map(([check, from, to]) => ({ check, file, from, to, tests }));

const authorize = ['test/proxy/authorize.test.ts'];
const callback = ['test/proxy/callback.test.ts'];
const reports = ['test/proxy/flows.test.ts'];
const receiver = ['test/security.browser.test.ts'];

const flow = ['test/destination-oauth-flow.browser.test.ts', 'test/destination-oauth-page.browser.test.ts'];
const batch = ['test/proxy/batch.test.ts'];

export const MUTATIONS: readonly Mutation[] = [
  ...of('src/popup.ts', receiver, [
    ['message: origin', ' || event.origin !== origin', ''],
    ['message: source', 'popup && event.source === popup', 'popup'],
    ['message: a result, no ack', "message?.type !== 'result'", '!message'],
    ['message: flow', ' || message.flow !== flow', ''],
    ['message: once', 'heard || ', ''],
    ['window: no name', "'_blank'", "'destination-oauth'"],
    ['window: severed', 'if (sever) popup.opener = null;', ''],
  ]),
  ...of(
    'src/protocol.ts',
    ['test/protocol.test.ts'],
    [
      ['message: namespace', "fields.get('ns') !== NAMESPACE || ", ''],
      ['message: version', " || fields.get('v') !== VERSION", ''],
      ['message: flow is an id', ' || !FLOW_ID.test(flow)', ''],
      ['message: no field too many', ' || fields.size !== 5', ''],
      ['message: a known hint', ' || hintOf(hint) !== hint', ''],
      ['ack: no field too many', 'fields.size === 4 ? ackMessage(flow) : undefined', 'ackMessage(flow)'],
    ],
  ),
  ...of(
    'src/redirect.ts',
    ['test/redirect.browser.test.ts'],
    [
      ['announcement: exact target', 'opener?.postMessage(message, target)', "opener?.postMessage(message, '*')"],
      ['announcement: ack of this flow', "ack?.type === 'ack' && ack.flow === flow", "ack?.type === 'ack'"],
      ['redirect page: clean address', "history.replaceState(null, '', location.pathname);", ''],
      ['redirect page: doubled parameters', 'others.length + more.length === 0', 'true'],
    ],
  ),
  ...of(
    'src/authorize-url.ts',
    ['test/authorize-url.test.ts'],
    [
      ['element: userinfo', '/?#@', '/?#'],
      ['element: https', "url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? url", 'url ? url'],
    ],
  ),
  ...of('src/proxy/flow-records.ts', callback, [
    ['state: single use', '#store.take(await keyOf(', '#store.get(await keyOf('],
  ]),
  ...of('src/proxy/flows.ts', callback, [
    ['state: unknown', 'if (!record || this.#hasExpired(record))', 'if (record && this.#hasExpired(record))'],
    ['state: expiry', 'if (!record || this.#hasExpired(record))', 'if (!record)'],
    ['callback: user', 'if (session && !owns(record, session)) return', 'if (Math.random() < 0) return'],
    ['callback: cookie', 'if (!(await this.#isBound(record, cookies))) return', 'if (Math.random() < 0) return'],
    ['cookie: flow', 'cookie.flow === record.flow && ', ''],
    ['cookie: binding', ' && equalHashes(await hash(cookie.binding), record.binding)', ''],
    ['done: cookie', 'if (!(await this.#isBound(record, [cookie]))) return undefined;', ''],
    ['report: age', ' || age >= RECORD_MS', ''],
    ['done: just now', ' || now - returned.at > ANNOUNCE_MS', ''],
  ]),
  ...of('src/proxy/flows.ts', reports, [
    ['report: user', ' || !owns(record, context.session) || age', ' || age'],
    ['report: access', ' || !(await mayAccess(record.account))', ''],
  ]),
  ...of('src/proxy/flows.ts', authorize, [
    [
      'flow id: single use',
      "if (!(await this.#records.add(record))) throw new ProblemError('flow_conflict');",
      'await this.#records.set(record);',
    ],
  ]),
  ...of('src/proxy/navigations.ts', callback, [
    ['callback: doubled state or status', ' || states.length > 1 || statuses.length > 1', ''],
  ]),
  ...of('src/proxy/navigations.ts', authorize, [
    [
      'ticket: authentic',
      "if (!read) throw new ProblemError('invalid_ticket');",
      "if (!read) throw new ProblemError('unauthenticated');",
    ],
    ['ticket: account', 'if (claims.account !== id)', 'if (Math.random() < 0)'],
    ['ticket: user', 'claims.user !== session.user || ', ''],
    ['ticket: tenant', ' || claims.tenant !== session.tenant', ''],
    ['ticket: expiry', "if (expired) throw new ProblemError('expired_ticket');", ''],
    ['begin: access', 'if (!(await services.mayAccess(session, id)))', 'if (Math.random() < 0)'],
    ['begin: return_to', ' || !services.config.embedOrigins.has(url.origin)', ''],
    ['begin: limit of the user', 'services.limits.beginsOfUser.take(userKey(session));', ''],
    ['begin: limit of the account', 'services.limits.beginsOfAccount.take(accountKey(session, id));', ''],
    ['begin: result for one page', 'claims ? [claims.origin] : [...services.config.embedOrigins]', "['*']"],
  ]),
  ...of('src/proxy/tickets.ts', authorize, [
    ['ticket: one spelling', ' || !isCanonical(ticket)', ''],
    ['ticket: expiry is written', 'expired: content.exp <= clock()', 'expired: false'],
  ]),
  ...of('src/proxy/request.ts', callback, [
    [
      'POST /callback: Origin',
      'if (origin === null || !(config.embedOrigins.has(origin) || origin === config.redirectOrigin))',
      'if (origin === null)',
    ],
    ['POST /callback: JSON', 'if (!/^application\\/json\\s*(;|$)/i.test(type))', 'if (Math.random() < 0)'],
    ['callback: no frame', "FRAMES.has(request.headers.get('sec-fetch-dest') ?? '') || ", ''],
  ]),
  ...of('src/proxy/api.ts', callback, [
    [
      'POST /callback: header',
      "if (call.request.headers.get('x-destination-oauth') !== '1')",
      'if (Math.random() < 0)',
    ],
  ]),
  ...of(
    'src/proxy/services.ts',
    ['test/proxy/api.test.ts'],
    [['access: only true', 'return answer === true;', 'return Boolean(answer);']],
  ),
  ...of(
    'src/proxy/request.ts',
    ['test/proxy/api.test.ts'],
    [
      ['reads: Origin', 'if (foreign || !config.embedOrigins.has(origin))', 'if (foreign)'],
      ['reads: a foreign page without Origin', 'if (foreign || !config', 'if (!config'],
      ['ids: pattern', 'if (id === undefined || !ACCOUNT_ID.test(id))', 'if (id === undefined)'],
    ],
  ),
  ...of('src/proxy/authorization-url.ts', authorize, [
    ['authorization URL: host', 'return hosts.some((host) => matches(url, host)) ? url : undefined;', 'return url;'],
    ['authorization URL: https', "if (url.protocol !== 'https:' && !loopback) return undefined;", ''],
    [
      'authorization URL: userinfo',
      'if (url.username || url.password || /^[a-z]+:\\/\\/[^/?#]*@/i.test(text)) return undefined;',
      '',
    ],
  ]),
  ...of('src/popup.ts', flow, [
    ['channel: message', "window.addEventListener('message', onMessage);", ''],
    ['channel: broadcast', 'openChannel(channelName(flow), ', "openChannel('nobody', "],
    ['channel: other tabs', 'openChannel(NAMESPACE, ', "openChannel('nobody', "],
    ['channel: the user comes back', "listen('addEventListener');", ''],
  ]),
  ...of('src/poller.ts', flow, [['channel: polling', 'if (dues.size) timer = setTimeout(run, target - now());', '']]),
  ...of(
    'src/session.ts',
    ['test/session.browser.test.ts'],
    [['channel: storage', 'guarded((storage) => storage.setItem(PREFIX + flow, JSON.stringify(kept)));', '']],
  ),
  ...of('src/proxy/liveramp-v2-listing.ts', batch, [['batch: age', 'age >= 0 && age < BATCH_MS', 'age >= 0']]),
  ...of('src/proxy/liveramp-v2-reads.ts', batch, [['batch: forgets', 'this.#listings.delete(tenant);', '']]),
  ...of('src/proxy/accounts.ts', batch, [
    ["batch: forgets at a flow's end", 'this.#config.upstream.forgetStatuses?.(tenant);', ''],
  ]),
];
