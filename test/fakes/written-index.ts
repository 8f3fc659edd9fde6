/** Search indexes of hand-made records, as the index worker leaves them. */
import { indexDirectory } from '#events/index-files.ts';
import { openIndexStore } from '#events/index-store.ts';
import type { OpenedRecord } from '#events/source.ts';
import { positionOf } from './event-records.ts';

/** Adds `records` to the index of a shard in a data directory; they go on where the index ends. */
export function writeIndex(data: string, shard: string, records: readonly OpenedRecord[]): void {
  const directory = indexDirectory(data, shard);
  const { store } = openIndexStore({ directory, origin: `acme/${shard}`, indexedTextBytes: 1_000 });
  store.apply(records, positionOf((records.at(-1)?.leaf.n ?? -1) + 1));
  store.close();
}
