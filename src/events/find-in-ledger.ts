/** The records of an event by reading the ledger from its start: slow, but right also where the index is behind or missing. */
import { type OpenedRecord, type Position, type RecordSource, START } from '#events/source.ts';

const PAGE_RECORDS = 2_000;

export type FoundRecords = { readonly first: OpenedRecord; readonly result: OpenedRecord | undefined };

/**
 * `n` of an intent, of what belongs to one, or of an event by itself; undefined past the watermark. `from`: a position at or
 * before all of them, when one is known.
 */
export async function findInLedger(
  source: RecordSource,
  n: number,
  from: Position = START,
): Promise<FoundRecords | undefined> {
  const { size } = await source.watermark();
  if (n >= size) return undefined;
  const asked = await findFrom(source, from, (record) => record.leaf.n === n);
  const ref = asked?.leaf.ref ?? n;
  const first = ref === n ? asked : await findFrom(source, from, (record) => record.leaf.n === ref);
  if (first === undefined) return undefined;
  if (first.leaf.kind !== 'intent') return { first, result: undefined };
  const result = await findFrom(source, first.position, ({ leaf }) => leaf.ref === ref && leaf.kind !== 'stream');
  return { first, result };
}

async function findFrom(
  source: RecordSource,
  from: Position,
  isIt: (record: OpenedRecord) => boolean,
): Promise<OpenedRecord | undefined> {
  let position = from;
  for (;;) {
    const { records, next } = await source.read(position, PAGE_RECORDS);
    const found = records.find(isIt);
    if (found !== undefined || records.length === 0) return found;
    position = next;
  }
}
