/**
 * No answer is public here. `cacheScope: "public"` lets any cache on the way give an answer to everybody (2026-07-28,
 * Caching), but who may see what is decided for each caller, and each answer given is in the book. So what a server calls public
 * goes down as private, whether or not something was cut for this caller (docs/adr/0009-no-answer-is-public.md).
 */
import type { Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { member, parseJson, splice } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const KEYS = keySet(['cacheScope']);

export function narrowCache(understood: Understood, gateway: Gateway): Result<Understood, Refusal> {
  const { call, message, role } = understood;
  // Legacy revisions know no scope: there the member means nothing, and passes like any other.
  if (role !== 'final' || call.era !== 'modern') return ok(understood);
  if (message.kind !== 'response' || message.outcome.type !== 'result') return ok(understood);
  const { node } = message.outcome;
  // A client that ignores the case of keys would take the twin's word.
  if (hasCaseTwin(node, KEYS)) return err({ code: 'upstream_invalid', reason: 'cache_case_twin', executed: 'unknown' });
  const scope = member(node, 'cacheScope');
  if (scope === undefined || (scope.kind === 'string' && scope.value === 'private')) return ok(understood);
  // There are two scopes; whatever else stands there is not known to be the narrow one.
  const bytes = splice(message.doc, [{ start: scope.start, end: scope.end, text: '"private"' }]);
  const doc = parseJson(bytes, { depth: gateway.limits.jsonDepth, nodes: gateway.limits.jsonNodes });
  const read = doc.ok ? readMessage(doc.value) : doc;
  if (!read.ok) throw new Error('a narrowed answer is no longer a valid message');
  return ok({ ...understood, message: read.value });
}
