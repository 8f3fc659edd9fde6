import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CursorPlace, createCursors } from '#api/cursors.ts';
import { encodeCursor } from '#events/cursor.ts';

const KEY = Buffer.alloc(32, 7);
const SEARCH = ['q', null, '2026-11-23T12:00:00.000Z', null, 'oldest'];
const PLACES: readonly CursorPlace[] = [
  { kind: 'page', at: { month: '2026-11', key: 2 ** 52, shard: 'a' } },
  { kind: 'follow', at: { a: 12, 'a-2': 0 } },
];

test('a cursor is accepted by every process with the same key, for the same search', () => {
  for (const place of PLACES)
    assert.deepEqual(createCursors(KEY).open(createCursors(KEY).seal(place, SEARCH), SEARCH), place);
});

test('a cursor of another key, another search, or with one bit changed is none', () => {
  const cursors = createCursors(KEY);
  for (const place of PLACES) {
    const sealed = cursors.seal(place, SEARCH);
    assert.equal(createCursors(Buffer.alloc(32, 8)).open(sealed, SEARCH), undefined);
    for (const [at] of SEARCH.entries())
      assert.equal(cursors.open(sealed, SEARCH.with(at, 'another')), undefined, `parameter ${at}`);
    const bytes = Buffer.from(sealed, 'base64url');
    for (const [at, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes);
      changed[at] = byte ^ 1;
      assert.equal(cursors.open(changed.toString('base64url'), SEARCH), undefined, `byte ${at}`);
    }
  }
});

test('what was never a cursor is none', () => {
  const cursors = createCursors(KEY);
  const own = encodeCursor({ month: '2026-11', key: 5, shard: 'a' });
  for (const text of ['', 'x', own, 'A'.repeat(4_000), '!'.repeat(64), Buffer.alloc(16).toString('base64url')])
    assert.equal(cursors.open(text, SEARCH), undefined, text.slice(0, 20));
});

test('the words of a search cannot be moved from one parameter to the next', () => {
  const cursors = createCursors(KEY);
  const [place] = PLACES;
  assert.ok(place !== undefined);
  const sealed = cursors.seal(place, ['a', 'b', null]);
  for (const other of [
    ['ab', null, null],
    ['a', null, 'b'],
    ['a","b', null, null],
    ['a', 'b'],
  ])
    assert.equal(cursors.open(sealed, other), undefined);
});
