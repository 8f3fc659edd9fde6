/**
 * The tables of the search index. `SCHEMA_VERSION` is part of an index's identity: an index of another version is
 * dropped and built again from the ledger, so there are no migrations here.
 */

export const SCHEMA_VERSION = 6;

/** From here on a session has an index entry of its own. */
export const LONG_SESSION_MS = 86_400_000;

/**
 * One file per month. `key` (month.ts) orders by time; every index below carries it as its last column, since it is the
 * rowid, and so answers "newest first" and a time range without sorting.
 */
export const MONTH_SCHEMA = `
  CREATE TABLE events (
    key INTEGER PRIMARY KEY,
    n INTEGER NOT NULL UNIQUE,
    t INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT,
    code TEXT,
    -- Of what is no call: why it was recorded, and how many it stands for.
    reason TEXT,
    times INTEGER,
    caller_issuer TEXT,
    caller_subject TEXT,
    caller_kind TEXT,
    caller_groups INTEGER REFERENCES group_sets (id),
    client_name TEXT,
    client_version TEXT,
    client_id TEXT,
    connection TEXT,
    session TEXT,
    method TEXT,
    name TEXT,
    effect TEXT,
    level TEXT,
    rule TEXT,
    policy TEXT,
    approval TEXT,
    masking TEXT,
    duration_ms REAL,
    result INTEGER,
    messages_up INTEGER NOT NULL DEFAULT 0,
    messages_down INTEGER NOT NULL DEFAULT 0,
    messages_late INTEGER NOT NULL DEFAULT 0,
    last_message INTEGER NOT NULL DEFAULT -1,
    segment INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    result_segment INTEGER,
    result_offset INTEGER
  ) STRICT;
  CREATE TABLE group_sets (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE) STRICT;
  CREATE INDEX who_what ON events (caller_subject, name);
  CREATE INDEX who_where ON events (caller_subject, connection);
  CREATE INDEX who ON events (caller_subject);
  CREATE INDEX what ON events (name);
  CREATE INDEX how ON events (method) WHERE method <> 'tools/call';
  CREATE INDEX where_to ON events (connection);
  CREATE INDEX by_session ON events (session) WHERE session IS NOT NULL;
  CREATE INDEX by_client ON events (client_id) WHERE client_id IS NOT NULL;
  CREATE INDEX by_code ON events (code) WHERE code IS NOT NULL;
  CREATE INDEX by_rule ON events (rule) WHERE rule IS NOT NULL;
  CREATE INDEX by_approval ON events (approval) WHERE approval IS NOT NULL;
  -- The record that completed the event: in this order it is handed to whoever follows the book.
  CREATE INDEX by_completion ON events (iif(kind = 'intent', result, n));
  CREATE INDEX not_ok ON events (outcome) WHERE outcome <> 'ok';
  CREATE INDEX whose_not_ok ON events (caller_subject, outcome) WHERE outcome <> 'ok';
  CREATE INDEX not_calls ON events (kind) WHERE kind <> 'intent';
  -- What belongs to no session, with all that unattributed.ts counts it by.
  CREATE INDEX unattributed ON events (key, session, connection, kind, code, reason, times)
    WHERE session IS NULL AND kind <> 'control' AND kind <> 'anchor';
  CREATE VIRTUAL TABLE text USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');
  -- Merging late and in larger steps, of batches kept whole in memory, halves the processor time of the text index:
  -- with half the memory, a batch of indexBatchRecords is written in pieces, and indexing takes a fifth longer.
  INSERT INTO text (text, rank) VALUES ('hashsize', 16777216);
  INSERT INTO text (text, rank) VALUES ('automerge', 16);
  INSERT INTO text (text, rank) VALUES ('crisismerge', 64);
  -- Words of calls without an answer yet: the text entry is written again with both.
  CREATE TABLE open_text (key INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
  CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL) STRICT;
`;

/**
 * Sessions are counted while they are indexed: one may have millions of calls in many months. `n` is its first record, and
 * `last_n` the last one counted, so that a batch read again after a crash counts nothing twice (index-session-writer.ts).
 */
const SESSION_SCHEMA = `
  CREATE TABLE sessions (
    n INTEGER PRIMARY KEY,
    session TEXT NOT NULL UNIQUE,
    first_t INTEGER NOT NULL,
    last_t INTEGER NOT NULL,
    last_n INTEGER NOT NULL,
    caller_issuer TEXT,
    caller_subject TEXT,
    caller_kind TEXT,
    client_name TEXT,
    client_version TEXT,
    client_id TEXT,
    connection TEXT,
    protocol TEXT,
    initialized INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    tool_errors INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    denied INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    tools TEXT NOT NULL,
    more_tools INTEGER NOT NULL,
    ended TEXT
  ) STRICT;
  CREATE INDEX sessions_begun ON sessions (first_t);
  CREATE INDEX sessions_of ON sessions (caller_subject, first_t);
  -- All others overlap a stretch of time only if they began in it or at most a day before.
  CREATE INDEX sessions_long ON sessions (first_t) WHERE last_t - first_t >= ${LONG_SESSION_MS};
  -- The last record of a start or a stop: the sessions before it are over.
  CREATE TABLE run (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
  CREATE TABLE revocations (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, scope TEXT NOT NULL) STRICT;
  CREATE INDEX revoked_at ON revocations (t);
`;

/**
 * `meta.db`: whose index it is, how far it goes, and which months it should hold up to where. A month file that lost its last
 * transactions in a power cut is recognised by its own `progress` being behind `months.through`.
 */
export const META_SCHEMA = `
  CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), schema INTEGER NOT NULL, origin TEXT NOT NULL,
    -- Another one after each rebuild: a reader notices that its files are not the index any more.
    build TEXT NOT NULL DEFAULT (hex(randomblob(8)))) STRICT;
  CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    n INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
    -- The last record indexed, to recognise another ledger in the place of the one indexed.
    last_segment INTEGER, last_offset INTEGER, last_leaf TEXT
  ) STRICT;
  -- Hashes of the ledger's tree, in tiles (index-tree.ts).
  CREATE TABLE tree (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
  CREATE TABLE months (month TEXT PRIMARY KEY, n_min INTEGER NOT NULL, n_max INTEGER NOT NULL, through INTEGER NOT NULL) STRICT;
${SESSION_SCHEMA}`;

/** Columns of `events` in the order they are inserted. */
export const EVENT_ROW_COLUMNS = [
  'key',
  'n',
  't',
  'kind',
  'outcome',
  'code',
  'reason',
  'times',
  'caller_issuer',
  'caller_subject',
  'caller_kind',
  'caller_groups',
  'client_name',
  'client_version',
  'client_id',
  'connection',
  'session',
  'method',
  'name',
  'effect',
  'level',
  'rule',
  'policy',
  'approval',
  'masking',
  'duration_ms',
  'result',
  'messages_up',
  'messages_down',
  'messages_late',
  'last_message',
  'segment',
  'offset',
  'result_segment',
  'result_offset',
] as const;

/** Columns of `sessions` that never change, then those that do. */
export const SESSION_FIXED_COLUMNS = ['n', 'session', 'first_t'] as const;
export const SESSION_CHANGING_COLUMNS = [
  'last_t',
  'last_n',
  'caller_issuer',
  'caller_subject',
  'caller_kind',
  'client_name',
  'client_version',
  'client_id',
  'connection',
  'protocol',
  'initialized',
  'calls',
  'closed',
  'tool_errors',
  'errors',
  'denied',
  'messages',
  'bytes',
  'tools',
  'more_tools',
  'ended',
] as const;
