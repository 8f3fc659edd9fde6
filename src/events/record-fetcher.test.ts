import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource, positionOf, record } from '#test/fakes/event-records.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { RecordSource } from '#events/source.ts';

const RECORDS = Array.from({ length: 20 }, (_, n) => record({ n, kind: 'control' }));

function counted(pageRecords: number): { readonly fetcher: RecordFetcher; readonly reads: number[] } {
  const reads: number[] = [];
  const source: RecordSource = {
    ...fakeSource(RECORDS),
    read: (from, limit) => {
      reads.push(from.n);
      return fakeSource(RECORDS).read(from, limit);
    },
  };
  return { fetcher: new RecordFetcher(source, pageRecords), reads };
}

test('neighbours are read together', async () => {
  const { fetcher, reads } = counted(8);
  for (const n of [2, 3, 9, 2, 10]) assert.equal((await fetcher.record(positionOf(n))).leaf.n, n);
  assert.deepEqual(reads, [2, 10]);
});

test('pages are let go of, so that an export of any length fits into memory', async () => {
  const { fetcher, reads } = counted(1);
  for (const n of [0, 1, 2, 3, 4, 0]) await fetcher.record(positionOf(n));
  assert.deepEqual(reads, [0, 1, 2, 3, 4, 0]);
});

test('a record that is not where it should be is refused', async () => {
  const { fetcher } = counted(8);
  await assert.rejects(fetcher.record(positionOf(99)), /record 99 is not where the index says/);
});
