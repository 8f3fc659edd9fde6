import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachMatch } from '#masking/engine/matches.ts';

test('a match that is not taken does not hide the one that begins inside it', () => {
  const seen: string[] = [];
  eachMatch(/\d \d/g, '1 2 3 4', ([found]) => {
    seen.push(found);
    return found === '2 3';
  });
  assert.deepEqual(seen, ['1 2', '2 3']);
});
