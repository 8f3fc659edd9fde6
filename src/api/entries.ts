/** What the API puts into the book: refusals of verified callers, and reads of payloads before they happen. */
import type { ApiRefusal, KnownCall } from '#api/call.ts';
import type { Approval } from '#approvals/approval.ts';
import type { RecordHeader } from '#events/header.ts';
import { callerKey } from '#identity/caller.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masker } from '#masking/masker.ts';

function whoAndWhat({ verified, source, method, path }: KnownCall): RecordHeader {
  const { issuer, subject, kind, groups, client } = verified.caller;
  return {
    caller: { issuer, subject, kind, groups },
    client: client === undefined ? {} : { id: client },
    method,
    name: path,
    source,
  };
}

const entryOf = (
  call: KnownCall,
  masker: Masker,
  frame: Pick<LedgerEntry, 'kind' | 'st'>,
  header: RecordHeader,
): LedgerEntry => ({
  ...frame,
  call: call.id,
  ref: null,
  header: masker.maskHeader({ ...whoAndWhat(call), ...header }, masker.secretsOf([call.token])),
  payload: null,
  mask: { n: 0 },
  pol: null,
  subject: callerKey(call.verified.caller),
});

export const apiDeniedEntry = (call: KnownCall, masker: Masker, refusal: ApiRefusal): LedgerEntry =>
  entryOf(call, masker, { kind: 'denied', st: refusal.code }, { code: refusal.code, reason: refusal.reason });

/** Somebody is about to read what a held call would send, as on its page. */
export const approvalReadEntry = (
  call: KnownCall,
  masker: Masker,
  { id, record, connection, method, name, policy, terms }: Approval,
): LedgerEntry =>
  entryOf(
    call,
    masker,
    { kind: 'control', st: 'approval_read' },
    {
      connection,
      method,
      name,
      decision: { effect: 'hold', policy, rule: terms.rule, approval: id },
      detail: { approval: id, record, through: 'api' },
    },
  );

/** An act of a caller through the API, to be durable before its effect. `act`: lower-case words joined by `_`. */
export const apiControlEntry = (
  call: KnownCall,
  masker: Masker,
  act: string,
  detail: NonNullable<RecordHeader['detail']>,
): LedgerEntry => entryOf(call, masker, { kind: 'control', st: act }, { detail });
