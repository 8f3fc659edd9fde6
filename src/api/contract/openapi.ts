/** The contract as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1). */
import { z } from 'zod';
import { COMMON_PROBLEMS, type Answer, type Operation } from '#api/contract/operation.ts';
import { PROBLEMS, Problem, type ProblemCode } from '#api/contract/problem.ts';

type Json = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

export function openApiDocument(
  operations: readonly Operation[],
  server: { readonly url: string; readonly version: string },
): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = describe(operation, schemas);
  }
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: DIALECT,
    info: {
      title: 'Gatebook',
      version: server.version,
      description:
        "Search and prove what went through the gateway. Tokens are those of a configured issuer for its `apiAudience`, or the gateway's own for `/api`; a browser that is signed in has its cookie. Roles come from groups.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server.url }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        webSession: { type: 'apiKey', in: 'cookie', name: '__Host-gatebook' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-Gatebook-CSRF' },
      },
    },
  };
}

function describe(operation: Operation, schemas: Record<string, unknown>): Json {
  const { id, summary, description, roles, body, answers, needsFresh } = operation;
  const fresh: readonly ProblemCode[] = needsFresh === true ? ['fresh_sign_in_required'] : [];
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    security: [{ bearer: [] }, operation.method === 'GET' ? { webSession: [] } : { webSession: [], csrf: [] }],
    'x-gatebook-roles': roles,
    parameters: [
      ...parameters('path', operation.params),
      ...parameters('query', operation.query),
      ...parameters('header', operation.headers),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, schemas, 'input') } },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)])),
      ...problemResponses([...COMMON_PROBLEMS, ...fresh, ...operation.problems], schemas),
    },
  };
}

function parameters(place: 'path' | 'query' | 'header', object: z.ZodObject | undefined): readonly Json[] {
  if (object === undefined) return [];
  return Object.entries(object.shape).map(([name, schema]) => {
    const { $schema: _, description, ...json } = z.toJSONSchema(schema) as Json;
    return {
      name,
      in: place,
      required: place === 'path' || !(schema as z.ZodType).isOptional(),
      ...(description === undefined ? {} : { description }),
      schema: json,
    };
  });
}

function response({ description, content, headers }: Answer, schemas: Record<string, unknown>): Json {
  return {
    description,
    content: Object.fromEntries(
      Object.entries(content).map(([type, schema]) => [type, { schema: schemaOf(schema, schemas, 'output') }]),
    ),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
          ),
        }),
  };
}

function problemResponses(codes: readonly ProblemCode[], schemas: Record<string, unknown>): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/problem+json': { schema: schemaOf(Problem, schemas, 'output') } };
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      { description: some.map((code) => `\`${code}\``).join(', '), content },
    ]),
  );
}

/** Named schemas (`meta.id`) go to the components, and a reference stands in their place. */
function schemaOf(schema: z.ZodType, schemas: Record<string, unknown>, io: 'input' | 'output'): unknown {
  const { $schema: _, $defs, ...json } = z.toJSONSchema(schema, { io }) as Json & { readonly $defs?: Json };
  for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] = relocated(definition);
  return relocated(json);
}

/** JSON Schema keeps definitions under `$defs`, OpenAPI under `components/schemas`. */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : relocated(inner),
    ]),
  );
}
