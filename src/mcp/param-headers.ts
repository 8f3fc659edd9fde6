/**
 * Parameters of a tool that its server wants repeated as `Mcp-Param-*` headers: found in the tool's schema, read from a
 * call's arguments (MCP 2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters"). Pure; for who speaks as a client.
 */
import { encodeHeaderValue } from '#mcp/header-value.ts';
import { member } from '#mcp/json.ts';
import type { JsonNode, JsonObject } from '#mcp/json.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type ParamHeader = {
  /** As the schema spells it, behind `Mcp-Param-`. */
  readonly name: string;
  /** Keys from the arguments' root to the value. */
  readonly path: readonly string[];
};

/** Why a tool's definition is invalid; its client must not show it. */
export type ParamHeaderFault = 'not_a_token' | 'repeated' | 'not_primitive' | 'unreachable' | 'too_many';

const ANNOTATION = 'x-mcp-header';
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const PRIMITIVE: ReadonlySet<string> = new Set(['string', 'integer', 'boolean']);
const HEADERS_MAX = 64;

/** JSON Schema 2020-12: members that hold schemas by name, and members that hold no schema at all. */
const NAMED_SCHEMAS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);
const NO_SCHEMA: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples', ANNOTATION]);

/** The depth of recursion is that of the parsed document, which is bounded. */
export function paramHeadersOf(inputSchema: JsonNode | undefined): Result<readonly ParamHeader[], ParamHeaderFault> {
  const found: ParamHeader[] = [];
  const fault = walk(inputSchema, [], found);
  if (fault !== undefined) return err(fault);
  if (found.length > HEADERS_MAX) return err('too_many');
  const names = new Set(found.map(({ name }) => name.toLowerCase()));
  return names.size === found.length ? ok(found) : err('repeated');
}

/** `path`: undefined where more than `properties` lies between the root and here. */
function walk(
  schema: JsonNode | undefined,
  path: readonly string[] | undefined,
  found: ParamHeader[],
): ParamHeaderFault | undefined {
  if (schema?.kind !== 'object') return undefined;
  const annotation = member(schema, ANNOTATION);
  if (annotation !== undefined) {
    const read = annotated(schema, annotation, path);
    if (!read.ok) return read.error;
    found.push(read.value);
  }
  for (const { key, value } of schema.members) {
    if (NO_SCHEMA.has(key)) continue;
    const fault = NAMED_SCHEMAS.has(key)
      ? walkNamed(value, key === 'properties' ? path : undefined, found)
      : walkAll(value.kind === 'array' ? value.items : [value], found);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function walkNamed(
  schemas: JsonNode,
  path: readonly string[] | undefined,
  found: ParamHeader[],
): ParamHeaderFault | undefined {
  if (schemas.kind !== 'object') return undefined;
  for (const { key, value } of schemas.members) {
    const fault = walk(value, path === undefined ? undefined : [...path, key], found);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function walkAll(schemas: readonly JsonNode[], found: ParamHeader[]): ParamHeaderFault | undefined {
  for (const schema of schemas) {
    const fault = walk(schema, undefined, found);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function annotated(
  schema: JsonObject,
  annotation: JsonNode,
  path: readonly string[] | undefined,
): Result<ParamHeader, ParamHeaderFault> {
  if (path === undefined || path.length === 0) return err('unreachable');
  if (annotation.kind !== 'string' || !TOKEN.test(annotation.value)) return err('not_a_token');
  const type = member(schema, 'type');
  if (type?.kind !== 'string' || !PRIMITIVE.has(type.value)) return err('not_primitive');
  return ok({ name: annotation.value, path });
}

/** The headers of one call, names in lower case; a value that is absent or null has none. */
export function paramHeaderPairs(
  headers: readonly ParamHeader[],
  callArguments: JsonNode | undefined,
): (readonly [name: string, value: string])[] {
  return headers.flatMap(({ name, path }): (readonly [string, string])[] => {
    const value = valueText(path.reduce<JsonNode | undefined>((node, key) => member(node, key), callArguments));
    return value === undefined ? [] : [[`mcp-param-${name.toLowerCase()}`, encodeHeaderValue(value)]];
  });
}

function valueText(node: JsonNode | undefined): string | undefined {
  switch (node?.kind) {
    case 'string':
      return node.value;
    case 'number': {
      const value = Number(node.text);
      return Number.isSafeInteger(value) ? String(value) : undefined;
    }
    case 'true':
    case 'false':
      return node.kind;
    default:
      return undefined;
  }
}
