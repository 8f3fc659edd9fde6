/**
 * Results of a kind that nobody here knows. A result's `resultType` says how it is to be read (2026-07-28, Result); what an
 * unknown one may ask of a client cannot be judged, so a connection may refuse them. Passing them is the default: extensions
 * may define their own.
 */
import type { Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { member } from '#mcp/json.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** MCP 2026-07-28, and `task` of the extension `io.modelcontextprotocol/tasks` (SEP-2663). */
const KNOWN: ReadonlySet<string> = new Set(['complete', 'input_required', 'task']);
const KEYS = keySet(['resultType']);

export function checkResultType(understood: Understood, _gateway: Gateway): Result<Understood, Refusal> {
  const { call, message, role } = understood;
  if (call.connection.passesUnknownResults || call.era !== 'modern' || role === 'late') return ok(understood);
  if (message.kind !== 'response' || message.outcome.type !== 'result') return ok(understood);
  const { node } = message.outcome;
  const type = member(node, 'resultType');
  // Absent means complete, for servers of earlier revisions.
  const isKnown = type === undefined || (type.kind === 'string' && KNOWN.has(type.value));
  if (isKnown && !hasCaseTwin(node, KEYS)) return ok(understood);
  return err({ code: 'denied', reason: 'result_type', executed: 'unknown' });
}
