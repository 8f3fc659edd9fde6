/**
 * A refresh token for the next one (docs/adr/0012-refresh-tokens.md), inside a transaction of somebody else's. What was exchanged
 * counts once more while nobody has shown what came of it. Then the answer was lost, and what was in it counts no more; or a program
 * asked twice at the same moment, and both answers count, of which one goes on.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { OAuthRow } from '#oauth/oauth-rows.ts';
import { blobOf, blobOrNone } from '#store/oauth-row.ts';

export type ExchangeLimits = Pick<Limits, 'refreshTwinMs' | 'refreshTwins' | 'oauthRowsDropped'>;

/** From where a token was exchanged last, for as long as that matters. */
export const EXCHANGE_SCHEMA = `
CREATE TABLE IF NOT EXISTS oauth_exchanges (
  digest BLOB PRIMARY KEY, source BLOB NOT NULL, at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oauth_exchanges_by_time ON oauth_exchanges (at_ms);
`;

/** What a refresh token was exchanged for. */
export const ANSWERS = "SELECT digest, consumed_ms, seen_ms FROM oauth_rows WHERE after = ? AND model = 'RefreshToken'";
type Answer = { readonly consumed_ms?: unknown; readonly seen_ms?: unknown };

export const isUnanswered = (given: readonly Answer[]): boolean =>
  given.some(({ consumed_ms: consumed }) => consumed === null) && given.every(({ seen_ms: seen }) => seen === null);

export type Exchange = {
  /** The new one, `after` the one that is shown. */
  readonly row: OAuthRow;
  readonly nowMs: number;
  /** Keyed digest of where it is shown from. */
  readonly source: Uint8Array | undefined;
};

/** `ready`: the new one may be put. `used`: a reuse. `gone`: there is nothing to exchange. */
export function exchange(
  database: DatabaseSync,
  { row, nowMs, source }: Exchange,
  limits: ExchangeLimits,
): 'ready' | 'used' | 'gone' {
  const before = row.after;
  const found =
    before === undefined
      ? undefined
      : database.prepare('SELECT consumed_ms, after FROM oauth_rows WHERE digest = ?').get(before);
  if (before === undefined || found === undefined) return 'gone';
  const given = database.prepare(ANSWERS).all(before);
  if (found['consumed_ms'] !== null) {
    // Whoever comes here was let in when nothing of the other answer had been shown; that it was shown since does not matter.
    const isTwin = given.length < limits.refreshTwins && given.every(({ consumed_ms: consumed }) => consumed === null);
    if (isTwin && isOfThisMoment(database, before, { nowMs, source }, limits)) return 'ready';
    if (!isUnanswered(given)) return 'used';
  }
  for (const lost of given) database.prepare('DELETE FROM oauth_rows WHERE after = ?').run(blobOf(lost, 'digest'));
  useUp(database, nowMs, { digest: before, after: before });
  // Of two that came of one, the other goes on no more.
  const parent = blobOrNone(found, 'after');
  if (parent !== undefined) useUp(database, nowMs, { digest: before, after: parent });
  remember(database, before, { nowMs, source }, limits);
  return 'ready';
}

function useUp(
  database: DatabaseSync,
  nowMs: number,
  { digest, after }: { readonly digest: Uint8Array; readonly after: Uint8Array },
): void {
  const which = "digest = ? OR (after = ? AND model = 'RefreshToken')";
  database
    .prepare(`UPDATE oauth_rows SET consumed_ms = ? WHERE consumed_ms IS NULL AND (${which})`)
    .run(nowMs, digest, after);
}

type Moment = Pick<Exchange, 'nowMs' | 'source'>;

function isOfThisMoment(
  database: DatabaseSync,
  digest: Uint8Array,
  { nowMs, source }: Moment,
  { refreshTwinMs }: ExchangeLimits,
): boolean {
  if (source === undefined) return false;
  const sql = 'SELECT 1 FROM oauth_exchanges WHERE digest = ? AND source = ? AND at_ms > ?';
  return database.prepare(sql).get(digest, source, nowMs - refreshTwinMs) !== undefined;
}

function remember(
  database: DatabaseSync,
  digest: Uint8Array,
  { nowMs, source }: Moment,
  { refreshTwinMs, oauthRowsDropped }: ExchangeLimits,
): void {
  const old = 'SELECT digest FROM oauth_exchanges WHERE at_ms <= ? ORDER BY at_ms LIMIT ?';
  database.prepare(`DELETE FROM oauth_exchanges WHERE digest IN (${old})`).run(nowMs - refreshTwinMs, oauthRowsDropped);
  if (source !== undefined)
    database.prepare('INSERT OR REPLACE INTO oauth_exchanges VALUES (?, ?, ?)').run(digest, source, nowMs);
}
