import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { createMasker } from '#masking/masker.ts';

const masker = createMasker({ key: Buffer.alloc(32), store: { operator: 'redact', fields: [] } });
const refusal = { source: '203.0.113.9', code: 'unauthenticated', reason: 'expired', connection: 'notes' };
type Options = { readonly sources?: number; readonly perHour?: number; readonly accepts?: () => boolean };
function start(options: Options = {}) {
  let now = 0;
  const written: { source: string; count: number; code: string }[] = [];
  const book = createRefusalBook({
    limits: {
      refusalWindowMs: 1_000,
      refusalSources: options.sources ?? 10,
      strangerRecordsPerHour: options.perHour ?? 1_000,
    },
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
      written.push({ source: header.source, count: header.count, code: entry.st });
      return true;
    },
  });
  const counted = (): number => written.reduce((sum, record) => sum + record.count, 0);
  return { book, written, counted, advance: (ms: number) => (now += ms) };
}

test('the first refusal is recorded at once, the rest of the window as one count', () => {
  const { book, written, advance } = start();
  for (let at = 0; at < 500; at += 1) book.note(refusal);
  const [first, rest] = [1, 499].map((count) => ({ source: '203.0.113.9', count, code: 'unauthenticated' }));
  assert.deepEqual(written, [first]);
  advance(1_000);
  book.flush();
  assert.deepEqual(written, [first, rest]);
});

test('what is written adds up to what was refused, whatever the order of time', () => {
  const { book, written, counted, advance } = start();
  for (let at = 0; at < 1_000; at += 1) {
    book.note(refusal);
    advance(7);
  }
  book.flush(true);
  assert.equal(counted(), 1_000);
  assert.ok(written.length <= 16, `${written.length} records for 7 windows`);
});

test('a full queue loses no count', () => {
  let accepts = false;
  const { book, written, counted } = start({ accepts: () => accepts });
  for (let at = 0; at < 10; at += 1) book.note(refusal);
  book.flush(true);
  assert.equal(written.length, 0);
  accepts = true;
  book.flush(true);
  assert.equal(counted(), 10);
});

test('sources beyond those kept apart are one count for each code, in longer windows, and none is lost', () => {
  const { book, written, counted, advance } = start({ sources: 10 });
  for (let at = 0; at < 10_000; at += 1) {
    const code = at % 2 === 0 ? 'unauthenticated' : 'content_type';
    book.note({ ...refusal, code, reason: `reason ${at % 7}`, source: `198.51.100.${at}` });
  }
  assert.equal(written.length, 10);
  advance(9_999);
  book.flush();
  assert.equal(written.length, 10, 'the ten had no second refusal, and the others wait for their window');
  advance(1);
  book.flush();
  assert.deepEqual(
    written.slice(10).map(({ source, code, count }) => [source, code, count]),
    [
      ['other', 'unauthenticated', 4_995],
      ['other', 'content_type', 4_995],
    ],
  );
  assert.deepEqual([counted(), book.overflowed()], [10_000, 9_990]);
});

test('an hour has no more records of named sources than it may, and a new one has room again', () => {
  const { book, written, counted, advance } = start({ sources: 1_000_000, perHour: 20 });
  const flood = (round: number): void => {
    for (let at = 0; at < 1_000; at += 1)
      for (let twice = 0; twice < 2; twice += 1) book.note({ ...refusal, source: `${round} ${at}` });
    advance(1_000);
    book.flush();
  };
  const named = (): number => written.filter(({ source }) => source !== 'other').length;
  flood(0);
  assert.equal(named(), 20);
  for (let round = 1; round < 300; round += 1) flood(round);
  assert.ok(named() <= 22, `${named()} in five minutes`);
  advance(3_600_000);
  flood(300);
  assert.ok(named() >= 40 && named() <= 42, `${named()} an hour later`);
  book.flush(true);
  assert.equal(counted(), 602_000);
});
