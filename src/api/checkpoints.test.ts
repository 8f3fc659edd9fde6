import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCheckpoints } from '#api/checkpoints.ts';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { openBook } from '#test/fakes/book.ts';

test('there is one checkpoint per shard, each signed by its log and as large as its book', async (t) => {
  const own = await openBook(t);
  const other = await openBook(t, own.data, 'a-2');
  await own.call('find', {}, 'x');
  await other.call('find', {}, 'x');
  await other.call('find', {}, 'x');
  const size = other.ledger.watermark().size;
  await other.close();
  const found = await createCheckpoints({
    dataDirectory: own.data,
    ledger: own.ledger,
    monotonic: () => 0,
    freshMs: 1_000,
  }).all();
  assert.deepEqual(
    found.map(({ shard, origin }) => [shard, origin]),
    [
      ['a', 'acme/a'],
      ['a-2', 'acme/a-2'],
    ],
  );
  for (const { note, verifierKey, size: said } of found) {
    const verifier = parseVerifierKey(verifierKey);
    assert.ok(verifier.ok);
    const opened = openCheckpoint(note, verifier.value);
    assert.ok(opened.ok && opened.value.size === said);
  }
  assert.equal(found[0]?.size, own.ledger.watermark().size);
  assert.ok((found[1]?.size ?? 0) >= size);
});

test('the files of another shard are read again only after a while, the own checkpoint is always the newest', async (t) => {
  const own = await openBook(t);
  const other = await openBook(t, own.data, 'a-2');
  let nowMs = 0;
  const checkpoints = createCheckpoints({
    dataDirectory: own.data,
    ledger: own.ledger,
    monotonic: () => nowMs,
    freshMs: 1_000,
  });
  const sizes = async (): Promise<readonly number[]> => (await checkpoints.all()).map(({ size }) => size);
  const [ownBefore = 0, otherBefore = 0] = await sizes();
  await own.call('find', {}, 'x');
  await other.call('find', {}, 'x');
  // The watermark of the other process is published a moment after its sync.
  await other.close();
  assert.deepEqual(await sizes(), [ownBefore + 2, otherBefore]);
  nowMs = 1_000;
  assert.ok(((await sizes())[1] ?? 0) >= otherBefore + 2);
});

test('a note that the verifier key of its shard did not sign is an error, not an answer', async (t) => {
  const own = await openBook(t);
  const other = await openBook(t, own.data, 'a-2');
  await other.close();
  const key = join(own.data, 'ledger', 'a-2', 'log.vkey');
  const stranger = readFileSync(join(own.data, 'ledger', 'a', 'log.vkey'));
  writeFileSync(key, stranger);
  const checkpoints = createCheckpoints({
    dataDirectory: own.data,
    ledger: own.ledger,
    monotonic: () => 0,
    freshMs: 1,
  });
  await assert.rejects(checkpoints.all(), /shard a-2 does not hold/);
});
