import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import { openApiDocument } from '#api/contract/openapi.ts';
import { integerParameter, type Operation } from '#api/contract/operation.ts';
import { PROBLEMS } from '#api/contract/problem.ts';
import { ROUTES } from '#api/routes.ts';

const server = { url: 'https://mcp.example.com', version: '1.2.3' };
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};
type Described = {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }>
  >;
  readonly requestBody?: object;
};
// The contract of openApiDocument is JSON, so the test reads it as JSON.
const documentOf = (operations: readonly Operation[]): Document =>
  JSON.parse(JSON.stringify(openApiDocument(operations, server))) as Document;

/** Every `$ref` in a value. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

test('every served operation is described once, under its path and method', () => {
  const operations = ROUTES.map(({ operation }) => operation);
  const { openapi, paths } = documentOf(operations);
  assert.equal(openapi, '3.1.1');
  const described = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  assert.deepEqual(described.toSorted(), operations.map(({ id }) => id).toSorted());
});

test('every reference leads to a component, and no schema keeps definitions of its own', () => {
  const document = documentOf(ROUTES.map(({ operation }) => operation));
  const found = references(document);
  assert.ok(found.length > 0);
  for (const reference of found) {
    assert.match(reference, /^#\/components\/schemas\//);
    assert.ok(Object.hasOwn(document.components.schemas, reference.slice('#/components/schemas/'.length)), reference);
  }
  assert.ok(!JSON.stringify(document).includes('$defs'));
});

test('path segments are required, optional query parameters are not, and both have their types', () => {
  const operation: Operation = {
    ...getCheckpoint,
    params: z.object({ index: integerParameter(0, 9) }),
    query: z.object({ q: z.string().optional() }),
    body: z.strictObject({ reason: z.string() }),
  };
  const described = documentOf([operation]).paths[operation.path]?.['get'];
  assert.deepEqual(
    described?.parameters.map(({ name, in: place, required, schema }) => [name, place, required, schema]),
    [
      ['index', 'path', true, { type: 'integer', minimum: 0, maximum: 9 }],
      ['q', 'query', false, { type: 'string' }],
    ],
  );
  assert.ok(described.requestBody !== undefined);
});

test('a problem an operation may give is described under its status', () => {
  const described = documentOf([{ ...getCheckpoint, problems: ['not_found'] }]).paths[getCheckpoint.path]?.['get'];
  for (const code of ['unauthenticated', 'forbidden', 'not_found'] as const) {
    const answer = described?.responses[PROBLEMS[code][0]];
    assert.deepEqual(Object.keys(answer?.content ?? {}), ['application/problem+json'], code);
  }
});
