/** A stranger cannot fill the disk: a day of a botnet against the book of refusals, in bytes of a real ledger. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strangerEntry } from '#gateway/entries.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import { sourceKey } from '#gateway/source.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { LIMITS } from '#limits.ts';
import { createMasker } from '#masking/masker.ts';
import { openBook } from '../fakes/book.ts';
import type { Book } from '../fakes/book.ts';

const DAY_BYTES_MAX = 25_000_000;
const DAY_S = 24 * 3_600;
/** What a stranger can be refused with before he is verified. */
const CODES = [
  'unauthenticated',
  'identity_unavailable',
  'forbidden_origin',
  'method_not_allowed',
  'content_type',
  'too_large',
  'rate_limited',
  'audit_unavailable',
  'stopping',
  'internal',
  'forbidden',
  'timeout',
];

const masker = createMasker({ key: Buffer.alloc(32), store: { operator: 'redact', fields: [] } });
const random = pooledRandom(systemRandom);
const entryOf = (stranger: Parameters<typeof strangerEntry>[2], count: number, windowMs: number): LedgerEntry =>
  strangerEntry(masker, callId(random), stranger, count, windowMs);

/** Bytes of segment that one record takes when it is committed alone, which is when it takes most. */
async function bytesOfLoneRecord(book: Book): Promise<number> {
  const position = (): number => {
    const { segment, offset } = book.ledger.watermark();
    return segment * 256 * 1024 + offset;
  };
  const largest = {
    source: 'ffff:ffff:ffff:ffff::/64',
    code: 'identity_unavailable',
    reason: 'key_algorithm_mismatch_and_more',
    connection: 'c'.repeat(63),
  };
  const before = position();
  for (let at = 0; at < 100; at += 1) {
    const size = book.ledger.watermark().size;
    assert.equal(book.ledger.appendUnwaited(entryOf(largest, 999_999_999, 86_400_000)), true);
    while (book.ledger.watermark().size === size) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return (position() - before) / 100;
}

test('a day of a botnet with all of an IPv6 /32 grows the ledger by 25 MB at most, and every refusal is counted', async (t) => {
  const book = await openBook(t);
  const lone = await bytesOfLoneRecord(book);
  await book.close();

  let now = 0;
  let records = 0;
  let counted = 0;
  const refusals = createRefusalBook({
    limits: LIMITS,
    clock: () => now,
    entry: (stranger, count, windowMs) => {
      records += 1;
      counted += count;
      return entryOf(stranger, count, windowMs);
    },
    append: () => true,
  });
  let noted = 0;
  for (let second = 0; second < DAY_S; second += 1) {
    now = second * 1_000;
    for (let at = 0; at < 12; at += 1) {
      noted += 1;
      // Every host of the net comes twice, with each code in turn; none is ever seen again.
      const host = Math.floor(noted / 2);
      const address = `2001:db8:${(host >> 16).toString(16)}:${(host & 0xffff).toString(16)}::${at + 1}`;
      const code = CODES[at] ?? 'internal';
      refusals.note({ source: sourceKey(address), code, reason: code, connection: 'notes' });
      refusals.note({ source: sourceKey(address), code, reason: code, connection: 'notes' });
      noted += 1;
    }
    if (second % 5 === 0) refusals.flush();
  }
  refusals.flush(true);
  assert.equal(counted, noted);
  const bytes = records * lone;
  t.diagnostic(`${records} records of ${Math.round(lone)} bytes: ${(bytes / 1e6).toFixed(1)} MB a day`);
  assert.ok(bytes <= DAY_BYTES_MAX, `${records} records of ${lone} bytes`);
  assert.ok(records > 10_000, 'the flood was one');
});
