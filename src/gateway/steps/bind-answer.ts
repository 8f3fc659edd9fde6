/**
 * Binds a task or `requestState` to the call whose answer makes it, durable before anybody learns of it. The ordinary answer
 * makes nothing, and nothing is written for it.
 */
import { placeOf } from '#gateway/binding-place.ts';
import type { Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { stateDigest } from '#approvals/fingerprint.ts';
import { madeBy } from '#mcp/made-ids.ts';
import type { MadeId } from '#mcp/made-ids.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

async function bind(understood: Understood, made: MadeId, gateway: Gateway): Promise<Result<Understood, Refusal>> {
  const { call } = understood;
  const { message } = call;
  if (message?.kind !== 'request') throw new Error('only a request is answered');
  const approval = 'approval' in call ? call.approval : undefined;
  const by = {
    call: call.id,
    method: message.method,
    name: message.name,
    ...(approval === undefined ? {} : { approval: approval.id }),
  };
  const bound = await gateway.bindings.bind(placeOf(call), made, by);
  if (!bound.ok)
    return err({ code: 'bindings_unavailable', reason: bound.error, retryAfterMs: RETRY_MS, executed: 'unknown' });
  // Task ids MUST be unique (MCP 2025-11-25, Tasks): to give one anew would hand its task to whoever gets it.
  if (bound.value === 'taken') return err({ code: 'upstream_invalid', reason: 'task_id_taken', executed: 'unknown' });
  if (made.kind === 'state' && approval?.scope === 'once') {
    try {
      await gateway.approvals.letGoOn(approval.id, stateDigest(made.id));
    } catch {
      return err({ code: 'approvals_unavailable', reason: 'store', retryAfterMs: RETRY_MS, executed: 'unknown' });
    }
  }
  return ok(understood);
}

export function bindAnswer(
  understood: Understood,
  gateway: Gateway,
): Result<Understood, Refusal> | Promise<Result<Understood, Refusal>> {
  const { call, message, role } = understood;
  if (role !== 'final' || message.kind !== 'response' || call.message?.kind !== 'request') return ok(understood);
  const made = madeBy(call.message, message);
  return made === undefined ? ok(understood) : bind(understood, made, gateway);
}
