/**
 * Where MCP carries JSON Schemas. In them the names under `properties` are names of parameters, not of values: a tool
 * that takes a `password` must still be able to say so. Everywhere else a key of that name has a value to hide.
 */
import type { PathPart } from '#masking/finding-notes.ts';
import { member, stringMember, type JsonObject } from '#mcp/json.ts';

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

/** What describes an object wherever it stands, as documents of OpenAPI have them. */
export const isSchema = (node: JsonObject): boolean =>
  stringMember(node, 'type') === 'object' && member(node, 'properties')?.kind === 'object';

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
/** Members that say what a value is like; all others may hold one of what the schema describes. */
export const SCHEMA_WORDS: ReadonlySet<string> = new Set(
  (
    '$schema $id $ref $anchor $comment title description type format pattern contentEncoding contentMediaType minLength maxLength minimum maximum ' +
    'exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minContains maxContains minProperties maxProperties required ' +
    'dependentRequired readOnly writeOnly deprecated nullable discriminator externalDocs'
  ).split(' '),
);
