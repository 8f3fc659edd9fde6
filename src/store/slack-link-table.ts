/** The table of `state.db` with the Slack accounts that people linked (src/notify/slack/slack-links.ts); one of the sign-in tables. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Limits } from '#limits.ts';
import type { SlackLinkRow } from '#notify/slack/slack-links.ts';

export type SlackLinkLimits = Pick<Limits, 'slackLinks' | 'slackLinksPerPerson'>;

export const SLACK_LINK_SCHEMA = `
CREATE TABLE IF NOT EXISTS slack_links (
  digest BLOB PRIMARY KEY, person BLOB NOT NULL, sealed BLOB NOT NULL, linked_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS slack_links_of ON slack_links (person, linked_ms);
`;
export const FIND_SLACK_LINK = 'SELECT * FROM slack_links WHERE digest = ?';
export const SLACK_LINKS_OF = 'SELECT * FROM slack_links WHERE person = ? ORDER BY linked_ms DESC';

export function slackLinkOf(row: Record<string, SQLOutputValue>): SlackLinkRow {
  const { digest, person, sealed, linked_ms: linkedAtMs } = row;
  const isWhole =
    digest instanceof Uint8Array &&
    person instanceof Uint8Array &&
    sealed instanceof Uint8Array &&
    typeof linkedAtMs === 'number';
  if (!isWhole) throw new Error('a Slack link is damaged');
  return { digest, person, sealed, linkedAtMs };
}

const countOf = (row: Record<string, SQLOutputValue> | undefined): number => Number(row?.['count']);

/** Nobody’s link makes room for another's, and none is replaced: both would hand an account to somebody else. */
export function addSlackLink(database: DatabaseSync, row: SlackLinkRow, limits: SlackLinkLimits): boolean {
  const all = countOf(database.prepare('SELECT count(*) AS count FROM slack_links').get());
  const own = countOf(database.prepare('SELECT count(*) AS count FROM slack_links WHERE person = ?').get(row.person));
  if (all >= limits.slackLinks || own >= limits.slackLinksPerPerson) return false;
  return (
    database
      .prepare('INSERT INTO slack_links VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING')
      .run(row.digest, row.person, row.sealed, row.linkedAtMs).changes === 1
  );
}

export const removeSlackLink = (database: DatabaseSync, digest: Uint8Array): boolean =>
  database.prepare('DELETE FROM slack_links WHERE digest = ?').run(digest).changes === 1;
