/**
 * Which header fields cross an HTTP upstream, in each direction: allow-lists, so that a field nobody thought of stays out.
 * Up: never Authorization, Cookie, Forwarded or X-Forwarded-* of the caller. Down: never Set-Cookie, WWW-Authenticate,
 * Server or anything else that tells of the upstream's own world (P5).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { HeaderPair } from '#upstream/port.ts';

const UP = new Set([
  // MCP transports: Streamable HTTP, 2025-03-26 and later
  'accept',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
  // W3C Trace Context and Baggage
  'traceparent',
  'tracestate',
  'baggage',
]);

/** `Retry-After` helps a client to wait; the protocol version is part of the answer. */
const DOWN = ['mcp-protocol-version', 'retry-after'] as const;

/** RFC 9110 section 5.5: neither may a value end its header. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
/** MCP 2025-11-25, Streamable HTTP, Session Management: visible ASCII. */
const SESSION_ID = /^[\x21-\x7e]+$/;

/** The name of the first field that must not go up. */
export function forbiddenUpwards(headers: readonly HeaderPair[]): string | undefined {
  for (const [name, value] of headers) {
    if (!UP.has(name) && !/^mcp-param-[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return name;
    if (FORBIDDEN_IN_VALUE.test(value)) return name;
  }
  return undefined;
}

/**
 * The only values that go down: a revision's date, a number of seconds. Anything else in these fields would be a way for the
 * server to say something to the caller that nobody masks or records.
 */
const DOWN_VALUE: Readonly<Record<string, RegExp>> = {
  'mcp-protocol-version': /^\d{4}-\d{2}-\d{2}$/,
  'retry-after': /^\d{1,9}$/,
};

/** What may go down. A field sent twice is left out: which of the two is meant nobody can tell. */
export function downwards(headers: IncomingHttpHeaders): readonly HeaderPair[] {
  const passed: HeaderPair[] = [];
  for (const name of DOWN) {
    const value = headers[name];
    if (typeof value === 'string' && DOWN_VALUE[name]?.test(value) === true) passed.push([name, value]);
  }
  return passed;
}

/** The upstream's `Mcp-Session-Id`: none, exactly one in bounds, or refused. */
export function sessionIdOf(headers: IncomingHttpHeaders, charsMax: number): Result<string | undefined, 'session_id'> {
  const value = headers['mcp-session-id'];
  if (value === undefined) return ok(undefined);
  if (typeof value !== 'string' || value.length > charsMax || !SESSION_ID.test(value)) return err('session_id');
  return ok(value);
}

/** `type/subtype` in lower case without parameters; undefined when absent, repeated or without that shape. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string | undefined {
  const value: unknown = headers['content-type'];
  if (typeof value !== 'string') return undefined;
  return /^[\t ]*([a-z0-9!#$%&'*+.^_`|~-]+\/[a-z0-9!#$%&'*+.^_`|~-]+)[\t ]*(?:;|$)/i.exec(value)?.[1]?.toLowerCase();
}
