/**
 * The contract between the element and a proxy: the shapes that travel as JSON, and nothing else.
 *
 * The proxy's `/openapi.json` describes the same shapes from its zod schemas (`src/proxy/schemas.ts`); a property test
 * holds the two together. The readers here are written by hand because a schema library would cost the drop-in file a
 * third of its size budget.
 *
 * No DOM, no imports: this file runs anywhere.
 */

/** What the proxy says about an account. `unknown` is never treated as authorized. */
export const OAUTH_STATUSES = ['not_applicable', 'authorized', 'unauthorized', 'unknown'] as const;
export type OAuthStatus = (typeof OAUTH_STATUSES)[number];

/** The `status` values of LiveRamp's redirect (v1.1 reference, "Perform OAuth Authorization"); `unknown` for any other. */
export const HINTS = ['ok', 'internal_server_error', 'service_unavailable', 'unprocessable_entity', 'unknown'] as const;
export type Hint = (typeof HINTS)[number];

/** Where a flow stands. `processing`: the browser has returned, LiveRamp has not made up its mind. */
export const FLOW_STATES = ['pending', 'processing', 'completed', 'failed', 'expired'] as const;
export type FlowState = (typeof FLOW_STATES)[number];

/** A destination account, as `GET /accounts/{account_id}` answers it. Times are ISO 8601. */
export interface Account {
  account_id: string;
  /** The account's own name at LiveRamp. */
  name?: string;
  /** The destination platform's name, as customers know it. */
  destination_name?: string;
  oauth_status: OAuthStatus;
  /** LiveRamp's own word for the status, for support. */
  upstream_status?: string;
  /** A grant existed and went stale. */
  reauthorization: boolean;
  /** Where the popup goes; a bearer secret that lives for minutes. `null` where no authorization can be started. */
  authorize_url: string | null;
  authorize_expires_at?: string;
  checked_at: string;
}

/** One entry of `GET /accounts?id=…`: the account, or why there is none. */
export type AccountItem = Account | { account_id: string; error: { code: ProblemCode } };

/** `GET /flows/{flow}`. A terminal answer carries `account`. */
export interface FlowReport {
  flow: string;
  account_id: string;
  state: FlowState;
  hint?: Hint;
  account?: Account;
}

/** The closed list of problem codes, with the HTTP status each travels with. */
export const PROBLEM_CODES = {
  invalid_request: 400,
  invalid_account_id: 400,
  invalid_flow: 400,
  invalid_state: 400,
  unauthenticated: 401,
  origin_not_allowed: 403,
  invalid_ticket: 403,
  expired_ticket: 403,
  not_found: 404,
  account_not_found: 404,
  flow_not_found: 404,
  method_not_allowed: 405,
  flow_conflict: 409,
  authorization_not_applicable: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal_error: 500,
  upstream_invalid_response: 502,
  upstream_rejected: 502,
  upstream_unavailable: 503,
  store_unavailable: 503,
  upstream_timeout: 504,
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** RFC 9457 problem document, `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail?: string;
  request_id: string;
}

/** The most accounts that one request may ask for. */
export const MOST_IDS = 100;

/** Account ids that may be put into a URL, where `.` and `..` would be steps. Anything else is refused before a request. */
export const ACCOUNT_ID = /^(?!\.{1,2}$)[A-Za-z0-9._~:-]{1,128}$/;

/** Flow ids: at least 128 random bits, base64url. */
export const FLOW_ID = /^[A-Za-z0-9_-]{22,128}$/;

type Check = (field: unknown) => boolean;

/** An own field, never an inherited one. */
const own = (value: unknown, key: string): unknown => Object.getOwnPropertyDescriptor(Object(value), key)?.value;

/**
 * Copies the named own fields and no others; `undefined` if one of them is not what it should be. Serializers of many
 * languages write null for what is absent: where a field is optional, that is what null means.
 */
export function copy<T extends object>(value: unknown, checks: { [K in keyof T]-?: Check }): T | undefined {
  const copied: Partial<Record<keyof T, unknown>> = {};
  for (const key in checks) {
    const field = own(value, key);
    if (!checks[key](field)) return undefined;
    if (field != null || !checks[key](undefined)) copied[key] = field;
  }
  return copied as T;
}

const isString: Check = (field) => typeof field === 'string';
export const isBoolean: Check = (field) => typeof field === 'boolean';
const isTime: Check = (field) => isString(field) && !isNaN(Date.parse(String(field)));
export const isOneOf =
  (list: readonly unknown[]): Check =>
  (field) =>
    list.includes(field);
export const optional =
  (check: Check): Check =>
  (field) =>
    field == null || check(field);

/** Reads an Account, copying named fields only. `undefined` if anything is missing or of another type. */
export const readAccount = (value: unknown): Account | undefined =>
  copy<Account>(value, {
    account_id: isString,
    name: optional(isString),
    destination_name: optional(isString),
    oauth_status: isOneOf(OAUTH_STATUSES),
    upstream_status: optional(isString),
    reauthorization: isBoolean,
    authorize_url: (field) => field === null || isString(field),
    authorize_expires_at: optional(isTime),
    checked_at: isTime,
  });

/** Reads a FlowReport, copying named fields only. */
export function readFlowReport(value: unknown): FlowReport | undefined {
  const report = copy<FlowReport>(value, {
    flow: isString,
    account_id: isString,
    state: isOneOf(FLOW_STATES),
    hint: optional(isOneOf(HINTS)),
    account: optional((field) => !!readAccount(field)),
  });
  const account = readAccount(report?.account);
  if (report && account) report.account = account;
  return report;
}

/** The `code` of a problem document. The list is closed, but a newer proxy may know more: any one word. */
export function readProblemCode(value: unknown): string | undefined {
  const code = own(value, 'code');
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined;
}

/** The entries of a batch answer by account id: the account, or the code that says why there is none. */
export function readBatch(value: unknown): Map<unknown, Account | string | undefined> | undefined {
  const list = own(value, 'accounts');
  if (!Array.isArray(list)) return undefined;
  return new Map(
    list.map((item: unknown) => [own(item, 'account_id'), readAccount(item) ?? readProblemCode(own(item, 'error'))]),
  );
}
