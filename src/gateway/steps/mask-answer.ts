/** What the caller may see and what is stored of the upstream's message; the injected credential is in neither (P5). */
import type { AnswerMasked, Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function maskAnswer(understood: Understood, gateway: Gateway): Result<AnswerMasked, Refusal> {
  const { call, message } = understood;
  const masked = gateway.masker.maskMessage(message.doc, {
    direction: 'response',
    connection: call.connection.name,
    method: call.message?.kind === 'request' ? call.message.method : '',
    secrets: call.secrets,
  });
  if (!masked.ok) return err({ code: 'masking_failed', reason: masked.error.reason, executed: 'unknown' });
  return ok({ ...understood, masked: masked.value });
}
