import { z } from 'zod';
import { ACCOUNT_ID, FLOW_ID, PROBLEM_CODES, type ProblemCode } from '../contract.ts';
import { namedSchemas, type SchemaName } from './schemas.ts';

type Json = { readonly [key: string]: unknown };

const DESCRIPTION = `What \`<destination-oauth>\` needs of a proxy, in any language. The proxy runs on the partner's backend,
holds LiveRamp's credentials, and is the element's only source of truth: the account's status as the proxy reads it from
LiveRamp. Query parameters, messages and closed windows are hints.

**A flow.** The element reads an account and opens a popup at \`authorize_url\` with a random \`flow\` of its own appended. The
proxy begins the authorization at LiveRamp with a fresh single-use \`state\`, sets a flow cookie and redirects to the
platform's authorization URL. LiveRamp sends the browser to \`/callback\` (or to a page of the partner's, which posts there).
The proxy verifies and consumes the state, and sends the browser on to \`/done\`, which tells the opener by
\`postMessage({ns: "destination-oauth", v: 1, type: "result", flow, hint}, exact origin)\` and on
\`BroadcastChannel("destination-oauth:" + flow)\`, and closes. Meanwhile the element polls \`/flows/{flow}\`.

**Who may ask.** JSON routes take the embedding page's origin from the \`Origin\` header; a same-origin GET has none and
counts as the proxy's own. The origin must be on an exact allow-list, else 403 \`origin_not_allowed\`. Listed origins get
\`Access-Control-Allow-Origin\` (exact, never \`*\`) and \`Access-Control-Allow-Credentials: true\`; preflights allow
\`authorization\`, \`content-type\` and \`x-destination-oauth\`. Every JSON answer has \`Vary: Origin\` and \`Cache-Control:
no-store\`. The partner's own session tells the user and their tenant; none is 401 \`unauthenticated\`. An account of another
tenant is the same 404 as one that does not exist.

**A minimal proxy** may leave out \`/flows\` (the element then watches the account's status) and \`/callback\` and \`/done\`
(it polls), and may put any URL into \`authorize_url\` that leads to the platform.`;

/** The named schemas as JSON Schema 2020-12, which is OpenAPI 3.1's own dialect. */
function components(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(namedSchemas)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _s, $id: _i, ...schema }]) => [name, { ...schema }]),
  );
}

const ref = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` });

const NO_STORE: Json = { 'Cache-Control': { schema: { const: 'no-store' } } };
const JSON_HEADERS: Json = {
  ...NO_STORE,
  Vary: { schema: { const: 'Origin' } },
  'Access-Control-Allow-Origin': {
    description: 'The allow-listed `Origin` of the request.',
    schema: { type: 'string' },
  },
  'Access-Control-Allow-Credentials': { schema: { const: 'true' } },
  'Access-Control-Expose-Headers': { schema: { const: 'Retry-After' } },
};
const RETRY_AFTER: Json = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } };
const PAGE_HEADERS: Json = {
  ...NO_STORE,
  'Referrer-Policy': { schema: { const: 'no-referrer' } },
  'Content-Security-Policy': {
    description:
      "`default-src 'none'`, nonces for the page's own script and style, `frame-ancestors 'none'`. No Cross-Origin-Opener-Policy: it would cut the page off from its opener.",
    schema: { type: 'string' },
  },
};

const ok = (name: SchemaName, description: string): Json => ({
  description,
  headers: JSON_HEADERS,
  content: { 'application/json': { schema: ref(name) } },
});
const page = (description: string): Json => ({
  description,
  headers: PAGE_HEADERS,
  content: { 'text/html': { schema: { type: 'string' } } },
});

/** One response for each HTTP status, naming the codes that travel with it. */
function problems(...codes: ProblemCode[]): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...codes, 'internal_error'] as const) {
    byStatus.set(PROBLEM_CODES[code], [...(byStatus.get(PROBLEM_CODES[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\``).join(', '),
        headers: { ...JSON_HEADERS, ...(status === 429 || status === 503 ? RETRY_AFTER : {}) },
        content: {
          'application/problem+json': {
            schema: { allOf: [ref('Problem'), { properties: { code: { enum: list } } }] },
          },
        },
      },
    ]),
  );
}

const READ: ProblemCode[] = [
  'unauthenticated',
  'origin_not_allowed',
  'method_not_allowed',
  'rate_limited',
  'store_unavailable',
  'upstream_invalid_response',
  'upstream_rejected',
  'upstream_unavailable',
  'upstream_timeout',
];

const parameter = (place: 'path' | 'query' | 'header', name: string, schema: Json, description: string): Json => ({
  in: place,
  name,
  required: true,
  schema,
  description,
});
const ACCOUNT_ID_SCHEMA: Json = { type: 'string', pattern: ACCOUNT_ID.source };
const FLOW_ID_SCHEMA: Json = { type: 'string', pattern: FLOW_ID.source };
const accountIdParameter = parameter('path', 'account_id', ACCOUNT_ID_SCHEMA, 'The destination account.');
/** What an operation asks of the request's cookies or headers. */
const SESSION: Json = { security: [{ session: [] }] };
const FLOW_COOKIE: Json = { security: [{ flowCookie: [] }] };
const PUBLIC: Json = { security: [] };
const SECURITY_SCHEMES: Json = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description:
      "The partner's own session, by which the proxy knows the user and their tenant: a cookie of any name, or a header that `requestInit` adds. A navigation carries cookies alone.",
  },
  flowCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-destination-oauth-',
    description: 'A name that begins so: one cookie a flow, set by `/authorize`, read where the browser comes back.',
  },
};
const originParameter: Json = {
  ...parameter(
    'header',
    'Origin',
    { type: 'string' },
    "The embedding page's; browsers leave it out of a same-origin GET.",
  ),
  required: false,
};

const paths = (): Json => ({
  '/accounts/{account_id}': {
    get: {
      operationId: 'getAccount',
      ...SESSION,
      summary: "Reads an account's authorization status",
      description: 'Reads LiveRamp for each request: an answer that is older than a callback would lie.',
      parameters: [accountIdParameter, originParameter],
      responses: {
        '200': ok('Account', 'The account.'),
        ...problems('invalid_account_id', 'account_not_found', ...READ),
      },
    },
  },
  '/accounts': {
    get: {
      operationId: 'getAccounts',
      ...SESSION,
      summary: 'Reads many accounts',
      description:
        '`?id=a&id=b`, 1 to 100 ids. Order is kept and duplicates are answered each time. One malformed id refuses the whole request; an account that is foreign, absent or unreadable is an item with `error`.',
      parameters: [
        {
          ...parameter(
            'query',
            'id',
            { type: 'array', items: ACCOUNT_ID_SCHEMA, minItems: 1, maxItems: 100 },
            'The accounts.',
          ),
          style: 'form',
          explode: true,
        },
        originParameter,
      ],
      responses: {
        '200': ok('Accounts', 'The accounts.'),
        ...problems('invalid_request', 'invalid_account_id', ...READ),
      },
    },
  },
  '/accounts/{account_id}/authorize': {
    get: {
      operationId: 'authorize',
      ...SESSION,
      summary: "Begins an authorization; for the popup's navigation only",
      description:
        "Never JSON. The ticket binds user, tenant, account and embedding origin for 10 minutes; the partner's session must be the same user's. `state` is 32 random bytes, single use. The authorization URL from LiveRamp must be https (http on loopback), without user name, its host on an allow-list. A `flow` that has been used before, or any parameter given twice, is refused. HEAD is 405. Refused in a frame.",
      parameters: [
        accountIdParameter,
        parameter('query', 'flow', FLOW_ID_SCHEMA, "The element's own random id for this flow."),
        parameter('query', 'ticket', { type: 'string' }, 'Stands in `authorize_url` already.'),
        {
          ...parameter(
            'query',
            'return_to',
            { type: 'string', format: 'uri' },
            'The page to go back to when the flow runs in its own tab; its origin must be an embedding origin.',
          ),
          required: false,
        },
      ],
      responses: {
        '302': {
          description: "To the platform's authorization URL.",
          headers: {
            ...NO_STORE,
            'Referrer-Policy': { schema: { const: 'no-referrer' } },
            Location: { schema: { type: 'string', format: 'uri' } },
            'Set-Cookie': {
              description:
                'One flow cookie a flow: `__Host-` prefix (on https), `Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=900`.',
              schema: { type: 'string' },
            },
          },
        },
        '4XX': page(
          'What went wrong and what to do, for the customer. Posts a `result` message with a hint to its opener.',
        ),
        '5XX': page('The same.'),
      },
    },
  },
  '/callback': {
    get: {
      operationId: 'callback',
      ...FLOW_COOKIE,
      summary: "LiveRamp's redirect",
      description:
        "Consumes `state` atomically, once among all instances. Needs the flow cookie of the browser that began the flow; a session, if there is one, must be the same user's (it may be absent: a `SameSite=Strict` session cookie does not come along). Otherwise: neutral page, flow unchanged, state used up, audit event. `state` or `status` given twice: neutral page, nothing consumed. Unknown parameters are ignored. HEAD is 405.",
      parameters: [
        parameter('query', 'state', { type: 'string' }, 'As given to LiveRamp.'),
        parameter('query', 'status', { type: 'string' }, "LiveRamp's word; a hint."),
      ],
      responses: {
        '303': {
          description: 'To `/done`, without query; or to `return_to`.',
          headers: {
            ...NO_STORE,
            Location: { schema: { type: 'string' } },
            'Referrer-Policy': { schema: { const: 'no-referrer' } },
          },
        },
        '4XX': page('A neutral page that says nothing about any flow: 400, and 403 in a frame.'),
        '5XX': page('The same.'),
      },
    },
    post: {
      operationId: 'postCallback',
      ...FLOW_COOKIE,
      summary: "The same for a redirect page on the partner's own site",
      description:
        'Same-site with the proxy, since the flow cookie is `SameSite=Lax`. `Origin` must be an embedding origin or that of the redirect URL. At most 8 KB.',
      parameters: [
        { ...originParameter, required: true },
        parameter('header', 'x-destination-oauth', { const: '1' }, 'No form can send it.'),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: ref('CallbackRequest') } } },
      responses: {
        '200': ok('CallbackResult', 'What to announce, and to whom.'),
        ...problems(
          'invalid_request',
          'invalid_state',
          'origin_not_allowed',
          'payload_too_large',
          'unsupported_media_type',
          'store_unavailable',
        ),
      },
    },
  },
  '/done': {
    get: {
      operationId: 'done',
      security: [{ flowCookie: [] }, {}],
      summary: 'The redirect page',
      description:
        'Nothing in its URL. Knows by the flow cookies which flows have just returned to this browser, announces each to its own origin and on its own channel, waits for `{ns, v: 1, type: "ack", flow}` or a second or two, and closes itself.',
      responses: { '200': page('The page.'), '403': page('In a frame.'), '5XX': page('A neutral page.') },
    },
  },
  '/flows/{flow}': {
    get: {
      operationId: 'getFlow',
      ...SESSION,
      summary: 'Where a flow stands',
      description:
        "The user's own flows only. 404 `flow_not_found` also before `/authorize` was reached. LiveRamp is asked even if its redirect never came. A proxy that tracks no flows answers anything else: the element then watches the account.",
      parameters: [parameter('path', 'flow', FLOW_ID_SCHEMA, 'The flow.'), originParameter],
      responses: { '200': ok('Flow', 'The flow.'), ...problems('invalid_flow', 'flow_not_found', ...READ) },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getContract',
      ...PUBLIC,
      summary: 'This document',
      description: 'Public.',
      responses: {
        '200': { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
  },
});

/** The contract, so that a partner can write a proxy in any language. */
export function openapi(base: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'destination-oauth proxy',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description: DESCRIPTION,
    },
    servers: [{ url: base }],
    paths: paths(),
    components: { schemas: components(), securitySchemes: SECURITY_SCHEMES },
  };
}
