/** What is sent, what is stored, and what was found: from here on nothing stores the original. */
import type { Followed, RequestMasked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function maskRequest(call: Followed, gateway: Gateway): Result<RequestMasked, Refusal> {
  const secrets = gateway.masker.secretsOf([call.token, ...call.connection.secrets]);
  const masked = gateway.masker.maskMessage(call.message.doc, {
    direction: 'request',
    connection: call.connection.name,
    method: call.message.kind === 'response' ? '' : call.message.method,
    secrets,
  });
  if (!masked.ok) return err({ code: 'masking_failed', reason: masked.error.reason, executed: 'no' });
  return ok({ ...call, masked: masked.value, secrets });
}
