import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HAS, TextProfile } from '#masking/engine/text-profile.ts';

test('a profile says which kinds of characters a text has, how many digits and how long its longest token is', () => {
  const profile = new TextProfile();
  profile.read('Call +1 (415) 555-0123 or a@b.c, é');
  for (const kind of ['digit', 'upper', 'lower', 'at', 'dot', 'dash', 'space', 'nonAscii', 'other'] as const)
    assert.notEqual(profile.mask & HAS[kind], 0, kind);
  for (const kind of ['colon', 'equals', 'percent', 'backslash'] as const)
    assert.equal(profile.mask & HAS[kind], 0, kind);
  assert.equal(profile.digits, 11);
  assert.deepEqual([profile.dots, profile.colons, profile.capitals], [1, 0, 1]);
  assert.deepEqual([profile.runMax, profile.numberMax, profile.dashes], [8, 11, 1]);
  profile.read('');
  assert.deepEqual([profile.mask, profile.digits, profile.runMax], [0, 0, 0]);
});
