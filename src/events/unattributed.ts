/** What could not be given to any session: counted by connection and reason, so that a list of sessions hides nothing. */
import type { BookIndex } from '#events/book-index.ts';
import type { SessionFilter, UnattributedRow } from '#events/index-session-queries.ts';

/**
 * `kind`: `denied` before a session was known, `stream` for what a server said outside every call, `intent` for a call whose key
 * is destroyed. `records`: so many in the book; `count`: so many they stand for, since refusals of strangers are collapsed.
 */
export type Unattributed = {
  readonly connection?: string;
  readonly kind: UnattributedRow['kind'];
  readonly reason: string;
  readonly records: number;
  readonly count: number;
};

export type UnattributedCounts = {
  /** Those of most records first. */
  readonly groups: readonly Unattributed[];
  /** Of groups that are not listed. */
  readonly others: { readonly records: number; readonly count: number };
  readonly records: number;
  readonly count: number;
};

const GROUPS_SHOWN = 50;
/** Connections are configured and reasons are words of the gateway: a month has no more than this of both. */
const GROUPS_COUNTED = 10_000;

const sum = (rows: readonly { readonly records: number; readonly count: number }[]) => ({
  records: rows.reduce((total, { records }) => total + records, 0),
  count: rows.reduce((total, { count }) => total + count, 0),
});

export function countUnattributed(
  index: BookIndex,
  range: { readonly sinceMs: number; readonly untilMs: number },
  filter: SessionFilter,
): UnattributedCounts {
  const groups = new Map<string, Unattributed>();
  for (const row of index.readers().flatMap((reader) => reader.unattributed(range, filter, GROUPS_COUNTED))) {
    const { connection, kind, reason } = row;
    const key = JSON.stringify([connection, kind, reason]);
    const before = groups.get(key);
    groups.set(key, {
      ...(connection === null ? {} : { connection }),
      kind,
      reason,
      records: row.records + (before?.records ?? 0),
      count: row.count + (before?.count ?? 0),
    });
  }
  const ordered = [...groups]
    .toSorted(([a, m], [b, n]) => n.records - m.records || (a < b ? -1 : 1))
    .map(([, group]) => group);
  return {
    groups: ordered.slice(0, GROUPS_SHOWN),
    others: sum(ordered.slice(GROUPS_SHOWN)),
    ...sum(ordered),
  };
}
