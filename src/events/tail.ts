/**
 * Events as they complete, straight from the ledger: a call when its result is durable, everything else at once. Follows
 * the watermark of every shard from where it was at the start, record by record, so nothing is left out and nothing comes twice.
 */
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { findInLedger } from '#events/find-in-ledger.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import { type OpenedRecord, type Position, type RecordSource, START } from '#events/source.ts';
import { eventOfRecords } from '#events/verify-hit.ts';

export type TailOptions = {
  /** Asked again whenever there is nothing new: a shard that appears is followed from its first record. */
  readonly shards: () => Promise<readonly TailedShard[]>;
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
};

export type TailedShard = {
  readonly shard: string;
  readonly source: RecordSource;
  /** The record of an intent from before the start; undefined when it cannot be found. */
  readonly earlier: (n: number) => Promise<OpenedRecord | undefined>;
};

const PAGE_RECORDS = 500;

/** Ends when `signal` aborts. Throws on a damaged ledger. */
export async function* tailEvents(options: TailOptions): AsyncGenerator<Event, void, undefined> {
  for await (const round of tailRounds(options)) yield* round;
}

/** The same in rounds: what each look at the book found, often nothing. */
export async function* tailRounds(options: TailOptions): AsyncGenerator<readonly Event[], void, undefined> {
  const { shards, pause, signal } = options;
  const tails = new Map<string, ShardTail>();
  for (const shard of await shards()) {
    const { size, segment, offset } = await shard.source.watermark();
    // An empty book has no segment to stand in: it is read from its start.
    tails.set(shard.shard, new ShardTail(shard, { n: size, segment, offset }));
  }
  while (!signal.aborted) {
    let read = 0;
    const events: Event[] = [];
    for (const tail of tails.values()) {
      const records = await tail.read();
      read += records.length;
      for (const record of records) events.push(...(await tail.completed(record)));
    }
    yield events;
    if (read > 0) continue;
    await pause();
    if (signal.aborted) return;
    for (const shard of await shards())
      if (!tails.has(shard.shard)) tails.set(shard.shard, new ShardTail(shard, START));
  }
}

/** The shards of a book as `tailEvents` takes them. */
export async function tailedShards(book: Pick<Book, 'index' | 'shards' | 'source'>): Promise<readonly TailedShard[]> {
  const names = await book.shards();
  return Promise.all(
    names.map(async (shard) => {
      const source = await book.source(shard);
      return {
        shard,
        source,
        earlier: async (n: number) => {
          const hit = book.index.eventOf(shard, n);
          if (hit === undefined) return (await findInLedger(source, n))?.first;
          return new RecordFetcher(source, 1).record(hit.place.record);
        },
      };
    }),
  );
}

class ShardTail {
  readonly #of: TailedShard;
  /** Bounded by the calls in flight: each is taken out by its result or, after a restart, its orphan. */
  readonly #open = new Map<number, OpenedRecord>();
  #from: Position;

  constructor(of: TailedShard, from: Position) {
    this.#of = of;
    this.#from = from;
  }

  async read(): Promise<readonly OpenedRecord[]> {
    const { records, next } = await this.#of.source.read(this.#from, PAGE_RECORDS);
    this.#from = next;
    return records;
  }

  /** The event this record completes, if it does. */
  async completed(record: OpenedRecord): Promise<readonly Event[]> {
    const view = { shard: this.#of.shard, payloads: false };
    const { kind, ref, n } = record.leaf;
    if (kind === 'intent') {
      this.#open.set(n, record);
      return [];
    }
    if (ref === null) return [eventOfRecords(record, undefined, view)];
    if (kind === 'stream') return [];
    const intent = this.#open.get(ref) ?? (await this.#of.earlier(ref));
    this.#open.delete(ref);
    return intent === undefined ? [] : [eventOfRecords(intent, record, view)];
  }
}
