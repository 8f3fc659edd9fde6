/**
 * The trace context of a message that is masked already: the gateway's own span in the place of the caller's, in what is
 * sent and in what is stored alike. Only values that stand there and are valid are replaced, every other byte stays.
 */
import type { Masked } from '#masking/masked.ts';
import type { MaskedMessage } from '#masking/masker.ts';
import { encodeJsonString, member, parseJson, splice } from '#mcp/json.ts';
import type { JsonEdit, JsonLimits, JsonNode } from '#mcp/json.ts';
import { readTraceparent, readTracestate } from '#mcp/trace-context.ts';
import type { TraceContext } from '#mcp/trace-context.ts';

function replaced(node: JsonNode | undefined, text: string | undefined, isValid: boolean): readonly JsonEdit[] {
  if (node?.kind !== 'string' || text === undefined || !isValid || node.value === text) return [];
  return [{ start: node.start, end: node.end, text: encodeJsonString(text) }];
}

function withContext(bytes: Buffer, { traceparent, tracestate }: TraceContext, limits: JsonLimits): Buffer {
  const doc = parseJson(bytes, limits);
  if (!doc.ok) throw new Error('a masked message is no longer valid JSON');
  const meta = member(member(doc.value.root, 'params'), '_meta');
  const parent = member(meta, 'traceparent');
  const state = member(meta, 'tracestate');
  const hasParent = parent?.kind === 'string' && readTraceparent(parent.value) !== undefined;
  const hasState = hasParent && state?.kind === 'string' && readTracestate([state.value]) !== undefined;
  return splice(doc.value, [...replaced(parent, traceparent, hasParent), ...replaced(state, tracestate, hasState)]);
}

/** `sent` is a tracer's: its ids are random, and its state was masked by whoever gives it. */
export const withTraceContext = (masked: MaskedMessage, sent: TraceContext, limits: JsonLimits): MaskedMessage => ({
  ...masked,
  send: withContext(masked.send, sent, limits),
  stored: withContext(masked.stored, sent, limits) as Masked<Buffer>,
});
