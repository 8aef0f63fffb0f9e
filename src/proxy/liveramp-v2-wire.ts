/** What is read of the Activation API 2.9.0's answers. Fields that are not named here are dropped. */
import { z } from 'zod';
import type { OAuthStatus } from '../contract.ts';

export const MAX_PAGE = 100;

/** `oauthStatus` by LiveRamp's changelog; the published schema leaves the field out. Any other word is unknown. */
export const STATUSES: ReadonlyMap<string, OAuthStatus> = new Map([
  ['NotApplicable', 'not_applicable'],
  ['Authorized', 'authorized'],
  ['Unauthorized', 'unauthorized'],
]);

/** Absent, null and empty are one. */
const optionalText = z
  .string()
  .max(1000)
  .nullish()
  .transform((text) => text || undefined);

export const connection = z.object({
  integrationID: z.tuple([z.string().min(1), z.string().min(1)]),
  oAuthConnectionID: optionalText,
  oauthStatus: optionalText,
  // Sent back as they were read, whatever they hold.
  properties: z.array(z.unknown()),
  deviceTypes: z.array(z.unknown()),
});
export type Connection = z.infer<typeof connection>;

/** One bad entry must not spoil the page. */
const listed = z.unknown().transform((entry) => ({
  id: z.object({ id: z.string() }).safeParse(entry).data?.id,
  connection: connection.safeParse(entry).data,
}));

export const connectionPage = z
  .object({
    'v2/IntegrationConnections': z.array(listed),
    _pagination: z.object({ after: optionalText, total: z.number().nullish() }).nullish(),
  })
  .transform((page) => ({
    connections: page['v2/IntegrationConnections'].flatMap(({ id, connection }) =>
      id === undefined ? [] : [{ id, connection }],
    ),
    after: page._pagination?.after,
    total: page._pagination?.total ?? undefined,
  }));

export const destination = z.object({ name: optionalText });
export const integration = z.object({ name: optionalText, oAuthEndpointID: optionalText });
export const created = z.object({ id: z.string().min(1).max(1000) });
export const attempt = z.object({
  authorizationUrl: z.string().optional(),
  status: z.string(),
  oAuthConnectionID: optionalText,
});
