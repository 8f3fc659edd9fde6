/**
 * Three tables of `state.db`: what people let clients do (src/oauth/consent.ts), what one process at a time has claimed
 * (src/oauth/claim.ts), and the Slack accounts people linked. All bounded. Reading is a look at an index on the calling thread; writing waits for the disk and is
 * for sign-in-state.worker.ts.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { ConsentRow } from '#oauth/consent.ts';
import { unreachable } from '#result.ts';
import {
  addSlackLink,
  FIND_SLACK_LINK,
  removeSlackLink,
  SLACK_LINK_SCHEMA,
  SLACK_LINKS_OF,
  slackLinkOf,
} from '#store/slack-link-table.ts';
import type { SlackLinkRow } from '#notify/slack/slack-links.ts';
import { openStateFile } from '#store/state-file.ts';

export type SignInTableLimits = Pick<
  Limits,
  | 'consents'
  | 'consentsPerPerson'
  | 'claims'
  | 'slackLinks'
  | 'slackLinksPerPerson'
  | 'signInRowsDropped'
  | 'signInWritesWaiting'
  | 'signInWriteMs'
  | 'stateLockMs'
>;

export type SignInWrite =
  | { readonly act: 'put'; readonly row: ConsentRow }
  | { readonly act: 'remove'; readonly digest: Uint8Array }
  | {
      readonly act: 'claim';
      readonly key: Uint8Array;
      readonly holder: string;
      readonly nowMs: number;
      readonly untilMs: number;
    }
  | { readonly act: 'let_go'; readonly key: Uint8Array; readonly holder: string }
  | { readonly act: 'link_slack'; readonly row: SlackLinkRow }
  | { readonly act: 'unlink_slack'; readonly digest: Uint8Array };

export type SignInTables = {
  readonly find: (digest: Uint8Array) => ConsentRow | undefined;
  readonly of: (person: Uint8Array) => readonly ConsentRow[];
  readonly findSlackLink: (digest: Uint8Array) => SlackLinkRow | undefined;
  readonly slackLinksOf: (person: Uint8Array) => readonly SlackLinkRow[];
  /** All of them in one transaction, durable when it returns: whether each did something. Throws when nothing was written. */
  readonly write: (writes: readonly SignInWrite[]) => readonly boolean[];
  readonly close: () => void;
};

const SCHEMA = `
CREATE TABLE IF NOT EXISTS consents (
  digest BLOB PRIMARY KEY, person BLOB NOT NULL, client BLOB NOT NULL, sealed BLOB NOT NULL,
  given_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS consents_of ON consents (person, given_ms);
CREATE INDEX IF NOT EXISTS consents_by_age ON consents (given_ms);
CREATE TABLE IF NOT EXISTS claims (key BLOB PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claims_by_end ON claims (until_ms);
${SLACK_LINK_SCHEMA}`;

type Statements = {
  readonly find: StatementSync;
  readonly of: StatementSync;
  readonly findSlackLink: StatementSync;
  readonly slackLinksOf: StatementSync;
};

function rowOf(row: Record<string, SQLOutputValue>): ConsentRow {
  const { digest, person, client, sealed, given_ms: givenAtMs, ends_ms: endsAtMs } = row;
  const isWhole =
    digest instanceof Uint8Array &&
    person instanceof Uint8Array &&
    client instanceof Uint8Array &&
    sealed instanceof Uint8Array &&
    typeof givenAtMs === 'number' &&
    typeof endsAtMs === 'number';
  if (!isWhole) throw new Error('a consent is damaged');
  return { digest, person, client, sealed, givenAtMs, endsAtMs };
}

const countIn = (database: DatabaseSync, table: 'consents' | 'claims'): number =>
  Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);

/** Throws when the file is missing or cannot be written. */
export function openSignInTables(path: string, limits: SignInTableLimits): SignInTables {
  const file = openStateFile<Statements>({
    path,
    schema: SCHEMA,
    limits,
    prepare: (database) => ({
      find: database.prepare('SELECT * FROM consents WHERE digest = ?'),
      of: database.prepare('SELECT * FROM consents WHERE person = ? ORDER BY given_ms DESC'),
      findSlackLink: database.prepare(FIND_SLACK_LINK),
      slackLinksOf: database.prepare(SLACK_LINKS_OF),
    }),
  });
  return {
    find: (digest) =>
      file.using(({ find }) => {
        const row = find.get(digest);
        return row === undefined ? undefined : rowOf(row);
      }),
    of: (person) => file.using(({ of }) => of.all(person).map(rowOf)),
    findSlackLink: (digest) =>
      file.using(({ findSlackLink }) => {
        const row = findSlackLink.get(digest);
        return row === undefined ? undefined : slackLinkOf(row);
      }),
    slackLinksOf: (person) => file.using(({ slackLinksOf }) => slackLinksOf.all(person).map(slackLinkOf)),
    write: (writes) => file.writing((_, database) => writes.map((write) => act(database, write, limits))),
    close: file.close,
  };
}

function act(database: DatabaseSync, write: SignInWrite, limits: SignInTableLimits): boolean {
  switch (write.act) {
    case 'put':
      return put(database, write.row, limits);
    case 'remove':
      return database.prepare('DELETE FROM consents WHERE digest = ?').run(write.digest).changes === 1;
    case 'claim':
      return claim(database, write, limits);
    case 'let_go':
      return (
        database.prepare('DELETE FROM claims WHERE key = ? AND holder = ?').run(write.key, write.holder).changes === 1
      );
    case 'link_slack':
      return addSlackLink(database, write.row, limits);
    case 'unlink_slack':
      return removeSlackLink(database, write.digest);
    default:
      return unreachable(write);
  }
}

function put(database: DatabaseSync, row: ConsentRow, limits: SignInTableLimits): boolean {
  database
    .prepare('INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?, ?, ?)')
    .run(row.digest, row.person, row.client, row.sealed, row.givenAtMs, row.endsAtMs);
  database
    .prepare(
      'DELETE FROM consents WHERE digest IN (SELECT digest FROM consents WHERE person = ? ORDER BY given_ms DESC LIMIT -1 OFFSET ?)',
    )
    .run(row.person, limits.consentsPerPerson);
  const over = Math.min(countIn(database, 'consents') - limits.consents, limits.signInRowsDropped);
  // The oldest go: who gave them is asked again.
  if (over > 0)
    database
      .prepare('DELETE FROM consents WHERE digest IN (SELECT digest FROM consents ORDER BY given_ms LIMIT ?)')
      .run(over);
  return true;
}

/** Compare and set in one statement: of two processes, one gets it. */
function claim(
  database: DatabaseSync,
  { key, holder, nowMs, untilMs }: Extract<SignInWrite, { act: 'claim' }>,
  limits: SignInTableLimits,
): boolean {
  database
    .prepare('DELETE FROM claims WHERE key IN (SELECT key FROM claims WHERE until_ms <= ? LIMIT ?)')
    .run(nowMs, limits.signInRowsDropped);
  // A claim that was let go of for want of room would be another's at once: there is none more instead.
  if (countIn(database, 'claims') >= limits.claims) return false;
  return (
    database
      .prepare(
        'INSERT INTO claims VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET holder = ?2, until_ms = ?3 WHERE until_ms <= ?4',
      )
      .run(key, holder, untilMs, nowMs).changes === 1
  );
}
