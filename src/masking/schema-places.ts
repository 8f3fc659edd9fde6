/**
 * Where MCP carries JSON Schemas. In them the names under `properties` are names of parameters, not of values: a tool
 * that takes a `password` must still be able to say so. Everywhere else a key of that name has a value to hide.
 */
import type { PathPart } from '#masking/finding-notes.ts';

const isParams = (part: PathPart | undefined): boolean => part === 'params' || part === 'result';

/**
 * Whether the value at this path from the root of a message is a schema: `inputSchema`/`outputSchema` of a tool in a
 * list or offered for sampling, `requestedSchema` of an elicitation, both also inside a modern `inputRequests`.
 */
export function isSchemaPlace(path: readonly PathPart[]): boolean {
  const rest = path[0] === 'result' && path[1] === 'inputRequests' ? path.slice(3) : path;
  if (!isParams(rest[0])) return false;
  const last = rest.at(-1);
  if (rest.length === 2) return rest[0] === 'params' && last === 'requestedSchema';
  return rest.length === 4 && rest[1] === 'tools' && (last === 'inputSchema' || last === 'outputSchema');
}

/** Members of a schema that map names to schemas. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
/** Members that are a schema or an array of schemas for the same value or a part of it. */
export const SCHEMA_PARTS: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'contains',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
]);
/** Members that hold values of what the schema describes. */
export const SCHEMA_VALUES: ReadonlySet<string> = new Set(['default', 'const', 'examples', 'example', 'enum']);
