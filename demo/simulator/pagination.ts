import type { Context } from 'hono';
import { invalid } from './api-error.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

/** The part of `list` that `limit` and `after` ask for, with v2's `_pagination`. Cursors are opaque to the client. */
export function page<T extends { readonly id: string }>(list: readonly T[], c: Context) {
  const given = c.req.query('limit');
  const limit = given === undefined ? DEFAULT_LIMIT : /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalid(`limit must be an integer from 1 to ${MAX_LIMIT}`);
  const after = c.req.query('after');
  const last = after === undefined ? undefined : Buffer.from(after, 'base64url').toString();
  const start = last === undefined ? 0 : list.findIndex(({ id }) => `after:${id}` === last) + 1;
  if (last !== undefined && start === 0) throw invalid('after is no cursor of this list');
  const items = list.slice(start, start + limit);
  const end = items.at(-1);
  const more = start + limit < list.length && end !== undefined;
  return {
    items,
    pagination: { after: more ? Buffer.from(`after:${end.id}`).toString('base64url') : null, total: list.length },
  };
}
