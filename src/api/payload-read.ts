/**
 * Who read which payloads, in the book before the first byte of them is given. Without the record there is nothing to give.
 * A search for words reads them too: whether an event is found says that the words are in it.
 */
import type { ApiCall, ApiRefusal } from '#api/call.ts';
import type { Approval } from '#approvals/approval.ts';
import { apiControlEntry, approvalReadEntry } from '#api/entries.ts';
import type { ApiParts } from '#api/parts.ts';
import type { RecordHeader } from '#events/header.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { err, ok, type Result } from '#result.ts';

export type PayloadsRecorded = { readonly recorded: true };

/** `what` says which ones: an event, or filter and range of an export. */
export async function recordPayloadRead(
  call: ApiCall,
  what: NonNullable<RecordHeader['detail']>,
  { ledger, masker }: Pick<ApiParts, 'ledger' | 'masker'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  return record(call, 'payloads_read', what, { ledger, masker });
}

/** The same of what waits for people: in its story. */
export async function recordApprovalRead(
  call: ApiCall,
  approval: Approval,
  { ledger, masker }: Pick<ApiParts, 'ledger' | 'masker'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  return durable(approvalReadEntry(call, masker, approval), { ledger });
}

/** Nothing to record where no words were asked for. */
export async function recordTextSearch(
  call: ApiCall,
  { q, filter, since, until }: { readonly [name in 'q' | 'filter' | 'since' | 'until']?: string | undefined },
  parts: Pick<ApiParts, 'ledger' | 'masker'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  if (q === undefined) return ok({ recorded: true });
  const given = Object.entries({ q, filter, since, until }).filter(([, text]) => text !== undefined);
  return record(call, 'payloads_searched', Object.fromEntries(given) as Record<string, string>, parts);
}

/** Who was asked about stands in records anyway; what else was asked for may be what they keep to themselves. */
const COMPARED = /(\bcaller\.\w{1,32}[ ]{1,8}\w\w[ ]{1,8})?"(?:[^"\\]|\\.)*"/g;

function withoutValues(
  what: NonNullable<RecordHeader['detail']>,
  mask: (text: string) => string,
): NonNullable<RecordHeader['detail']> {
  const { q, filter } = what;
  return {
    ...what,
    ...(typeof q === 'string' ? { q: mask(q) } : {}),
    ...(typeof filter === 'string'
      ? { filter: filter.replaceAll(COMPARED, (found, who?: string) => (who === undefined ? mask(found) : found)) }
      : {}),
  };
}

async function record(
  call: ApiCall,
  act: 'payloads_read' | 'payloads_searched',
  what: NonNullable<RecordHeader['detail']>,
  { ledger, masker }: Pick<ApiParts, 'ledger' | 'masker'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  const secrets = masker.secretsOf([call.token]);
  const kept = withoutValues(what, (text) => masker.maskStoredText(text, secrets));
  return durable(apiControlEntry(call, masker, act, { operation: call.operation.id, ...kept }), { ledger });
}

async function durable(
  entry: LedgerEntry,
  { ledger }: Pick<ApiParts, 'ledger'>,
): Promise<Result<PayloadsRecorded, ApiRefusal>> {
  const appended = await ledger.append(entry);
  if (appended.ok) return ok({ recorded: true });
  const { reason, retryAfterMs } = appended.error;
  return err({ code: 'audit_unavailable', reason, retryAfterMs });
}
