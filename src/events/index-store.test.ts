import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { NOON, ROBOT, answer, positionOf, record, toolCall } from '#test/fakes/event-records.ts';
import { dumpIndex } from '#test/fakes/index-dump.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { type IndexStore, openIndexStore } from '#events/index-store.ts';
import type { OpenedRecord } from '#events/source.ts';

const DECEMBER = Date.UTC(2026, 11, 1);
const finding = (rule: string) => ({ rule, type: 'SECRET', pointer: '/a', count: 1 });

/** Calls that overlap, cross a month's end and a clock that goes back, end in every way and carry messages. */
const RECORDS: readonly OpenedRecord[] = [
  record({ n: 0, kind: 'control', st: 'opened' }),
  toolCall(1, 'find', { who: 'Ada' }, { masking: [finding('r1')] }),
  toolCall(2, 'delete', { id: 7 }, { caller: ROBOT }),
  answer(3, 1, 'found Ada', { masking: [finding('r2')] }),
  record({ n: 4, ref: 2, kind: 'stream', st: 'up' }),
  record({ n: 5, ref: 2, kind: 'stream', st: 'down' }),
  toolCall(6, 'slow', {}, {}, DECEMBER - 1),
  answer(7, 2, 'gone', {}, 'tool_error'),
  toolCall(8, 'next', {}, {}, DECEMBER),
  record({ n: 9, ref: 6, kind: 'orphan', st: 'orphan', t: DECEMBER }),
  toolCall(10, 'back', {}, {}, NOON),
  answer(11, 8, 'done'),
  record({ n: 12, ref: 8, kind: 'stream', st: 'late' }),
  record({ n: 13, kind: 'denied', st: 'unauthenticated', t: DECEMBER + 5 }),
];

const open = (directory: string, origin = 'acme/a') => openIndexStore({ directory, origin, indexedTextBytes: 1_000 });

function applyInBatches(store: IndexStore, records: readonly OpenedRecord[], sizes: readonly number[]): void {
  let from = store.position().n;
  for (let i = 0; from < records.length; i++) {
    const to = Math.min(records.length, from + (sizes[i % sizes.length] ?? 1));
    store.apply(records.slice(from, to), positionOf(to));
    from = to;
  }
}

function built(t: Pick<TestContext, 'after'>, sizes: readonly number[], records = RECORDS): string {
  const directory = temporaryDirectory(t);
  const { store } = open(directory);
  applyInBatches(store, records, sizes);
  store.close();
  return directory;
}

test('the index is the same in whatever batches the records came', (t) => {
  const whole = dumpIndex(built(t, [RECORDS.length]));
  assert.deepEqual(dumpIndex(built(t, [1])), whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }), (sizes) => {
      assert.deepEqual(dumpIndex(built(t, sizes)), whole);
    }),
    { numRuns: 15 },
  );
});

test('records applied a second time change nothing', (t) => {
  const directory = built(t, [3]);
  const before = dumpIndex(directory);
  const { store } = open(directory);
  for (const from of [0, 4, 9]) store.apply(RECORDS.slice(from), positionOf(RECORDS.length));
  store.close();
  assert.deepEqual(dumpIndex(directory), before);
});

test('an event lies in the month of its intent, also when its result came in the next', (t) => {
  const directory = built(t, [2]);
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.db')),
    ['events-2026-11.db', 'events-2026-12.db', 'meta.db'],
  );
  const november = new DatabaseSync(join(directory, 'events-2026-11.db'));
  const row = november.prepare('SELECT outcome, result FROM events WHERE n = 6').get();
  november.close();
  assert.deepEqual({ ...row }, { outcome: 'orphan', result: 9 });
});

test('masking of request and answer are joined in this order, messages are counted once', (t) => {
  const directory = built(t, [1]);
  const november = new DatabaseSync(join(directory, 'events-2026-11.db'));
  const first = november.prepare('SELECT masking FROM events WHERE n = 1').get() as { masking: string };
  const second = november.prepare('SELECT messages_up, messages_down, messages_late FROM events WHERE n = 2').get();
  november.close();
  assert.deepEqual(JSON.parse(first.masking), [finding('r1'), finding('r2')]);
  assert.deepEqual({ ...second }, { messages_up: 1, messages_down: 1, messages_late: 0 });
});

test('a month file that lost its last transactions is noticed and filled again', (t) => {
  const directory = built(t, [5]);
  const whole = dumpIndex(directory);
  const older = built(t, [5], RECORDS.slice(0, 5));
  copyFileSync(join(older, 'events-2026-11.db'), join(directory, 'events-2026-11.db'));
  const { store, dropped } = open(directory);
  assert.equal(dropped, undefined);
  assert.equal(store.position().n, 5);
  applyInBatches(store, RECORDS, [4]);
  store.close();
  assert.deepEqual(dumpIndex(directory), whole);
});

test('a meta file that is behind its months is brought forward without doubling anything', (t) => {
  const directory = built(t, [5]);
  const whole = dumpIndex(directory);
  copyFileSync(join(built(t, [5], RECORDS.slice(0, 5)), 'meta.db'), join(directory, 'meta.db'));
  const { store } = open(directory);
  assert.equal(store.position().n, 5);
  applyInBatches(store, RECORDS, [14]);
  store.close();
  assert.deepEqual(dumpIndex(directory), whole);
});

for (const [what, damage, reason] of [
  ['a missing month file', (directory: string) => rmSync(join(directory, 'events-2026-11.db')), /missing/],
  [
    'a month file of garbage',
    (directory: string) => writeFileSync(join(directory, 'events-2026-12.db'), 'x'.repeat(8_192)),
    /damaged/,
  ],
  [
    'a meta file of garbage',
    (directory: string) => writeFileSync(join(directory, 'meta.db'), 'x'.repeat(8_192)),
    /damaged/,
  ],
  ['an emptied month file', (directory: string) => writeFileSync(join(directory, 'events-2026-12.db'), ''), /empty/],
] as const) {
  test(`${what} makes the index be built again, with the same result`, (t) => {
    const directory = built(t, [5]);
    const whole = dumpIndex(directory);
    damage(directory);
    const { store, dropped } = open(directory);
    assert.match(dropped ?? '', reason);
    assert.equal(store.position().n, 0);
    applyInBatches(store, RECORDS, [5]);
    store.close();
    assert.deepEqual(dumpIndex(directory), whole);
  });
}

test('an index that lost hashes of the tree is dropped', (t) => {
  const directory = built(t, [RECORDS.length]);
  const meta = new DatabaseSync(join(directory, 'meta.db'));
  meta.exec('DELETE FROM tree');
  meta.close();
  const { store, dropped } = open(directory);
  store.close();
  assert.match(dropped ?? '', /hashes of the tree are missing/);
});

test('the index of another ledger is dropped', (t) => {
  const directory = built(t, [5]);
  const { store, dropped } = open(directory, 'acme/b');
  store.close();
  assert.match(dropped ?? '', /index of acme\/a, not of acme\/b/);
  assert.ok(!existsSync(join(directory, 'events-2026-11.db')));
});

test('a result without its intent is counted and harms nothing', (t) => {
  const { store } = open(temporaryDirectory(t));
  store.apply([answer(7, 3, 'x')], positionOf(8));
  assert.equal(store.unmatched(), 1);
  store.close();
});

test('records of a clock that stands still stay apart, even where their keys would be the same', (t) => {
  const directory = temporaryDirectory(t);
  const { store } = open(directory);
  const same = [1, 1 + 2 ** 21, 1 + 2 ** 22].map((n) => toolCall(n, 'tick', {}, {}, NOON));
  store.apply(same, positionOf(2 ** 22 + 2));
  store.close();
  const november = new DatabaseSync(join(directory, 'events-2026-11.db'));
  const rows = november.prepare('SELECT n FROM events ORDER BY key').all() as { n: number }[];
  november.close();
  assert.deepEqual(
    rows.map(({ n }) => n),
    same.map(({ leaf }) => leaf.n),
  );
});

test('only the owner can read the files of the index', (t) => {
  const directory = temporaryDirectory(t);
  const { store } = open(join(directory, 'index'));
  store.apply(RECORDS, positionOf(RECORDS.length));
  assert.equal(statSync(join(directory, 'index')).mode & 0o777, 0o700);
  for (const name of readdirSync(join(directory, 'index'))) {
    assert.equal(statSync(join(directory, 'index', name)).mode & 0o777, 0o600, name);
  }
  store.close();
});
