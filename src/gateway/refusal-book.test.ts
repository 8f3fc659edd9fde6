import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { createMasker } from '#masking/masker.ts';

const masker = createMasker({ key: Buffer.alloc(32), store: { operator: 'redact', fields: [] } });
const refusal = { source: '203.0.113.9', code: 'unauthenticated', reason: 'expired', connection: 'notes' };
function start(options: { readonly sources?: number; readonly accepts?: () => boolean } = {}) {
  let now = 0;
  const written: { source: string; count: number }[] = [];
  const book = createRefusalBook({
    limits: { refusalWindowMs: 1_000, refusalSources: options.sources ?? 10 },
    clock: () => now,
    entry: (stranger, count): LedgerEntry => ({
      kind: 'denied',
      call: 'c',
      ref: null,
      st: stranger.code,
      header: masker.maskHeader({ source: stranger.source, count }, undefined),
      payload: null,
      mask: { n: 0 },
      pol: null,
      subject: 's',
    }),
    append: (entry) => {
      if (options.accepts?.() === false) return false;
      const header = JSON.parse(entry.header) as { source: string; count: number };
      written.push({ source: header.source, count: header.count });
      return true;
    },
  });
  return { book, written, advance: (ms: number) => (now += ms) };
}

test('the first refusal is recorded at once, the rest of the window as one count', () => {
  const { book, written, advance } = start();
  for (let at = 0; at < 500; at += 1) book.note(refusal);
  assert.deepEqual(written, [{ source: '203.0.113.9', count: 1 }]);
  advance(1_000);
  book.flush();
  assert.deepEqual(written, [
    { source: '203.0.113.9', count: 1 },
    { source: '203.0.113.9', count: 499 },
  ]);
});

test('what is written adds up to what was refused, whatever the order of time', () => {
  const { book, written, advance } = start();
  for (let at = 0; at < 1_000; at += 1) {
    book.note(refusal);
    advance(7);
  }
  book.flush(true);
  assert.equal(
    written.reduce((sum, record) => sum + record.count, 0),
    1_000,
  );
  assert.ok(written.length <= 16, `${written.length} records for 7 windows`);
});

test('a full queue loses no count', () => {
  let accepts = false;
  const { book, written } = start({ accepts: () => accepts });
  for (let at = 0; at < 10; at += 1) book.note(refusal);
  book.flush(true);
  assert.equal(written.length, 0);
  accepts = true;
  book.flush(true);
  assert.equal(
    written.reduce((sum, record) => sum + record.count, 0),
    10,
  );
});

test('ten thousand sources make no more windows than allowed', () => {
  const { book, written } = start({ sources: 10 });
  for (let at = 0; at < 10_000; at += 1) book.note({ ...refusal, source: `198.51.100.${at}` });
  book.flush(true);
  assert.ok(written.length <= 22, `${written.length} records`);
  assert.equal(
    written.reduce((sum, record) => sum + record.count, 0),
    10_000,
  );
  assert.equal(book.overflowed(), 9_990);
});
