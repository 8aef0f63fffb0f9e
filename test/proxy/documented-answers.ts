/** Holds a proxy's answers against the proxy's own openapi.json. */
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { BASE } from './helpers.ts';

interface Documented {
  readonly headers?: Readonly<Record<string, { readonly schema: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
export interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: Readonly<Record<string, Documented>> }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

type Handler = (request: Request) => Promise<Response>;

/** Of a handler the same one, but that its answer to each operation that `document` has must be one that it tells of. */
export function documentedBy(document: OpenApi): (handler: Handler) => Handler {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: document.components });
  const compiled = new Map<object, ValidateFunction>();
  const validator = (schema: object): ValidateFunction => {
    // References are to the document.
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
    const known = compiled.get(schema) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(schema, known);
    return known;
  };
  const expectValid = (schema: object, value: unknown, what: string): void => {
    const validate = validator(schema);
    assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
  };
  const paths = Object.entries(document.paths).map(
    ([path, operations]) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), operations] as const,
  );

  return (handler) => async (request) => {
    const route = new URL(request.url).pathname.slice(new URL(BASE).pathname.length);
    const operation = paths.find(([path]) => path.test(route))?.[1][request.method.toLowerCase()];
    const response = await handler(request);
    if (!operation) return response;
    const { status } = response;
    const what = `${request.method} ${route} ${status}`;
    const told = operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`];
    assert.ok(told, `${what} is not in the document`);
    for (const [name, { schema }] of Object.entries(told.headers ?? {})) {
      const value = response.headers.get(name);
      if (value === null) continue;
      expectValid(schema, 'type' in schema && schema.type === 'integer' ? Number(value) : value, `${what} ${name}`);
    }
    const text = await response.clone().text();
    const type = response.headers.get('content-type')?.replace(/;.*/, '') ?? '';
    const content = told.content?.[type];
    if (!told.content) assert.equal(text, '', `${what} has no body`);
    else assert.ok(content, `${what} as ${type} is not in the document`);
    if (content) expectValid(content.schema, type.endsWith('json') ? JSON.parse(text) : text, what);
    return response;
  };
}
