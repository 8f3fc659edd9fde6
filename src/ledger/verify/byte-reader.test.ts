import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, type ByteSource } from '#ledger/verify/byte-reader.ts';

/** Gives at most `step` bytes a read, as a file system may. */
function source(bytes: Buffer, step = bytes.length): ByteSource & { reads: number } {
  const self = {
    bytes: bytes.length,
    reads: 0,
    read: (into: Buffer, position: number) => {
      self.reads += 1;
      return Promise.resolve(bytes.copy(into, 0, position, position + step));
    },
    close: () => Promise.resolve(),
  };
  return self;
}
const counting = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => index % 251));

test('bytes come from any position, also when the file gives them in small portions', async () => {
  const bytes = counting(5_000);
  const reader = new ByteReader(source(bytes, 7));
  for (const [at, length] of [
    [0, 10],
    [4_990, 10],
    [3, 4_000],
    [0, 5_000],
    [17, 0],
  ] as const) {
    assert.deepEqual(await reader.bytes(at, length), bytes.subarray(at, at + length));
  }
});

test('bytes beyond the end are undefined, not shorter', async () => {
  const reader = new ByteReader(source(counting(100)));
  assert.equal(await reader.bytes(90, 11), undefined);
  assert.equal(await reader.bytes(100, 1), undefined);
});

test('a file that shrank since it was opened gives undefined', async () => {
  const short = source(counting(50));
  const reader = new ByteReader({ ...short, bytes: 100, read: (into, position) => short.read(into, position) });
  assert.equal(await reader.bytes(0, 60), undefined);
});

test('many small reads of one neighbourhood cost one read of the file', async () => {
  const file = source(counting(10_000));
  const reader = new ByteReader(file);
  for (let at = 0; at < 10_000; at += 16) await reader.bytes(at, 16);
  assert.equal(file.reads, 1);
});

test('the first byte that is not zero is found wherever it lies, and refresh forgets what was read', async () => {
  const bytes = Buffer.alloc(1_200_000);
  const reader = new ByteReader(source(bytes));
  assert.equal(await reader.firstNonZero(0), undefined);
  for (const at of [0, 65_535, 65_536, 524_288, 1_199_999]) {
    bytes.fill(0);
    bytes[at] = 1;
    reader.refresh();
    assert.equal(await reader.firstNonZero(0), at);
  }
});
