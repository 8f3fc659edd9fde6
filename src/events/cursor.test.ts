import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, encodeCursor } from '#events/cursor.ts';

test('a cursor is read back as it was written', () => {
  const cursor = { month: '2026-11', key: 2 ** 52 + 1 };
  assert.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
});

test('what is no cursor is refused', () => {
  for (const text of [
    '',
    'x',
    'A'.repeat(65),
    ...['2026-13.5', '2026-11.', '2026-11.-1', '2026-11.9999999999999999', '../2026-11.5', '2026-11.5\n'].map((raw) =>
      Buffer.from(raw).toString('base64url'),
    ),
  ]) {
    assert.equal(decodeCursor(text), undefined, text);
  }
});
