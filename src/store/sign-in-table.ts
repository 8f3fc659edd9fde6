/** The acts on sign-ins inside a transaction of oauth-table.ts. */
import type { DatabaseSync } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { OAuthOutcome, SignInRow } from '#oauth/oauth-rows.ts';

const changed = (database: DatabaseSync, sql: string, ...values: readonly (string | number | Uint8Array)[]): boolean =>
  Number(database.prepare(sql).run(...values).changes) > 0;

export const signInHolds = (database: DatabaseSync, id: string, nowMs: number): boolean =>
  database.prepare('SELECT 1 FROM sign_ins WHERE id = ? AND ended_ms IS NULL AND expires_ms > ?').get(id, nowMs) !==
  undefined;

export function beginSignIn(
  database: DatabaseSync,
  { id, person, sealed, signedInMs, expiresMs, checkedMs }: SignInRow,
  nowMs: number,
  limits: Pick<Limits, 'signIns' | 'signInsPerPerson' | 'oauthRowsDropped'>,
): OAuthOutcome {
  const drop =
    'DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?)';
  changed(database, drop, nowMs, limits.oauthRowsDropped);
  database
    .prepare('INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, 0)')
    .run(id, person, sealed, signedInMs, expiresMs, checkedMs);
  const own =
    'SELECT id FROM sign_ins WHERE person = ? ORDER BY ended_ms IS NULL DESC, signed_in_ms DESC LIMIT -1 OFFSET ?';
  for (const { id: old } of database.prepare(own).all(person, limits.signInsPerPerson)) forget(database, String(old));
  const all = Number(database.prepare('SELECT sign_ins AS count FROM oauth_counts').get()?.['count']);
  const oldest = 'SELECT id FROM sign_ins ORDER BY expires_ms LIMIT ?';
  const over = Math.min(Math.max(all - limits.signIns, 0), limits.oauthRowsDropped);
  for (const { id: old } of database.prepare(oldest).all(over)) forget(database, String(old));
  return 'done';
}

function forget(database: DatabaseSync, id: string): void {
  changed(database, 'DELETE FROM oauth_rows WHERE sign_in = ?', id);
  changed(database, 'DELETE FROM sign_ins WHERE id = ?', id);
}

export const changeSignIn = (database: DatabaseSync, { id, sealed, checkedMs, version }: SignInRow): OAuthOutcome =>
  changed(
    database,
    `UPDATE sign_ins SET sealed = ?, checked_ms = max(checked_ms, ?), checking_ms = NULL, version = version + 1
     WHERE id = ? AND version = ? AND ended_ms IS NULL`,
    sealed,
    checkedMs,
    id,
    version,
  )
    ? 'done'
    : 'used';

/** With everything that hangs on it. What it says is forgotten, that it was stays until its hours are over. */
export function endSignIn(database: DatabaseSync, id: string, nowMs: number): OAuthOutcome {
  changed(database, 'DELETE FROM oauth_rows WHERE sign_in = ?', id);
  const sql = 'UPDATE sign_ins SET ended_ms = ?, version = version + 1 WHERE id = ? AND ended_ms IS NULL';
  return changed(database, sql, nowMs, id) ? 'done' : 'gone';
}

export const claimCheck = (database: DatabaseSync, id: string, nowMs: number, untilMs: number): OAuthOutcome =>
  changed(
    database,
    'UPDATE sign_ins SET checking_ms = ? WHERE id = ? AND ended_ms IS NULL AND (checking_ms IS NULL OR checking_ms <= ?)',
    untilMs,
    id,
    nowMs,
  )
    ? 'done'
    : 'used';
