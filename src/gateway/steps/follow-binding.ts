/**
 * Who made what the message is about. A task is for the caller whose call made it; a `requestState` known to have been given
 * for another call is refused. One never seen goes up: it may be older than what is remembered here, and the server MUST
 * treat it as an attacker's in any case (MCP 2026-07-28, Multi Round-Trip Requests, Server Requirements).
 */
import { placeOf } from '#gateway/binding-place.ts';
import type { Followed, Parsed } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { unknownTask } from '#gateway/unknown-task.ts';
import type { Found } from '#bindings/bindings.ts';
import type { MakingCall } from '#bindings/binding.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { requestStateOf } from '#mcp/made-ids.ts';
import { isAboutTask } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

const found = (looked: Result<Found, string>): Result<Found, Refusal> =>
  looked.ok
    ? looked
    : err({ code: 'bindings_unavailable', reason: looked.error, retryAfterMs: RETRY_MS, executed: 'no' });

function makersOf(
  call: Parsed,
  message: RequestMessage,
  tasks: readonly string[],
  gateway: Gateway,
): Result<readonly MakingCall[], Refusal> {
  const owner = placeOf(call);
  const makers: MakingCall[] = [];
  for (const task of tasks) {
    const looked = found(gateway.bindings.findTask(owner, task));
    if (!looked.ok) return looked;
    if (looked.value.whose !== 'own') return err(unknownTask(call, message, looked.value.whose));
    makers.push(looked.value.made);
  }
  return ok(makers);
}

function stateMaker(
  call: Parsed,
  { idText, method, name }: RequestMessage,
  state: string,
  gateway: Gateway,
): Result<readonly MakingCall[], Refusal> {
  const looked = found(gateway.bindings.findState(placeOf(call), state, { method, name }));
  if (!looked.ok) return looked;
  if (looked.value.whose === 'foreign') return err({ code: 'invalid_state', reason: 'of_another_call', idText });
  return ok(looked.value.whose === 'own' ? [looked.value.made] : []);
}

export function followBinding(call: Parsed, gateway: Gateway): Result<Followed, Refusal> {
  const { message } = call;
  if (message.kind !== 'request') return ok(call as Followed);
  const tasks = isAboutTask(message.method) ? [message.name] : message.subscribedTasks;
  const state = requestStateOf(message);
  if (tasks.length === 0 && state === undefined) return ok(call as Followed);
  const tasksMade = makersOf(call, message, tasks, gateway);
  if (!tasksMade.ok) return tasksMade;
  const stateMade = state === undefined ? ok([]) : stateMaker(call, message, state, gateway);
  if (!stateMade.ok) return stateMade;
  const known: Parsed & Pick<Followed, 'follows'> = { ...call, follows: [...tasksMade.value, ...stateMade.value] };
  return ok(known as Followed);
}
