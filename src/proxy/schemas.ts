/**
 * The contract's shapes as zod schemas, from which `/openapi.json` is generated. `src/contract.ts` reads the same shapes by
 * hand in the browser; a property test holds the two together.
 */
import { z } from 'zod';
import {
  ACCOUNT_ID,
  FLOW_ID,
  FLOW_STATES,
  HINTS,
  OAUTH_STATUSES,
  PROBLEM_CODES,
  type Account,
  type AccountItem,
  type FlowReport,
  type Problem,
  type ProblemCode,
} from '../contract.ts';

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEM_CODES, code);
const problemCodes = Object.keys(PROBLEM_CODES).filter(isProblemCode);

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .meta({ format: 'date-time', description: 'ISO 8601.' });
const accountId = z.string().meta({ pattern: ACCOUNT_ID.source });
const flowId = z
  .string()
  .meta({ pattern: FLOW_ID.source, description: 'Made by the element: at least 128 random bits.' });

export const hintSchema = z.enum(HINTS).meta({
  description:
    "The `status` of LiveRamp's redirect; `unknown` for any other word. A hint that the browser has returned, never proof of anything.",
});
export const problemCodeSchema = z.enum(problemCodes).meta({
  description:
    'Closed list. HTTP status of each: ' +
    problemCodes.map((code) => `${code} ${PROBLEM_CODES[code]}`).join(', ') +
    '.',
});

export const accountSchema = z
  .object({
    account_id: accountId,
    name: z.string().meta({ description: "The account's own name." }).exactOptional(),
    destination_name: z
      .string()
      .meta({ description: "The destination platform's name, as customers know it." })
      .exactOptional(),
    oauth_status: z.enum(OAUTH_STATUSES).meta({
      description:
        'As read from LiveRamp for this answer. A word of LiveRamp that you do not know is `unknown`, never `authorized`.',
    }),
    upstream_status: z.string().meta({ description: "LiveRamp's own word, for support." }).exactOptional(),
    reauthorization: z.boolean().meta({ description: 'A grant existed and went stale.' }),
    authorize_url: z.string().nullable().meta({
      description:
        'Absolute URL for the popup: https, or http on loopback; no user name. A bearer secret that lives for minutes. The element appends `flow` (and, in its own tab, `return_to`) to the query and opens it. `null` where no authorization can be begun.',
    }),
    authorize_expires_at: time
      .meta({
        format: 'date-time',
        description: 'When `authorize_url` stops working. The element reads the account again before.',
      })
      .exactOptional(),
    checked_at: time,
  })
  .meta({ description: 'A destination account.' }) satisfies z.ZodType<Account>;

export const accountItemSchema = z.union([
  accountSchema,
  z.object({ account_id: accountId, error: z.object({ code: problemCodeSchema }) }),
]) satisfies z.ZodType<AccountItem>;

export const batchSchema = z
  .object({ accounts: z.array(accountItemSchema) })
  .meta({ description: 'One entry for each id, in the order asked.' });

export const flowReportSchema = z
  .object({
    flow: flowId,
    account_id: accountId,
    state: z.enum(FLOW_STATES).meta({
      description:
        '`pending`: the browser has not returned. `processing`: it has, and LiveRamp has not decided. `completed`: LiveRamp says that the authorization succeeded. `failed`: LiveRamp says that it failed, or its redirect carried an error and the account is not authorized. `expired`: 15 minutes have passed without either. The last three are final and carry `account`.',
    }),
    hint: hintSchema.exactOptional(),
    account: accountSchema.exactOptional(),
  })
  .meta({ description: 'Where one authorization stands.' }) satisfies z.ZodType<FlowReport>;

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: problemCodeSchema,
    detail: z.string().exactOptional(),
    request_id: z.string().meta({ description: 'For support: the same id is in the audit log.' }),
  })
  .meta({ description: 'RFC 9457 problem document.' }) satisfies z.ZodType<Problem>;

export const callbackBodySchema = z.object({
  state: z.string().meta({ description: "The `state` of LiveRamp's redirect." }),
  status: z.string().meta({ description: "The `status` of LiveRamp's redirect. Any text." }).optional(),
});

export const callbackAnswerSchema = z.object({
  flow: flowId,
  target_origin: z.string().meta({ description: 'The exact origin that may hear the message.' }),
  hint: hintSchema,
  return_to: z
    .string()
    .meta({ description: 'Only for a flow that runs in its own tab: go there instead of posting messages.' })
    .optional(),
});
export type CallbackAnswer = z.infer<typeof callbackAnswerSchema>;

/** The named schemas, for `components.schemas`. */
export const namedSchemas = {
  Account: accountSchema,
  Accounts: batchSchema,
  Flow: flowReportSchema,
  Problem: problemSchema,
  CallbackRequest: callbackBodySchema,
  CallbackResult: callbackAnswerSchema,
} as const;
export type SchemaName = keyof typeof namedSchemas;
