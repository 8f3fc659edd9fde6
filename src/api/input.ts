/**
 * What a request says, checked by the schemas of its operation. Strict: an unknown or repeated parameter is a mistake the
 * sender wants to know of, and a filter that was misspelt must not silently find everything.
 */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { ApiInput, ApiRefusal } from '#api/call.ts';
import type { Operation } from '#api/contract/operation.ts';
import type { Limits } from '#limits.ts';
import { parseJson, toValue } from '#mcp/json.ts';
import { err, ok, type Result } from '#result.ts';

export type RawInput = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly incoming: IncomingMessage;
};

type InputLimits = Pick<Limits, 'apiBodyBytes' | 'jsonDepth' | 'jsonNodes'>;

export async function readInput(
  operation: Operation,
  raw: RawInput,
  limits: InputLimits,
): Promise<Result<ApiInput<Operation>, ApiRefusal>> {
  const query = queryObject(raw.query);
  if (!query.ok) return query;
  const params = operation.params === undefined ? ok(undefined) : checked(operation.params, raw.params);
  if (!params.ok) return params;
  const queried = operation.query === undefined ? noQuery(query.value) : checked(operation.query.strict(), query.value);
  if (!queried.ok) return queried;
  const headers =
    operation.headers === undefined
      ? ok(undefined)
      : checked(operation.headers, namedHeaders(Object.keys(operation.headers.shape), raw.incoming));
  if (!headers.ok) return headers;
  const body = operation.body === undefined ? ok(undefined) : await readJson(operation.body, raw.incoming, limits);
  if (!body.ok) return body;
  return ok({
    params: params.value,
    query: queried.value,
    headers: headers.value,
    body: body.value,
  } as ApiInput<Operation>);
}

/** One that came twice is joined by a comma, which no header of ours may have. */
const namedHeaders = (names: readonly string[], { headers }: IncomingMessage): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

function queryObject(query: URLSearchParams): Result<Readonly<Record<string, string>>, ApiRefusal> {
  const object = Object.create(null) as Record<string, string>;
  for (const [name, value] of query) {
    if (name in object) return err(invalid(name, 'given more than once'));
    object[name] = value;
  }
  return ok(object);
}

function noQuery(query: Readonly<Record<string, string>>): Result<undefined, ApiRefusal> {
  const [name] = Object.keys(query);
  return name === undefined ? ok(undefined) : err(invalid(name, 'there is no such parameter'));
}

/** Names come from the sender and go back to him: as long as a name of ours may be. */
const NAME_CHARS = 64;
const invalid = (parameter: string, detail: string, reason = 'invalid_parameter'): ApiRefusal => ({
  code: 'invalid_parameter',
  reason,
  parameter: parameter.slice(0, NAME_CHARS).toWellFormed(),
  detail,
});

function checked(schema: z.ZodType, value: unknown): Result<unknown, ApiRefusal> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue === undefined) return err(invalid('', 'not valid'));
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) return err(invalid(unknown, 'there is no such parameter'));
  return err(invalid(issue.path.join('.'), issue.message));
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

async function readJson(
  schema: z.ZodType,
  incoming: IncomingMessage,
  limits: InputLimits,
): Promise<Result<unknown, ApiRefusal>> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = incoming.headers;
  if (!JSON_TYPE.test(type) || encoding !== 'identity') return err({ code: 'content_type', reason: 'not_json' });
  const bytes = await readUpTo(incoming, limits.apiBodyBytes);
  if (bytes === undefined)
    return err({ code: 'too_large', reason: 'body', detail: `at most ${limits.apiBodyBytes} bytes` });
  const document = parseJson(bytes, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  if (!document.ok)
    return err({ code: 'invalid_request', reason: document.error.code, detail: document.error.message });
  return checked(schema, toValue(document.value.root));
}

/** Undefined when there is more. Throws when the sender leaves. */
async function readUpTo(incoming: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Not destroyed on leaving the loop: the answer has still to go out on the same socket.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, length);
}
