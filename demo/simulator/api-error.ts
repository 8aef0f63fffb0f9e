import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';

/** The body of every error of LiveRamp's v2 API (StandardError in its OpenAPI). */
export class ApiError extends HTTPException {
  constructor(httpStatus: 400 | 401 | 403 | 404 | 405 | 422 | 429 | 500 | 503, errorCode: string, message: string) {
    super(httpStatus, { res: Response.json({ httpStatus, errorCode, message }, { status: httpStatus }) });
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, 'NOT_FOUND', `${what} not found`);
export const invalid = (message: string): ApiError => new ApiError(422, 'VALIDATION_ERROR', message);

/** The request's JSON object, or a 422. */
export async function readJson(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body must be a JSON object');
  return { ...body };
}

/** An optional text field. */
export function optionalText(body: Record<string, unknown>, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '') throw invalid(`${field} must be a string`);
  return value;
}

export function requiredText(body: Record<string, unknown>, field: string): string {
  const value = optionalText(body, field);
  if (value === undefined) throw invalid(`${field} is required`);
  return value;
}

/** A URL to which a browser may be sent. */
export function readRedirectUrl(value: string, field: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid(`${field} must be an absolute http or https URL`);
  return value;
}
