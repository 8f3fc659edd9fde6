import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { answer, fakeSource, record, toolCall } from '#test/fakes/event-records.ts';
import { dumpIndex } from '#test/fakes/index-dump.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { monthPath } from '#events/index-files.ts';
import { IndexLoop, type IndexProgress } from '#events/index-loop.ts';
import type { OpenedRecord, RecordSource } from '#events/source.ts';

const CALLS = (count: number): OpenedRecord[] =>
  Array.from({ length: count }, (_, i) => [
    toolCall(2 * i, 'find', { i }),
    answer(2 * i + 1, 2 * i, `answer ${i}`),
  ]).flat();

type Watched = {
  readonly loop: IndexLoop;
  readonly rebuilds: string[];
  readonly progress: IndexProgress[];
  readonly unmatched: number[];
};

function loopOver(t: TestContext, directory: string, source: RecordSource, isStopping = () => false): Watched {
  const [rebuilds, progress, unmatched]: [string[], IndexProgress[], number[]] = [[], [], []];
  const loop = new IndexLoop({
    source,
    store: { directory, origin: 'acme/a', indexedTextBytes: 1_000 },
    limits: { indexBatchRecords: 3 },
    onProgress: (made) => progress.push(made),
    onRebuild: (reason) => rebuilds.push(reason),
    onUnmatched: (count) => unmatched.push(count),
    isStopping,
  });
  t.after(() => loop.close());
  return { loop, rebuilds, progress, unmatched };
}

test('catching up reaches the watermark, again and again', async (t) => {
  const records = CALLS(4);
  const { loop, progress } = loopOver(t, temporaryDirectory(t), fakeSource(records));
  await loop.catchUp();
  assert.deepEqual(progress.at(-1), { indexedThrough: 8, size: 8 });
  records.push(record({ n: 8, kind: 'control', st: 'heartbeat' }));
  await loop.catchUp();
  assert.deepEqual(progress.at(-1), { indexedThrough: 9, size: 9 });
});

test('a read that fails is thrown, and the next attempt goes on where the index is', async (t) => {
  const directory = temporaryDirectory(t);
  const { loop, progress, rebuilds } = loopOver(t, directory, fakeSource(CALLS(4), [new Error('damaged frame')]));
  await assert.rejects(loop.catchUp(), /damaged frame/);
  await loop.catchUp();
  assert.deepEqual([progress.at(-1)?.indexedThrough, rebuilds], [8, []]);
});

test('a source that gives nothing below its watermark is an error, not an endless loop', async (t) => {
  const source: RecordSource = {
    ...fakeSource([]),
    watermark: () => Promise.resolve({ size: 5, segment: 0, offset: 0 }),
  };
  await assert.rejects(loopOver(t, temporaryDirectory(t), source).loop.catchUp(), /5 records but gives none from 0 on/);
});

for (const [what, other] of [
  ['with other records', CALLS(4).map((one) => ({ ...one, leaf: { ...one.leaf, hc: `other-${one.leaf.n}` } }))],
  ['with fewer records', CALLS(2)],
] as const) {
  test(`the index of a ledger ${what} is built again`, async (t) => {
    const directory = temporaryDirectory(t);
    const first = loopOver(t, directory, fakeSource(CALLS(4)));
    await first.loop.catchUp();
    first.loop.close();
    const second = loopOver(t, directory, fakeSource([...other]));
    await second.loop.catchUp();
    assert.deepEqual(second.rebuilds, ['the ledger is not the one indexed']);
    second.loop.close();
    const fresh = temporaryDirectory(t);
    const third = loopOver(t, fresh, fakeSource([...other]));
    await third.loop.catchUp();
    third.loop.close();
    assert.deepEqual(dumpIndex(directory), dumpIndex(fresh));
  });
}

test('damage found while running is answered by building the index again, once', async (t) => {
  const directory = temporaryDirectory(t);
  const records = CALLS(4);
  const first = loopOver(t, directory, fakeSource(records));
  await first.loop.catchUp();
  first.loop.close();
  writeFileSync(monthPath(directory, '2026-11'), 'x'.repeat(8_192));
  const { loop, rebuilds, progress } = loopOver(t, directory, fakeSource(records));
  await loop.catchUp();
  assert.equal(rebuilds.length, 1);
  assert.deepEqual(progress.at(-1), { indexedThrough: 8, size: 8 });
});

test('a stop is obeyed between batches', async (t) => {
  let batches = 0;
  const { loop, progress } = loopOver(t, temporaryDirectory(t), fakeSource(CALLS(40)), () => batches++ >= 2);
  await loop.catchUp();
  assert.equal(progress.at(-1)?.indexedThrough, 6);
});

test('a result without its intent is reported', async (t) => {
  const { loop, unmatched } = loopOver(
    t,
    temporaryDirectory(t),
    fakeSource([record({ n: 0, kind: 'control' }), answer(1, 77, 'x')]),
  );
  await loop.catchUp();
  assert.deepEqual(unmatched, [1]);
});
