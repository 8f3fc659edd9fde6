/** Who read which payloads, in the book before the first byte of them is given. Without the record there is nothing to give. */
import type { ApiCall, ApiRefusal } from '#api/call.ts';
import { apiControlEntry } from '#api/entries.ts';
import type { ApiParts } from '#api/parts.ts';
import type { RecordHeader } from '#events/header.ts';
import { err, ok, type Result } from '#result.ts';

export type PayloadsRecorded = { readonly recorded: true };

/** `what` says which ones: an event, or filter and range of an export. */
export async function recordPayloadRead(
  call: ApiCall,
  what: NonNullable<RecordHeader['detail']>,
  { ledger, masker }: Pick<ApiParts, 'ledger' | 'masker'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  const appended = await ledger.append(
    apiControlEntry(call, masker, 'payloads_read', { operation: call.operation.id, ...what }),
  );
  if (appended.ok) return ok({ recorded: true });
  const { reason, retryAfterMs } = appended.error;
  return err({ code: 'audit_unavailable', reason, retryAfterMs });
}
