/**
 * Do the headers say the same as the body? Somebody between here and the server may route or decide by the headers,
 * so a message whose headers contradict its body is refused before anything is decided (2026-07-28, Streamable HTTP,
 * "Request Metadata" and "Server Validation"). The body is what counts; headers only ever confirm it.
 *
 * Which argument an `Mcp-Param-*` mirrors only the tool's schema says, which the server has, and the server compares. Here
 * each must be the value of some argument: so no header says anything that is not in the body, which is what gets recorded.
 */
import { decodeHeaderValue } from '#mcp/header-value.ts';
import { member } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import type { Message, RequestMessage } from '#mcp/jsonrpc.ts';
import { METHODS } from '#mcp/methods.ts';
import { isModern, type ProtocolEra } from '#mcp/revisions/versions.ts';
import { err, ok, type Result } from '#result.ts';

export type HeaderFault = {
  readonly code: 'header_mismatch';
  /** Lower-case name of the header at fault; never a value. */
  readonly header: string;
  readonly reason: 'missing' | 'repeated' | 'invalid' | 'differs';
};

type Found = Result<string | undefined, HeaderFault>;

const VERSION = 'mcp-protocol-version';
const METHOD = 'mcp-method';
const NAME = 'mcp-name';
const PARAM_PREFIX = 'mcp-param-';

const fault = (header: string, reason: HeaderFault['reason']) =>
  err<HeaderFault>({ code: 'header_mismatch', header, reason });

/** Optional white space around a value is not part of it (RFC 9110 section 5.5). */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  const isSpace = (at: number): boolean => value[at] === ' ' || value[at] === '\t';
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return value.slice(start, end);
}

class MirroredHeaders {
  readonly #values = new Map<string, string>();
  readonly #repeated = new Set<string>();

  constructor(headers: readonly (readonly [name: string, value: string])[]) {
    for (const [spelled, value] of headers) {
      const name = spelled.toLowerCase();
      if (!name.startsWith('mcp-')) continue;
      if (this.#values.has(name)) this.#repeated.add(name);
      this.#values.set(name, trimmed(value));
    }
  }

  get(name: string): Found {
    return this.#repeated.has(name) ? fault(name, 'repeated') : ok(this.#values.get(name));
  }

  getDecoded(name: string): Found {
    const found = this.get(name);
    if (!found.ok || found.value === undefined) return found;
    const decoded = decodeHeaderValue(found.value);
    return decoded === undefined ? fault(name, 'invalid') : ok(decoded);
  }

  params(): string[] {
    return [...this.#values.keys()].filter((name) => name.startsWith(PARAM_PREFIX));
  }
}

/**
 * The era of a message, or the header that contradicts it. `headers` are all header lines as received, any case,
 * repeated ones repeated.
 *
 * Modern is what says so in its body or in its version header, except an `initialize` without a version in the body,
 * which opens a legacy session by definition. Modern requests must mirror version, method and name. A modern version
 * header over a body that names none is left to the server, which owes it `-32602` naming the missing member.
 *
 * Legacy messages need none of these headers. Where they carry them nevertheless they must tell the truth: an
 * intermediary that trusts `Mcp-Method` cannot be assumed to look at the version first.
 */
export function checkHeaders(
  message: Message,
  headers: readonly (readonly [name: string, value: string])[],
): Result<ProtocolEra, HeaderFault> {
  const mirrored = new MirroredHeaders(headers);
  const version = mirrored.get(VERSION);
  if (!version.ok) return version;
  const claimed = message.kind === 'response' ? undefined : message.protocolVersion;
  const era = eraOf(message, claimed, version.value);

  if (claimed !== undefined) {
    if (version.value === undefined) {
      if (message.kind === 'request') return fault(VERSION, 'missing');
    } else if (version.value !== claimed) return fault(VERSION, 'differs');
  }
  const isRequired = era === 'modern' && message.kind === 'request';
  const method = checkMethod(message, mirrored.get(METHOD), isRequired);
  if (!method.ok) return method;
  const name = checkName(message, mirrored.getDecoded(NAME), isRequired);
  if (!name.ok) return name;
  const params = checkParams(message, mirrored);
  return params.ok ? ok(era) : params;
}

function eraOf(message: Message, claimed: string | undefined, header: string | undefined): ProtocolEra {
  if (claimed !== undefined) return 'modern';
  if (message.kind === 'request' && message.method === 'initialize') return 'legacy';
  return header !== undefined && isModern(header) ? 'modern' : 'legacy';
}

function checkMethod(message: Message, header: Found, isRequired: boolean): Found {
  if (!header.ok) return header;
  if (header.value === undefined) return isRequired ? fault(METHOD, 'missing') : header;
  if (message.kind === 'response' || header.value !== message.method) return fault(METHOD, 'differs');
  return header;
}

function checkName(message: Message, header: Found, isRequired: boolean): Found {
  if (!header.ok) return header;
  const name = message.kind === 'request' ? mirroredName(message) : undefined;
  if (header.value === undefined) {
    const isMirrored = message.kind === 'request' && METHODS.get(message.method)?.isNameMirrored === true;
    return isRequired && isMirrored ? fault(NAME, 'missing') : header;
  }
  const isTrue = name === undefined ? mirrorsSome(paramsOf(message), header.value) : header.value === name;
  return isTrue ? header : fault(NAME, 'differs');
}

const paramsOf = (message: Message): JsonNode | undefined => (message.kind === 'response' ? undefined : message.params);

function checkParams(message: Message, mirrored: MirroredHeaders): Result<undefined, HeaderFault> {
  for (const name of mirrored.params()) {
    const value = mirrored.getDecoded(name);
    if (!value.ok) return value;
    const isTrue = mirrorsSome(member(paramsOf(message), 'arguments'), value.value ?? '');
    if (!isTrue) return fault(name, 'differs');
  }
  return ok(undefined);
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Whether `value` is how a header spells a string, number or boolean. */
export function isMirrorOf(node: JsonNode, value: string): boolean {
  switch (node.kind) {
    case 'string':
      return node.value === value;
    case 'number':
      // 42.0 and 42 are one number ("Server Validation").
      return DECIMAL.test(value) && Number(value) === Number(node.text);
    case 'true':
    case 'false':
      return value === node.kind;
    default:
      return false;
  }
}

/** Of what `node` is or holds, inside objects only. */
function mirrorsSome(node: JsonNode | undefined, value: string): boolean {
  if (node?.kind === 'object') return node.members.some((held) => mirrorsSome(held.value, value));
  return node !== undefined && isMirrorOf(node, value);
}

/** What `Mcp-Name` mirrors where MCP says so. With other methods it must at least be something that the message says. */
function mirroredName({ method, name }: RequestMessage): string | undefined {
  return METHODS.get(method)?.name?.at === 'params' ? name : undefined;
}
