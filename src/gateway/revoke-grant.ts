/**
 * Takes one grant away: what one person let one client do at one connection, with every token that came of it. Recorded
 * first; the row's end is its effect in every process. Who may ask is decided before it gets here.
 */
import { revocationEntry } from '#gateway/revoke.ts';
import type { AskedRevocation, RevokeParts, RevokeRefusal } from '#gateway/revoke.ts';
import type { NamedGrants } from '#oauth/named-grants.ts';
import { recordId } from '#ledger/record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type RevokeGrantParts = Pick<
  RevokeParts,
  'clock' | 'newId' | 'ledger' | 'masker' | 'limits' | 'log' | 'secrets'
> & {
  readonly grants: NamedGrants;
};

export type AskedGrant = Omit<AskedRevocation, 'scope'> & { readonly grant: string };

export type RevokedGrant = {
  readonly id: string;
  readonly grant: string;
  readonly atMs: number;
  /** As recorded: masked and bounded. */
  readonly reason: string;
  readonly record: string;
};

const RETRY_MS = 5_000;
const unavailable = (reason: string, executed: 'no' | 'unknown') =>
  err({ code: 'state_unavailable', reason, retryAfterMs: RETRY_MS, executed } as const);

export async function revokeGrant(
  { grant, reason: asked, by, token }: AskedGrant,
  { clock, newId, ledger, masker, limits, log, secrets, grants }: RevokeGrantParts,
): Promise<Result<RevokedGrant, RevokeRefusal | 'no_such_grant'>> {
  try {
    if (grants.find(grant) === undefined) return err('no_such_grant');
  } catch {
    return unavailable('unreadable', 'no');
  }
  const hidden = [...secrets(), ...(token === undefined ? [] : [token])];
  // Masked before it is cut: half a secret would not be found.
  const reason = masker
    .maskStoredText(asked.toWellFormed(), masker.secretsOf(hidden))
    .slice(0, limits.revocationReasonChars)
    .toWellFormed();
  const [id, atMs] = [newId(), clock()];
  const detail = { scope: 'grant', grant };
  const recorded = await ledger.append(revocationEntry({ id, reason, detail }, by, masker, hidden));
  if (!recorded.ok) return err({ code: 'audit_unavailable', ...recorded.error, executed: 'no' });
  try {
    await grants.end(grant);
  } catch (error) {
    log.error({ revocation: id, error: error instanceof Error ? error.message : 'failed' }, 'a grant was not ended');
    return unavailable('not_in_force', 'unknown');
  }
  log.warn({ revocation: id, scope: 'grant', record: recordId(recorded.value) }, 'access was taken away');
  return ok({ id, grant, atMs, reason, record: recordId(recorded.value) });
}
