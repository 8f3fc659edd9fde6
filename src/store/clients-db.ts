/**
 * Client programs in `<data>/state.db`, in a table of their own and through a connection of their own. `expires_ms` is kept in
 * the row, so that what is over can be found by index; whether the file is the newest is looked after by state-db.ts.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Kept, NewClient } from '#oauth/client-store.ts';
import { expiresAtMs, handleOf, profileOf } from '#oauth/registered-client.ts';
import type { ClientDecision, RegisteredClient } from '#oauth/registered-client.ts';
import { unreachable } from '#result.ts';
import type { ClientsDbOptions, ClientWrite, ClientWritten } from '#store/client-messages.ts';
import { clientOf } from '#store/client-rows.ts';
import { openStateFile } from '#store/state-file.ts';
import type { StateFile } from '#store/state-file.ts';
import { numberOf } from '#store/state-rows.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS clients (
  id TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, metadata TEXT NOT NULL, secret BLOB, source BLOB NOT NULL,
  created_ms INTEGER NOT NULL, fresh_until_ms INTEGER NOT NULL, fetched_ms INTEGER NOT NULL,
  used_ms INTEGER, asked_ms INTEGER, decision TEXT, expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS clients_by_end ON clients (expires_ms);
CREATE INDEX IF NOT EXISTS clients_by_time ON clients (created_ms, id);
CREATE INDEX IF NOT EXISTS clients_unused ON clients (source, created_ms)
  WHERE used_ms IS NULL AND asked_ms IS NULL AND decision IS NULL;
CREATE INDEX IF NOT EXISTS clients_unused_all ON clients (created_ms)
  WHERE used_ms IS NULL AND asked_ms IS NULL AND decision IS NULL;
`;

const UNUSED = 'used_ms IS NULL AND asked_ms IS NULL AND decision IS NULL';

export class ClientsDb {
  readonly #options: ClientsDbOptions;
  readonly #file: StateFile<undefined>;

  /** Throws when the file cannot be used. */
  constructor(options: ClientsDbOptions) {
    this.#options = options;
    const { path, limits } = options;
    this.#file = openStateFile({ path, limits, schema: SCHEMA, prepare: () => undefined });
  }

  find(id: string, nowMs: number): RegisteredClient | undefined {
    return this.#file.using((_, database) => {
      const row = database.prepare('SELECT * FROM clients WHERE id = ? AND expires_ms > ?').get(id, nowMs);
      return row === undefined ? undefined : clientOf(row);
    });
  }

  byHandle(handle: string, nowMs: number): RegisteredClient | undefined {
    return this.#file.using((_, database) => {
      const row = database.prepare('SELECT * FROM clients WHERE handle = ? AND expires_ms > ?').get(handle, nowMs);
      return row === undefined ? undefined : clientOf(row);
    });
  }

  list(query: {
    readonly after: string | undefined;
    readonly limit: number;
    readonly nowMs: number;
  }): readonly RegisteredClient[] {
    const { after, limit, nowMs } = query;
    return this.#file.using((_, database) =>
      database
        .prepare(
          `SELECT * FROM clients WHERE expires_ms > ? AND (? IS NULL OR (created_ms, id) <
           (SELECT created_ms, id FROM clients WHERE handle = ?)) ORDER BY created_ms DESC, id DESC LIMIT ?`,
        )
        .all(nowMs, after ?? null, after ?? null, limit)
        .map(clientOf),
    );
  }

  /** One transaction for all of them. */
  write(writes: readonly ClientWrite[]): readonly ClientWritten[] {
    return this.#file.writing((_, database) => writes.map((one) => this.#one(database, one)));
  }

  shut(): void {
    this.#file.close();
  }

  #one(database: DatabaseSync, write: ClientWrite): ClientWritten {
    switch (write.act) {
      case 'keep':
        return this.#keep(database, write.client);
      case 'used':
        return this.#touch(database, write.id, { usedAtMs: write.atMs });
      case 'asked':
        return this.#touch(database, write.id, { askedAtMs: write.atMs });
      case 'decide':
        return this.#decide(database, write.id, write.decision);
      case 'remove':
        return database.prepare('DELETE FROM clients WHERE id = ?').run(write.id).changes > 0 ? 'done' : 'absent';
      default:
        return unreachable(write);
    }
  }

  #keep(database: DatabaseSync, client: NewClient): Kept {
    const { id, kind, createdAtMs, fetchedAtMs, freshUntilMs, secretDigest, source } = client;
    const nowMs = Math.max(createdAtMs, fetchedAtMs);
    const before = this.#get(database, id);
    if (before !== undefined && (kind !== 'document' || before.kind !== 'document')) return 'taken';
    if (before === undefined && !this.#makeRoom(database, source, nowMs)) return 'full';
    const { clientUnusedMs } = this.#options.limits;
    database
      .prepare(
        `INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?) ON CONFLICT DO UPDATE SET
         metadata = excluded.metadata, fresh_until_ms = excluded.fresh_until_ms, fetched_ms = excluded.fetched_ms,
         expires_ms = max(expires_ms, excluded.expires_ms)`,
      )
      .run(
        id,
        handleOf(id),
        kind,
        JSON.stringify(client.metadata),
        secretDigest ?? null,
        source,
        createdAtMs,
        freshUntilMs,
        fetchedAtMs,
        nowMs + clientUnusedMs,
      );
    return 'kept';
  }

  #makeRoom(database: DatabaseSync, source: Uint8Array, nowMs: number): boolean {
    const { clientsExpired, clientsKept, clientsUnusedPerSource } = this.#options.limits;
    database
      .prepare('DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE expires_ms <= ? LIMIT ?)')
      .run(nowMs, clientsExpired);
    const unused = database.prepare(`SELECT count(*) AS held FROM clients WHERE source = ? AND ${UNUSED}`).get(source);
    if (numberOf(unused, 'held') >= clientsUnusedPerSource)
      database
        .prepare(
          `DELETE FROM clients WHERE id = (SELECT id FROM clients WHERE source = ? AND ${UNUSED} ORDER BY created_ms LIMIT 1)`,
        )
        .run(source);
    const all = database.prepare('SELECT count(*) AS held FROM clients').get();
    if (numberOf(all, 'held') < clientsKept) return true;
    const gone = database
      .prepare(`DELETE FROM clients WHERE id = (SELECT id FROM clients WHERE ${UNUSED} ORDER BY created_ms LIMIT 1)`)
      .run();
    return gone.changes > 0;
  }

  #touch(
    database: DatabaseSync,
    id: string,
    change: Pick<RegisteredClient, 'usedAtMs'> | Pick<RegisteredClient, 'askedAtMs'>,
  ): ClientWritten {
    const before = this.#get(database, id);
    if (before === undefined) return 'absent';
    const after = { ...before, ...change };
    database
      .prepare('UPDATE clients SET used_ms = ?, asked_ms = ?, expires_ms = ? WHERE id = ?')
      .run(after.usedAtMs ?? null, after.askedAtMs ?? null, expiresAtMs(after, this.#options.limits), id);
    return 'done';
  }

  #decide(database: DatabaseSync, id: string, decision: ClientDecision): ClientWritten {
    const before = this.#get(database, id);
    if (before === undefined || profileOf(before.metadata) !== decision.profile) return 'absent';
    database
      .prepare('UPDATE clients SET decision = ?, expires_ms = ? WHERE id = ?')
      .run(JSON.stringify(decision), expiresAtMs({ ...before, decision }, this.#options.limits), id);
    return 'done';
  }

  #get(database: DatabaseSync, id: string): RegisteredClient | undefined {
    const row = database.prepare('SELECT * FROM clients WHERE id = ?').get(id);
    return row === undefined ? undefined : clientOf(row);
  }
}
