import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBook } from '#test/fakes/book.ts';
import { DamagedRecord, missingInIndex, onBook } from '#cli/local-events.ts';
import { processIo } from '#cli/io.ts';

function host() {
  const written: string[] = [];
  const process = {
    stdout: { write: () => undefined },
    stderr: { write: (text: string) => written.push(text) },
    env: {},
    cwd: () => '/',
    exitCode: undefined,
  };
  return { process, written, io: processIo(process) };
}

test('a book without its keys cannot be opened but its size is known', async (t) => {
  const book = await openBook(t);
  await book.close();
  rmSync(join(book.data, 'keys'), { recursive: true });
  const { io, process, written } = host();
  let size = 0;
  await onBook(io, { data: book.data }, async (local) => {
    size = (await local.sizes())['a'] ?? 0;
    await local.source('a');
    return 0;
  });
  assert.ok(size > 0);
  assert.equal(process.exitCode, 3);
  assert.match(written.join(''), /^gatebook: cannot open the records: .*master\.key does not exist\n$/);
});

test('a damaged record is a negative finding, an accident is not', async (t) => {
  const book = await openBook(t);
  for (const [error, code] of [
    [new DamagedRecord('x'), 1],
    [new Error('x'), 3],
  ] as const) {
    const { io, process } = host();
    await onBook(io, { data: book.data }, () => Promise.reject(error));
    assert.equal(process.exitCode, code);
  }
});

test('no book is a usage error', async () => {
  const { io, process } = host();
  await onBook(io, { data: '/nonexistent' }, () => Promise.resolve(0));
  assert.equal(process.exitCode, 2);
});

test('what the index lacks is said for each shard, and whether it has anything', () => {
  assert.equal(missingInIndex({ a: 7 }, { a: 7 }), undefined);
  assert.deepEqual(missingInIndex({}, { a: 7 }), { text: '0 of 7 records', nothing: true });
  assert.deepEqual(missingInIndex({ a: 7, b: 2 }, { a: 7, b: 3, c: 1 }), {
    text: 'b: 2 of 3 records, c: 0 of 1 records',
    nothing: false,
  });
});
