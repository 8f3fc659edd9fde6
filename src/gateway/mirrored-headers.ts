/**
 * Headers that repeat values of a message (MCP 2026-07-28, Streamable HTTP, "Request Metadata", "Custom Headers from Tool
 * Parameters"), made again from the masked message: a header must neither carry what masking took out of the body nor
 * contradict it. What it mirrors is found by its value, as `checkHeaders` found it; so no schema is needed.
 */
import { decodeHeaderValue, encodeHeaderValue } from '#mcp/header-value.ts';
import { isMirrorOf } from '#mcp/headers.ts';
import { member, parseJson } from '#mcp/json.ts';
import type { JsonLimits, JsonNode } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { METHODS } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const METHOD = 'mcp-method';
const NAME = 'mcp-name';
const PARAMETER = /^mcp-param-/;

export type Mirrored = {
  /** What goes up in place of what came, by lower-case name; only what changed. */
  readonly sent: ReadonlyMap<string, string>;
  /** Parameters as they are recorded: decoded, masked like the stored copy. */
  readonly stored: Readonly<Record<string, string>>;
};

export const NOTHING_MIRRORED: Mirrored = { sent: new Map(), stored: {} };

type Copies = { readonly send: Buffer; readonly stored: Buffer };

const isMirroring = (name: string): boolean => name === NAME || PARAMETER.test(name);

/** Of a message that is made in the place of the one they came with: what they repeat is not in it. */
export const withoutMirroring = (
  headers: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> =>
  new Map([...headers].filter(([name]) => name !== METHOD && !isMirroring(name)));

/** `reason`: two values that were equal are masked differently, so nobody can say which one the header is. */
export function mirroredHeaders(
  headers: ReadonlyMap<string, readonly string[]>,
  message: Message,
  copies: Copies,
  limits: JsonLimits,
): Result<Mirrored, 'ambiguous_header'> {
  if (message.kind === 'response') return ok(NOTHING_MIRRORED);
  const names = [...headers.keys()].filter(isMirroring);
  if (names.length === 0) return ok(NOTHING_MIRRORED);
  const { bytes } = message.doc;
  const sentRoot = copies.send === bytes ? message.doc.root : rootOf(copies.send, limits);
  const storedRoot = copies.stored === bytes ? message.doc.root : rootOf(copies.stored, limits);
  const sent = new Map<string, string>();
  const stored: Record<string, string> = {};
  for (const name of names) {
    const came = headers.get(name)?.[0] ?? '';
    const text = decodeHeaderValue(came.trim());
    if (text === undefined) continue;
    const up = maskedText(message, name, text, sentRoot);
    const kept = PARAMETER.test(name) ? maskedText(message, name, text, storedRoot) : text;
    if (up === undefined || kept === undefined) return err('ambiguous_header');
    if (up !== text) sent.set(name, encodeHeaderValue(up));
    if (PARAMETER.test(name)) stored[name] = kept;
  }
  return ok({ sent, stored });
}

function rootOf(bytes: Buffer, limits: JsonLimits): JsonNode {
  const doc = parseJson(bytes, limits);
  if (!doc.ok) throw new Error('a masked message is no longer valid JSON');
  return doc.value.root;
}

/** Undefined when what the header mirrors became more than one text, or is gone. */
function maskedText(message: Message, name: string, text: string, maskedRoot: JsonNode): string | undefined {
  if (message.kind === 'response') return text;
  const { root } = message.doc;
  if (maskedRoot === root) return text;
  const found = new Set<string>();
  const collect = (was: JsonNode | undefined, is: JsonNode | undefined): void => {
    if (was === undefined) return;
    if (was.kind === 'object') {
      const members = is?.kind === 'object' && is.members.length === was.members.length ? is.members : undefined;
      for (const [at, held] of was.members.entries()) collect(held.value, members?.[at]?.value);
    } else if (isMirrorOf(was, text)) found.add(textOf(was, is, text) ?? GONE);
  };
  const [was, is] = placeOf(message, name, [member(root, 'params'), member(maskedRoot, 'params')]);
  collect(was, is);
  const [only] = found;
  return found.size === 1 && only !== GONE ? only : undefined;
}

/** No value of JSON in UTF-8 is this. */
const GONE = '\ud800';

type Pair = readonly [was: JsonNode | undefined, is: JsonNode | undefined];

function placeOf(message: Exclude<Message, { kind: 'response' }>, name: string, [was, is]: Pair): Pair {
  if (name !== NAME) return [member(was, 'arguments'), member(is, 'arguments')];
  const place = METHODS.get(message.method)?.name;
  return place?.at === 'params' ? [member(was, place.member), member(is, place.member)] : [was, is];
}

/** A number that stayed keeps the spelling that the header had. */
function textOf(was: JsonNode, is: JsonNode | undefined, text: string): string | undefined {
  switch (is?.kind) {
    case 'string':
      return is.value;
    case 'number':
      return was.kind === 'number' && was.text === is.text ? text : is.text;
    case 'true':
    case 'false':
      return is.kind;
    default:
      return undefined;
  }
}
