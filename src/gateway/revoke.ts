/**
 * Taking access away: the control record is durable first, then the store, then the effect in this process; the others
 * follow by their polls. Whoever may ask is decided before it gets here.
 */
import type { EventCaller, RecordHeader } from '#events/header.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Executed } from '#gateway/refusal.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { epochAt } from '#identity/epochs.ts';
import type { Revocation, RevocationInForce, RevocationScope, RevocationStore } from '#identity/revocation.ts';
import type { RevocationWatch } from '#identity/revocation-watch.ts';
import { recordId } from '#ledger/record.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masker } from '#masking/masker.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type RevokeParts = Pick<Gateway, 'clock' | 'newId' | 'ledger' | 'masker' | 'limits' | 'log'> & {
  readonly store: RevocationStore;
  readonly watch: Pick<RevocationWatch, 'apply'>;
  /** What must not stand in a record, beside what the admin showed: the credentials of all connections. */
  readonly secrets: () => readonly string[];
};

export type AskedRevocation = {
  readonly scope: RevocationScope;
  readonly reason: string;
  readonly by: Caller;
  /** The admin's own token, so that it is masked should it stand in the reason; undefined for the gateway itself. */
  readonly token: string | undefined;
};

/** `executed: no`: nothing was changed. */
export type RevokeRefusal = {
  readonly code: 'audit_unavailable' | 'state_unavailable' | 'too_many';
  readonly reason: string;
  readonly retryAfterMs: number;
  readonly executed: Executed;
};

const RETRY_MS = 5_000;
const unavailable = (reason: string, executed: Executed): { readonly ok: false; readonly error: RevokeRefusal } =>
  err({ code: 'state_unavailable', reason, retryAfterMs: RETRY_MS, executed });

const eventCaller = ({ issuer, subject, kind, groups }: Caller): EventCaller => ({ issuer, subject, kind, groups });

/** `detail`: what is taken away. */
export function revocationEntry(
  revocation: { readonly id: string; readonly reason: string; readonly detail: NonNullable<RecordHeader['detail']> },
  by: Caller,
  masker: Masker,
  secrets: readonly string[],
): LedgerEntry {
  const { id, reason, detail } = revocation;
  return {
    kind: 'control',
    call: id,
    ref: null,
    st: 'revocation',
    header: masker.maskHeader({ caller: eventCaller(by), reason, detail }, masker.secretsOf(secrets)),
    payload: null,
    mask: { n: 0 },
    pol: null,
    subject: callerKey(by),
  };
}

function entryOf(revocation: Revocation, by: Caller, masker: Masker, secrets: readonly string[]): LedgerEntry {
  const { id, scope, epochMs, reason } = revocation;
  return revocationEntry(
    { id, reason, detail: { ...scope, epoch: new Date(epochMs).toISOString() } },
    by,
    masker,
    secrets,
  );
}

/** From the durable record on: in force here and, a poll later, everywhere. */
async function enforce(
  id: string,
  record: string,
  parts: RevokeParts,
): Promise<Result<RevocationInForce, RevokeRefusal>> {
  let enforced: RevocationInForce;
  try {
    enforced = await parts.store.enforce(id, record);
  } catch (error) {
    parts.log.error({ revocation: id, error: messageOf(error) }, 'a revocation is recorded but not in force yet');
    return unavailable('not_in_force', 'unknown');
  }
  parts.watch.apply(enforced);
  parts.log.warn({ revocation: id, scope: enforced.scope.scope, record }, 'access was taken away');
  return ok(enforced);
}

/** Nothing is in force yet: what was announced is taken back, unless another process has finished it. */
async function takeBack(
  id: string,
  parts: RevokeParts,
  refusal: RevokeRefusal,
): Promise<Result<RevocationInForce, RevokeRefusal>> {
  try {
    const enforced = await parts.store.withdraw(id);
    if (enforced === undefined) return err(refusal);
    parts.watch.apply(enforced);
    return ok(enforced);
  } catch (error) {
    parts.log.error({ revocation: id, error: messageOf(error) }, 'a refused revocation could not be taken back');
    return err({ ...refusal, executed: 'unknown' });
  }
}

export async function revoke(
  asked: AskedRevocation,
  parts: RevokeParts,
): Promise<Result<RevocationInForce, RevokeRefusal>> {
  const { clock, limits, masker, newId, store, ledger } = parts;
  const atMs = clock();
  const secrets = [...parts.secrets(), ...(asked.token === undefined ? [] : [asked.token])];
  const revocation: Revocation = {
    id: newId(),
    scope: asked.scope,
    atMs,
    epochMs: epochAt(atMs, limits),
    // Masked before it is cut: half a secret would not be found.
    reason: masker
      .maskStoredText(asked.reason.toWellFormed(), masker.secretsOf(secrets))
      .slice(0, limits.revocationReasonChars)
      .toWellFormed(),
    by: { issuer: asked.by.issuer, subject: asked.by.subject },
  };
  try {
    if (!(await store.announce(revocation)))
      return err({ code: 'too_many', reason: 'revocations', retryAfterMs: 0, executed: 'no' });
  } catch (error) {
    parts.log.error({ error: messageOf(error) }, 'a revocation could not be announced');
    return unavailable('not_announced', 'no');
  }
  const recorded = await ledger.append(entryOf(revocation, asked.by, masker, secrets));
  if (recorded.ok) return enforce(revocation.id, recordId(recorded.value), parts);
  return takeBack(revocation.id, parts, { code: 'audit_unavailable', ...recorded.error, executed: 'no' });
}

/**
 * What a start has to do before the first call: finish what a process that died had announced, and revoke everybody when
 * revocations may have been lost. Gives the first refusal; then there must be no first call.
 */
export async function settleRevocations(
  lost: string | undefined,
  parts: RevokeParts,
): Promise<Result<true, RevokeRefusal>> {
  for (const revocation of await parts.store.announced()) {
    const recorded = await parts.ledger.append(entryOf(revocation, GATEWAY_CALLER, parts.masker, parts.secrets()));
    if (!recorded.ok) return err({ code: 'audit_unavailable', ...recorded.error, executed: 'no' });
    const enforced = await enforce(revocation.id, recordId(recorded.value), parts);
    if (!enforced.ok) return enforced;
  }
  if (lost === undefined) return ok(true);
  parts.log.error({ lost }, 'revocations may be lost: every token issued until now is revoked');
  const everybody = await revoke(
    { scope: { scope: 'all' }, reason: lost, by: GATEWAY_CALLER, token: undefined },
    parts,
  );
  return everybody.ok ? ok(true) : everybody;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
