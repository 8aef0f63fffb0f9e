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

/** What tells a connection's status: all that is kept of a list's entries. */
export type ListedConnection = Pick<Connection, 'integrationID' | 'oAuthConnectionID' | 'oauthStatus'>;

const identified = z.object({ id: z.string() });
const pagination = z.object({ after: optionalText, total: z.number().nullish() }).nullish();

/** One bad entry must not spoil the page. */
const listed = z.unknown().transform((entry) => {
  const { data } = connection.safeParse(entry);
  return {
    id: identified.safeParse(entry).data?.id,
    connection: data && {
      integrationID: data.integrationID,
      oAuthConnectionID: data.oAuthConnectionID,
      oauthStatus: data.oauthStatus,
    },
  };
});

export const connectionPage = z
  .object({ 'v2/IntegrationConnections': z.array(listed), _pagination: pagination })
  .transform((page) => ({
    connections: page['v2/IntegrationConnections'].flatMap(({ id, connection }) =>
      id === undefined ? [] : [{ id, connection }],
    ),
    after: page._pagination?.after,
    total: page._pagination?.total ?? undefined,
  }));
export type ConnectionPage = z.infer<typeof connectionPage>;

export const destination = z.object({ name: optionalText });
const identifiedDestination = destination.extend({ id: z.string() });
const listedDestination = z.unknown().transform((entry) => identifiedDestination.safeParse(entry).data);
export const destinationPage = z
  .object({ 'v2/Destinations': z.array(listedDestination) })
  .transform((page) => page['v2/Destinations'].filter((entry) => entry !== undefined));

export const integration = z.object({ name: optionalText, oAuthEndpointID: optionalText });
export type Integration = z.infer<typeof integration>;
export const created = z.object({ id: z.string().min(1).max(1000) });
export const attempt = z.object({
  // Only a begin needs it: an attempt that is over may have none.
  authorizationUrl: z
    .string()
    .nullish()
    .transform((url) => url || undefined),
  status: z.string(),
  oAuthConnectionID: optionalText,
});
