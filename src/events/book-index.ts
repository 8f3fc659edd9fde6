/**
 * The search index of a whole data directory: that of every shard, merged into one order, with one cursor. Shards are found
 * anew at each question, since a gateway may gain some. Knows no ledger: what it gives is unverified.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Cursor, compareCursors } from '#events/cursor.ts';
import type { EventHit } from '#events/event-row.ts';
import type { EventQuery } from '#events/event-query.ts';
import { compileFilter } from '#events/filter/compile.ts';
import { indexDirectory } from '#events/index-files.ts';
import { type IndexPlace, type IndexReader, type IndexScope, openIndexReader } from '#events/index-reader.ts';

/** By shard: size of the ledger's prefix that can be found. */
export type IndexedThrough = Readonly<Record<string, number>>;

export type PageQuery = EventQuery & {
  readonly order: 'newest' | 'oldest';
  readonly after?: Cursor | undefined;
  readonly limit: number;
};
export type BookPage = {
  readonly hits: readonly EventHit[];
  readonly next: Cursor | undefined;
  readonly indexedThrough: IndexedThrough;
};

export type BookIndex = {
  /** One per shard that has an index, by name. */
  readers(): readonly IndexReader[];
  indexedThrough(): IndexedThrough;
  page(query: PageQuery): BookPage;
  /** Undefined where there is no such shard. */
  reader(shard: string): IndexReader | undefined;
  /** As `IndexReader.eventOf`, of shard `shard`. */
  eventOf(shard: string, n: number): EventHit | undefined;
  close(): void;
};

const SHARD = /^[a-z0-9-]{1,63}$/;

/** `isOver`: asked while a question runs; once it is true the question ends with `TooCostly`. */
export function openBookIndex(dataDirectory: string, isOver?: () => boolean): BookIndex {
  const open = new Map<string, IndexReader>();

  const readers = (): readonly IndexReader[] => {
    const root = join(dataDirectory, 'index');
    const names = existsSync(root) ? readdirSync(root).filter((name) => SHARD.test(name)) : [];
    return names.toSorted().map((shard) => readerOf(shard));
  };

  const readerOf = (shard: string): IndexReader => {
    const reader = open.get(shard) ?? openIndexReader(indexDirectory(dataDirectory, shard), shard, isOver);
    open.set(shard, reader);
    return reader;
  };

  const known = (shard: string): IndexReader | undefined =>
    SHARD.test(shard) && existsSync(indexDirectory(dataDirectory, shard)) ? readerOf(shard) : undefined;

  const indexedThrough = (): IndexedThrough =>
    Object.fromEntries(readers().map((reader) => [reader.shard, reader.indexedThrough()]));

  return {
    readers,
    indexedThrough,
    page(query) {
      // Asked first: what is indexed meanwhile makes it an understatement, never an overstatement.
      const through = indexedThrough();
      const found = readers().flatMap((reader) =>
        reader
          .page({
            ...scopeOf(query, reader.shard),
            order: query.order,
            after: afterFor(query, reader.shard),
            // One more than asked for tells whether there is a next page.
            limit: query.limit + 1,
          })
          .map((hit) => ({ hit, at: { month: hit.month, key: hit.key, shard: reader.shard } })),
      );
      const ascending = found.toSorted((a, b) => compareCursors(a.at, b.at));
      const inOrder = query.order === 'newest' ? ascending.toReversed() : ascending;
      const taken = inOrder.slice(0, query.limit);
      return {
        hits: taken.map(({ hit: { event, place } }) => ({ event, place })),
        next: inOrder.length > query.limit ? taken.at(-1)?.at : undefined,
        indexedThrough: through,
      };
    },
    reader: known,
    eventOf: (shard, n) => known(shard)?.eventOf(n),
    close() {
      for (const reader of open.values()) reader.close();
      open.clear();
    },
  };
}

/** A filter is compiled for one shard: the index of it knows record ids as numbers. */
export const scopeOf = ({ match, filter, sinceMs, untilMs }: EventQuery, shard: string): IndexScope => ({
  match,
  condition: filter === undefined ? undefined : compileFilter(filter, shard),
  sinceMs,
  untilMs,
});

/** The cursor as this shard has to take it: at its very place the order goes on by shard. */
function afterFor({ order, after }: PageQuery, shard: string): IndexPlace | undefined {
  if (after === undefined) return undefined;
  const comesLater = order === 'oldest' ? shard > after.shard : shard < after.shard;
  if (!comesLater) return after;
  return { month: after.month, key: order === 'oldest' ? after.key - 1 : after.key + 1 };
}
