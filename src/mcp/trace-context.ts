/**
 * W3C Trace Context and Baggage as they come with a message: three HTTP headers, or three keys of `params._meta` under
 * the same names (MCP, Distributed Tracing Conventions; SEP-414). Whatever is not exactly as specified counts as absent:
 * nobody owes a trace, and a stranger's text must not travel on because it calls itself one.
 */
import { stringMember } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

export const TRACE_KEYS = ['traceparent', 'tracestate', 'baggage'] as const;
export type TraceKey = (typeof TRACE_KEYS)[number];

export type Traceparent = {
  /** 32 and 16 lower-case hex digits, neither all zeros. */
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: number;
};

/** Valid values only, in one line each. `tracestate` only beside a `traceparent`. */
export type TraceContext = { readonly [K in TraceKey]?: string };

const NOTHING: TraceContext = {};
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** Trace Context, 3.2. Of a later version only what version 00 has is known (4.3): its parts, and of the flags `sampled`. */
export function readTraceparent(text: string): Traceparent | undefined {
  if (text.length > LIMITS.traceparentChars) return undefined;
  const [, version, traceId = '', parentId = '', hexFlags = '', more] = TRACEPARENT.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  const flags = Number.parseInt(hexFlags, 16);
  return { traceId, parentId, flags: version === '00' ? flags : flags & SAMPLED };
}

export const traceparentText = ({ traceId, parentId, flags }: Traceparent): string =>
  `00-${traceId}-${parentId}-${flags.toString(16).padStart(2, '0')}`;

/** Trace Context, 3.3.1: `simple-key`, or `tenant@system`. */
const STATE_KEY = /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
/** Printable ASCII without comma and equals sign, not ending with a space. */
const STATE_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

const members = (lines: readonly string[]): string[] =>
  lines
    .flatMap((line) => line.split(','))
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');

const isShort = (lines: readonly string[], charsMax: number): boolean =>
  lines.reduce((sum, line) => sum + line.length, 0) <= charsMax;

export function readTracestate(lines: readonly string[]): string | undefined {
  if (!isShort(lines, LIMITS.tracestateChars)) return undefined;
  const list = members(lines);
  if (list.length === 0 || list.length > LIMITS.tracestateMembers) return undefined;
  const keys = new Set<string>();
  for (const member of list) {
    const at = member.indexOf('=');
    const key = member.slice(0, at);
    if (at < 0 || !STATE_KEY.test(key) || !STATE_VALUE.test(member.slice(at + 1)) || keys.has(key)) return undefined;
    keys.add(key);
  }
  return list.join(',');
}

/** RFC 9110 section 5.6.2. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Baggage, 3.2.1: no control characters, white space, quotes, commas, semicolons, backslashes. */
const OCTETS = '[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*';
const BAGGAGE_PAIR = new RegExp(`^${TOKEN}[ \\t]*=[ \\t]*${OCTETS}$`);
const BAGGAGE_PROPERTY = new RegExp(`^${TOKEN}(?:[ \\t]*=[ \\t]*${OCTETS})?$`);

function isBaggageMember(member: string): boolean {
  const [pair = '', ...properties] = member.split(';').map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ''));
  return BAGGAGE_PAIR.test(pair) && properties.every((property) => BAGGAGE_PROPERTY.test(property));
}

export function readBaggage(lines: readonly string[]): string | undefined {
  if (!isShort(lines, LIMITS.baggageBytes)) return undefined;
  const list = members(lines);
  if (list.length === 0 || list.length > LIMITS.baggageMembers || !list.every(isBaggageMember)) return undefined;
  return list.join(',');
}

/** `lines` gives every value under a name, in order; a second traceparent makes both worthless. */
function readTraceContext(lines: (name: TraceKey) => readonly string[] | undefined): TraceContext {
  const parents = lines('traceparent');
  const parent = parents?.length === 1 && parents[0] !== undefined ? readTraceparent(parents[0]) : undefined;
  const states = parent === undefined ? undefined : lines('tracestate');
  const state = states === undefined ? undefined : readTracestate(states);
  const items = lines('baggage');
  const baggage = items === undefined ? undefined : readBaggage(items);
  if (parent === undefined && baggage === undefined) return NOTHING;
  return {
    ...(parent === undefined ? {} : { traceparent: traceparentText(parent) }),
    ...(state === undefined ? {} : { tracestate: state }),
    ...(baggage === undefined ? {} : { baggage }),
  };
}

/** Of a request's head; names in lower case. */
export const traceContextOfHeaders = (headers: ReadonlyMap<string, readonly string[]>): TraceContext =>
  readTraceContext((name) => headers.get(name));

/** Of `params._meta`, given as a node. */
export const traceContextOfMeta = (meta: JsonNode | undefined): TraceContext =>
  meta === undefined
    ? NOTHING
    : readTraceContext((name) => {
        const value = stringMember(meta, name);
        return value === undefined ? undefined : [value];
      });
