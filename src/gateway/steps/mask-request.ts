/** What is sent, what is stored, and what was found: from here on nothing stores the original. */
import type { Followed, RequestMasked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { mirroredHeaders } from '#gateway/mirrored-headers.ts';
import { callerKey } from '#identity/caller.ts';
import { UNWANTED, type MaskContext, type MaskedMessage, type MaskFault, type SecretSet } from '#masking/masker.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Outcome = Result<RequestMasked, Refusal>;

function outcomeOf(
  call: Followed,
  gateway: Gateway,
  secrets: SecretSet,
  masked: Result<MaskedMessage, MaskFault>,
): Outcome {
  if (!masked.ok && masked.error.reason === UNWANTED) return err({ code: 'client_gone', reason: 'while_masking' });
  if (!masked.ok) return err({ code: 'masking_failed', reason: masked.error.reason, executed: 'no' });
  const { jsonDepth: depth, jsonNodes: nodes } = gateway.limits;
  const mirrored = mirroredHeaders(call.headers, call.message, masked.value, { depth, nodes });
  if (!mirrored.ok) return err({ code: 'masking_failed', reason: mirrored.error, executed: 'no' });
  return ok({ ...call, masked: masked.value, secrets, mirrored: mirrored.value });
}

export function maskRequest(call: Followed, gateway: Gateway): Outcome | Promise<Outcome> {
  const secrets = gateway.masker.secretsOf([call.token, ...call.connection.secrets]);
  const context: MaskContext = {
    direction: 'request',
    connection: call.connection.name,
    method: call.message.kind === 'response' ? '' : call.message.method,
    name: call.message.kind === 'response' ? '' : call.message.name,
    groups: call.verified.caller.groups,
    secrets,
  };
  // a legacy call goes on without its client (MCP 2025-11-25, Transports: a disconnection is no cancellation)
  const unwanted = call.era === 'modern' ? call.gone : undefined;
  const owner = callerKey(call.verified.caller);
  const masked = gateway.masker.maskAnySize(call.message.doc, context, owner, unwanted);
  return masked instanceof Promise
    ? masked.then((late) => outcomeOf(call, gateway, secrets, late))
    : outcomeOf(call, gateway, secrets, masked);
}
