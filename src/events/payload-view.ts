/**
 * What of a stored message is shown in an event: `arguments` of a request, `answer` of a response. Always the masked
 * copy; numbers beyond a double's exactness keep their spelling. Who may see them is decided elsewhere.
 */
import { TRACE_KEYS } from '#mcp/trace-context.ts';
import type { StoredJson } from '#events/event.ts';

/** Methods whose arguments are `params.arguments` ({} when absent); of any other they are `params` without `_meta`. */
const WITH_ARGUMENTS = new Set(['tools/call', 'prompts/get']);

export function argumentsOf(payload: Buffer, method: string): StoredJson | undefined {
  const params = memberOf(parseStored(payload), 'params');
  if (WITH_ARGUMENTS.has(method)) return memberOf(params, 'arguments') ?? {};
  if (!isObject(params)) return {};
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== '_meta'));
}

/** Of `_meta`, what differs each time a client makes the same call and means nothing to the server's act. */
const PASSING_META: ReadonlySet<string> = new Set(['progressToken', ...TRACE_KEYS]);

/** Of a message, what is shown otherwise or names only the message. */
const ENVELOPE: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params']);

/** Under a name that no member of `params` likely has: what stands beside those, which some servers may read all the same. */
function besideParamsOf(message: StoredJson | undefined): [string, unknown][] {
  const beside = isObject(message) ? Object.entries(message).filter(([name]) => !ENVELOPE.has(name)) : [];
  return beside.length === 0 ? [] : [['(beside params)', Object.fromEntries(beside)]];
}

/** What goes to the server beside the arguments and the name of what is called; undefined when nothing does. */
export function besideArgumentsOf(payload: Buffer, method: string): StoredJson | undefined {
  const message = parseStored(payload);
  const found = memberOf(message, 'params');
  const params = isObject(found) ? found : {};
  const isShown = (name: string): boolean =>
    WITH_ARGUMENTS.has(method) ? ['name', 'arguments'].includes(name) : name !== '_meta';
  const beside = Object.entries(params).flatMap(([name, value]): [string, unknown][] => {
    if (isShown(name)) return [];
    if (name !== '_meta' || !isObject(value)) return [[name, value]];
    const kept = Object.entries(value).filter(([key]) => !PASSING_META.has(key));
    return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)]];
  });
  const all = [...beside, ...besideParamsOf(message)];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The `result` or the `error` object; undefined when the stored message holds neither. */
export function answerOf(payload: Buffer): StoredJson | undefined {
  const message = parseStored(payload);
  return memberOf(message, 'result') ?? memberOf(message, 'error');
}

/** JSON in which numbers that a double cannot hold keep their spelling. Throws as `JSON.parse`. */
export const parseExactly = (text: string): unknown => (JSON.parse as SourceParse)(text, keepSpelling);

/**
 * Undefined when the stored bytes are no JSON (a message that masking had to cut).
 */
function parseStored(payload: Buffer): StoredJson | undefined {
  try {
    const value = parseExactly(payload.toString('utf8'));
    return isStoredJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// The source text access of ECMAScript 2026 (proposal-json-parse-with-source), not yet in TypeScript's library.
type SourceParse = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;
type RawJson = { rawJSON(text: string): object };

function keepSpelling(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined || String(value) === context.source) return value;
  return (JSON as typeof JSON & RawJson).rawJSON(context.source);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStoredJson = (value: unknown): value is StoredJson =>
  value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);

function memberOf(value: StoredJson | undefined, name: string): StoredJson | undefined {
  if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
  const member = value[name];
  return isStoredJson(member) ? member : undefined;
}
