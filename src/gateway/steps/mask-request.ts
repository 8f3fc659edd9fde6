/** What is sent, what is stored, and what was found: from here on nothing stores the original. */
import type { Followed, RequestMasked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import type { MaskContext, MaskedMessage, MaskFault, SecretSet } from '#masking/masker.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Outcome = Result<RequestMasked, Refusal>;

function outcomeOf(call: Followed, secrets: SecretSet, masked: Result<MaskedMessage, MaskFault>): Outcome {
  if (!masked.ok) return err({ code: 'masking_failed', reason: masked.error.reason, executed: 'no' });
  return ok({ ...call, masked: masked.value, secrets });
}

export function maskRequest(call: Followed, gateway: Gateway): Outcome | Promise<Outcome> {
  const secrets = gateway.masker.secretsOf([call.token, ...call.connection.secrets]);
  const context: MaskContext = {
    direction: 'request',
    connection: call.connection.name,
    method: call.message.kind === 'response' ? '' : call.message.method,
    secrets,
  };
  const masked = gateway.masker.maskAnySize(call.message.doc, context, callerKey(call.verified.caller));
  return masked instanceof Promise
    ? masked.then((late) => outcomeOf(call, secrets, late))
    : outcomeOf(call, secrets, masked);
}
