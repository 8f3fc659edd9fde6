/**
 * How a session stands, from what the book says: its own end, a start or stop of its process since, a revocation of its caller
 * or client since it began, or time. Revocations are those of all shards: each process drops the sessions they cover.
 */
import type { SessionRow, SessionState } from '#events/session-row.ts';
import type { RevokedRow } from '#events/index-session-queries.ts';
import { callerKey } from '#identity/caller.ts';

export type SessionCircumstances = {
  /** Index of the last record of a start or a stop in the session's shard. */
  readonly run: number;
  readonly revokedSince: RevokedSince;
  readonly nowMs: number;
  readonly idleMs: number;
};

/** Whether a revocation that covers this caller or client came at or after this time. */
export type RevokedSince = (row: SessionRow) => boolean;

export function sessionState(
  row: SessionRow,
  { run, revokedSince, nowMs, idleMs }: SessionCircumstances,
): SessionState {
  if (row.ended !== null) return row.ended;
  if (revokedSince(row)) return 'revoked';
  if (row.last_n < run) return 'stopped';
  return nowMs - row.last_t > idleMs ? 'idle' : 'open';
}

/** The newest revocation of each scope is all that counts. A record that says no scope known here revokes nothing. */
export function revokedSinceBy(revocations: readonly RevokedRow[]): RevokedSince {
  const newest = new Map<string, number>();
  for (const { t, scope } of revocations) {
    const key = scopeKey(JSON.parse(scope) as Readonly<Record<string, unknown>>);
    if (key !== undefined) newest.set(key, Math.max(t, newest.get(key) ?? 0));
  }
  return (row) => {
    const { caller_issuer: issuer, caller_subject: subject, client_id: client } = row;
    const keys = [
      'all',
      ...(issuer === null || subject === null ? [] : [`caller\n${callerKey({ issuer, subject })}`]),
      ...(client === null ? [] : [`client\n${client}`]),
    ];
    return keys.some((key) => (newest.get(key) ?? -1) >= row.first_t);
  };
}

/** As `RevocationScope` (src/identity/revocation.ts), the way the record of a revocation spells it. */
function scopeKey({ scope, issuer, subject, client }: Readonly<Record<string, unknown>>): string | undefined {
  if (scope === 'all') return 'all';
  if (scope === 'caller' && typeof issuer === 'string' && typeof subject === 'string')
    return `caller\n${callerKey({ issuer, subject })}`;
  return scope === 'client' && typeof client === 'string' ? `client\n${client}` : undefined;
}
