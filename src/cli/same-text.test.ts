import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameText } from '#cli/same-text.ts';

test('only the same text is the same', () => {
  assert.equal(isSameText('state', 'state'), true);
  for (const other of ['', 'stat', 'statf', 'state ', 'STATE']) assert.equal(isSameText(other, 'state'), false);
});
