/** Lists show only what this caller may use: an entry without permission is cut out of the bytes, the rest stays as it was. */
import type { Understood } from '#gateway/call.ts';
import { editedMessage } from '#gateway/edited-message.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { LIMITS } from '#limits.ts';
import { member, stringMember } from '#mcp/json.ts';
import type { JsonArray, JsonEdit, JsonNode } from '#mcp/json.ts';
import { METHODS } from '#mcp/methods.ts';
import type { FilteredList } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Removes entries together with one comma each, so that what is left is still valid JSON. */
export function withoutEntries(list: JsonArray, keep: (entry: JsonNode) => boolean): JsonEdit[] {
  const edits: JsonEdit[] = [];
  let lastKeptEnd: number | undefined;
  for (const [at, entry] of list.items.entries()) {
    if (keep(entry)) {
      lastKeptEnd = entry.end;
      continue;
    }
    const next = list.items[at + 1];
    // With a kept entry before it, an entry goes with the comma in front; else with everything up to the next entry.
    const previousEnd = list.items[at - 1]?.end;
    if (lastKeptEnd !== undefined && previousEnd !== undefined)
      edits.push({ start: previousEnd, end: entry.end, text: '' });
    else edits.push({ start: entry.start, end: next === undefined ? entry.end : next.start, text: '' });
  }
  return edits;
}

/** Undefined when to judge all entries would take longer than a message may. */
function permittedEntries(
  understood: Understood,
  filter: FilteredList,
  list: JsonArray,
  gateway: Gateway,
): readonly JsonEdit[] | undefined {
  const { caller } = understood.call.verified;
  const connection = understood.call.connection.name;
  const work = gateway.policy.newWork();
  const keys = keySet([filter.key]);
  const edits = withoutEntries(list, (entry) => {
    if (work.isOver()) return false;
    const name = stringMember(entry, filter.key);
    // Nobody can use a longer name: the message that has it is refused.
    if (name === undefined || name.length > LIMITS.nameChars || hasCaseTwin(entry, keys)) return false;
    return filter.isTemplate
      ? gateway.policy.permitsTemplate(caller, connection, name, work)
      : gateway.policy.permitsListed(caller, connection, filter.permits, name, work);
  });
  return work.isOver() ? undefined : edits;
}

export function filterList(understood: Understood, gateway: Gateway): Result<Understood, Refusal> {
  const { call, message, role } = understood;
  if (role !== 'final' || message.kind !== 'response' || message.outcome.type !== 'result') return ok(understood);
  const filter = call.message?.kind === 'request' ? METHODS.get(call.message.method)?.list : undefined;
  if (filter === undefined) return ok(understood);
  // A client that ignores the case of keys would read the twin, which nobody filtered.
  if (hasCaseTwin(message.outcome.node, keySet([filter.member]))) {
    return err({ code: 'upstream_invalid', reason: 'list_case_twin', executed: 'unknown' });
  }
  const list = member(message.outcome.node, filter.member);
  if (list === undefined) return ok(understood);
  if (list.kind !== 'array') return err({ code: 'upstream_invalid', reason: 'list_is_no_array', executed: 'unknown' });
  const edits = permittedEntries(understood, filter, list, gateway);
  if (edits === undefined) return err({ code: 'upstream_invalid', reason: 'list_too_long', executed: 'unknown' });
  return ok(edited(understood, edits, gateway));
}

function edited(understood: Understood, edits: readonly JsonEdit[], gateway: Gateway): Understood {
  return edits.length === 0
    ? understood
    : { ...understood, message: editedMessage(understood.message, edits, gateway.limits) };
}

/** The message with those entries of its list alone that are kept. */
export const relisted = (
  understood: Understood,
  list: JsonArray,
  keep: (entry: JsonNode) => boolean,
  gateway: Gateway,
): Understood => edited(understood, withoutEntries(list, keep), gateway);
