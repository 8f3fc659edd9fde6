/** What the caller may see and what is stored of the upstream's message; the injected credential is in neither (P5). */
import type { AnswerMasked, Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { BLOCKED_BY_MASKING } from '#gateway/refusal.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import type { MaskContext, MaskedMessage, MaskFault } from '#masking/masker.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Outcome = Result<AnswerMasked, Refusal>;

function outcomeOf(understood: Understood, masked: Result<MaskedMessage, MaskFault>): Outcome {
  const { length: bytes } = understood.message.doc.bytes;
  if (!masked.ok) return err({ code: 'masking_failed', reason: masked.error.reason, executed: 'unknown', bytes });
  const { isBlocked, findings } = masked.value;
  // what is not released anyway is recorded as that
  const isReleased = understood.role !== 'late' && understood.keptBack === undefined;
  if (isBlocked && isReleased)
    return err({ code: 'denied', reason: BLOCKED_BY_MASKING, executed: 'unknown', findings });
  return ok({ ...understood, masked: masked.value });
}

export function maskAnswer(understood: Understood, gateway: Gateway): Outcome | Promise<Outcome> {
  const { call, message } = understood;
  const context: MaskContext = {
    direction: 'response',
    connection: call.connection.name,
    method: call.message?.kind === 'request' ? call.message.method : '',
    name: call.message?.kind === 'request' ? call.message.name : '',
    groups: call.verified.caller.groups,
    secrets: call.secrets,
  };
  const masked = gateway.masker.maskAnySize(message.doc, context, callerKey(call.verified.caller));
  return masked instanceof Promise ? masked.then((late) => outcomeOf(understood, late)) : outcomeOf(understood, masked);
}
