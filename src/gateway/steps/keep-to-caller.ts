/**
 * What a server says about tasks and resources goes to those alone whose they are: news of another caller's task and of a
 * resource the caller may not read now are recorded and kept back, and a list of tasks shows the caller's own.
 */
import { placeOf } from '#gateway/binding-place.ts';
import type { Exchange, Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { relisted } from '#gateway/steps/filter-list.ts';
import { callerKey } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { member, stringMember } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { taskOfServerMessage } from '#mcp/made-ids.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const invalid = (reason: string): Result<never, Refusal> =>
  err({ code: 'upstream_invalid', reason, executed: 'unknown' });

// A client that ignores the case of keys would read the twin, which nobody looked at.
const ENTRY_KEYS = keySet(['taskId']);
const LIST_KEYS = keySet(['tasks']);

/** Why a message that belongs to no answer is not for this caller. */
function keptBack(call: Exchange, message: Message, gateway: Gateway): string | undefined {
  if (message.kind === 'response') return undefined;
  const task = taskOfServerMessage(message);
  const isUpdate = message.method === 'notifications/resources/updated';
  if (task !== undefined) {
    const found = gateway.bindings.findTask(placeOf(call), task.id);
    if (!found.ok) return 'bindings_unavailable';
    // A `related-task` nobody knows may be one of the client's own, made for a request of the server.
    const isRefused = task.isNews ? found.value.whose !== 'own' : found.value.whose === 'foreign';
    if (isRefused) return 'task_of_another';
  }
  return isUpdate && !mayWatch(call, stringMember(message.params, 'uri'), gateway)
    ? 'resource_not_permitted'
    : undefined;
}

function mayWatch(call: Exchange, uri: string | undefined, gateway: Gateway): boolean {
  if (uri === undefined || uri.length > LIMITS.nameChars) return false;
  const past = { connection: call.connection.name, caller: callerKey(call.verified.caller) };
  const decision = gateway.policy.decide({
    caller: call.verified.caller,
    connection: call.connection.name,
    method: 'resources/subscribe',
    name: uri,
    args: { uri },
    findings: [],
    recent: gateway.policy.looksBack
      ? gateway.recentCalls.look(past, 'resources/subscribe', uri, gateway.monotonic())
      : undefined,
    nowMs: gateway.clock(),
  });
  return decision.effect === 'allow';
}

/** Spec 2025-11-25, Task Isolation: only tasks of the requestor, and of those what its calls may still be. */
function ownTasks(understood: Understood, result: JsonNode, gateway: Gateway): Result<Understood, Refusal> {
  const { call } = understood;
  if (hasCaseTwin(result, LIST_KEYS)) return invalid('list_case_twin');
  const list = member(result, 'tasks');
  if (list === undefined) return ok(understood);
  if (list.kind !== 'array') return invalid('list_is_no_array');
  if (list.items.length > gateway.limits.tasksListed) return invalid('list_too_long');
  const owner = placeOf(call);
  const work = gateway.policy.newWork();
  let unread: string | undefined;
  const keep = (entry: JsonNode): boolean => {
    const id = stringMember(entry, 'taskId');
    if (id === undefined || hasCaseTwin(entry, ENTRY_KEYS)) return false;
    const found = gateway.bindings.findTask(owner, id);
    if (!found.ok) unread ??= found.error;
    if (!found.ok || found.value.whose !== 'own') return false;
    const { method, name } = found.value.made;
    return gateway.policy.permitsListed(call.verified.caller, call.connection.name, method, name, work);
  };
  const filtered = relisted(understood, list, keep, gateway);
  if (unread !== undefined)
    return err({ code: 'bindings_unavailable', reason: unread, retryAfterMs: 1_000, executed: 'unknown' });
  return work.isOver() ? invalid('list_too_long') : ok(filtered);
}

export function keepToCaller(understood: Understood, gateway: Gateway): Result<Understood, Refusal> {
  const { call, message, role } = understood;
  if (role === 'during') {
    const reason = keptBack(call, message, gateway);
    return ok(reason === undefined ? understood : { ...understood, keptBack: reason });
  }
  const isTaskList = call.message?.kind === 'request' && call.message.method === 'tasks/list';
  if (!isTaskList || role !== 'final' || message.kind !== 'response' || message.outcome.type !== 'result')
    return ok(understood);
  return ownTasks(understood, message.outcome.node, gateway);
}
