/**
 * The book of a data directory for those who read it, in the gateway or beside it: the records and the index of all its shards.
 * Opens what it is asked for and nothing else: searching needs no keys.
 */
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import { openLedgerSource } from '#events/ledger-source.ts';
import type { RecordSource } from '#events/source.ts';
import type { Disk } from '#ledger/disk.ts';
import { ledgerDirectory, shardsIn } from '#ledger/places.ts';
import { createLedgerReader, type LedgerReader } from '#ledger/reader.ts';

export type BookPlace = {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly deployment: string;
  /** The one whose keys are in `keys/` itself. */
  readonly firstShard: string;
  /** In base64; undefined: the one in the data directory. */
  readonly masterKey: string | undefined;
};

export type Book = {
  readonly place: BookPlace;
  readonly index: BookIndex;
  /** Those that have a book, by name. */
  shards(): Promise<readonly string[]>;
  /** Durable records of each shard; needs no keys. */
  sizes(): Promise<Readonly<Record<string, number>>>;
  /** The records of a shard, opened once. Throws without the keys: nothing in a record can be shown or checked without them. */
  source(shard: string): Promise<RecordSource>;
  /** The same without keys: leaves and nothing else. */
  leaves(shard: string): LedgerReader;
  close(): void;
};

export const originOf = ({ deployment }: BookPlace, shard: string): string => `${deployment}/${shard}`;

export function openBook(disk: Disk, place: BookPlace): Book {
  const { dataDirectory, firstShard, masterKey } = place;
  const index = openBookIndex(dataDirectory);
  const sources = new Map<string, Promise<RecordSource>>();

  const shards = (): Promise<readonly string[]> => shardsIn(disk, dataDirectory);

  const leaves = (shard: string): LedgerReader =>
    createLedgerReader({ disk, dir: ledgerDirectory(dataDirectory, shard), origin: originOf(place, shard) });

  const openSource = async (shard: string): Promise<RecordSource> => {
    const opened = await openLedgerSource({
      disk,
      dataDirectory,
      origin: originOf(place, shard),
      shard,
      firstShard,
      ...(masterKey === undefined ? {} : { masterKey }),
    });
    if (opened.ok) return opened.value;
    throw new Error(`cannot open the records: ${opened.error}`);
  };

  return {
    place,
    index,
    shards,
    async sizes() {
      const names = await shards();
      const marks = await Promise.all(names.map((shard) => leaves(shard).watermark()));
      // Asked by names from a URL: without a prototype it has no more members than there are shards.
      const sizes = Object.create(null) as Record<string, number>;
      for (const [at, shard] of names.entries()) sizes[shard] = marks[at]?.size ?? 0;
      return sizes;
    },
    source(shard) {
      const known = sources.get(shard) ?? openSource(shard);
      sources.set(shard, known);
      // What could not be opened now may be later.
      known.catch(() => sources.delete(shard));
      return known;
    },
    leaves,
    close: () => index.close(),
  };
}
