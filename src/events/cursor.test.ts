import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareCursors, decodeCursor, encodeCursor } from '#events/cursor.ts';

test('a cursor is read back as it was written', () => {
  const cursor = { month: '2026-11', key: 2 ** 52 + 1, shard: 'a-2' };
  assert.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
});

test('what is no cursor is refused', () => {
  for (const text of [
    '',
    'x',
    'A'.repeat(161),
    ...[
      '2026-13.5.a',
      '2026-11..a',
      '2026-11.-1.a',
      '2026-11.9999999999999999.a',
      '../2026-11.5.a',
      '2026-11.5.a\n',
      '2026-11.5',
      '2026-11.5.A',
      '2026-11.5.../b',
    ].map((raw) => Buffer.from(raw).toString('base64url')),
  ]) {
    assert.equal(decodeCursor(text), undefined, text);
  }
});

test('the order is by month, then key, then shard', () => {
  const ordered = [
    { month: '2026-10', key: 9, shard: 'b' },
    { month: '2026-11', key: 1, shard: 'b' },
    { month: '2026-11', key: 2, shard: 'a' },
    { month: '2026-11', key: 2, shard: 'a-2' },
  ];
  assert.deepEqual(ordered.toReversed().toSorted(compareCursors), ordered);
});
