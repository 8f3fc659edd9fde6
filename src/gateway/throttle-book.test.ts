import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttledEntry } from '#gateway/entries.ts';
import { createThrottleBook } from '#gateway/throttle-book.ts';
import { createMasker } from '#masking/masker.ts';
import { ADA, EVE, GRACE, idOf } from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';
import type { LedgerEntry } from '#ledger/record.ts';

const masker = createMasker({ key: Buffer.alloc(32), store: { operator: 'redact', fields: [] } });
const by = (caller: typeof ADA, reason = 'caller_rate', connection = 'notes') => ({
  caller,
  reason,
  connection,
  source: '203.0.113.9',
});

function start(throttledCallers = 10) {
  let now = 0;
  let isFull = false;
  const written: LedgerEntry[] = [];
  const book = createThrottleBook({
    limits: { refusalWindowMs: 1_000, throttledCallers },
    clock: () => now,
    entry: (refusal, count, windowMs) => throttledEntry(masker, idOf(1), refusal, count, windowMs),
    append: (entry) => {
      if (!isFull) written.push(entry);
      return !isFull;
    },
  });
  const full = (value: boolean): void => void (isFull = value);
  return { book, written, full, advance: (ms: number) => void (now += ms) };
}

test('the first of a caller, connection and limit has a record of its own, the rest of the window one count', () => {
  const { book, written, advance } = start();
  const absorbed = Array.from({ length: 500 }, () => book.counts(by(ADA)));
  assert.deepEqual([absorbed[0], absorbed.slice(1).every(Boolean)], [false, true]);
  assert.deepEqual(
    [book.counts(by(GRACE)), book.counts(by(ADA, 'streams_per_caller')), book.counts(by(ADA, 'caller_rate', 'other'))],
    [false, false, false],
  );
  book.flush();
  assert.equal(written.length, 0);
  advance(1_000);
  book.flush();
  assert.equal(written.length, 1);
  const { caller, count, windowMs, reason, code, connection } = headerOf(written[0]);
  assert.deepEqual(
    [caller?.subject, count, windowMs, reason, code, connection],
    ['ada', 499, 1_000, 'caller_rate', 'rate_limited', 'notes'],
  );
  assert.equal(book.counts(by(ADA)), false, 'a new window begins with a record again');
});

test('a ledger that takes nothing now loses no count', () => {
  const { book, written, full } = start();
  full(true);
  for (let at = 0; at < 10; at += 1) book.counts(by(ADA));
  book.flush(true);
  full(false);
  book.counts(by(ADA));
  book.flush(true);
  assert.deepEqual(
    written.map((entry) => headerOf(entry).count),
    [10],
  );
});

test('callers beyond those kept apart are counted together, nameless', () => {
  const { book, written } = start(1);
  assert.equal(book.counts(by(ADA)), false);
  assert.equal(book.counts(by(EVE)), false);
  for (let at = 0; at < 100; at += 1) assert.equal(book.counts(by({ ...GRACE, subject: `g${at}` })), true);
  book.flush(true);
  assert.deepEqual(
    written.map((entry) => [headerOf(entry).caller, headerOf(entry).count]),
    [[undefined, 100]],
  );
});
