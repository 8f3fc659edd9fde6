import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HAS, NEXT_TO, TextProfile } from '#masking/engine/text-profile.ts';

test('a profile says which kinds of characters a text has, how many digits and how long its longest token is', () => {
  const profile = new TextProfile();
  profile.read('Call +1 (415) 555-0123 or a@b.c, é');
  for (const kind of ['digit', 'upper', 'lower', 'at', 'dot', 'dash', 'space', 'nonAscii', 'other'] as const)
    assert.notEqual(profile.mask & HAS[kind], 0, kind);
  for (const kind of ['colon', 'equals', 'percent', 'backslash'] as const)
    assert.equal(profile.mask & HAS[kind], 0, kind);
  assert.equal(profile.digits, 11);
  assert.deepEqual([profile.dots, profile.colons], [1, 0]);
  assert.deepEqual([profile.runMax, profile.numberMax, profile.dashes], [8, 11, 1]);
  profile.read('');
  assert.deepEqual([profile.mask, profile.digits, profile.runMax], [0, 0, 0]);
});

test('a profile says what stands next to each other, and takes what is beyond ASCII for a letter of either case', () => {
  const profile = new TextProfile();
  const pairsOf = (text: string): number => {
    profile.read(text);
    return profile.pairs;
  };
  const { capitalised, spaceCapital, spaceDigit, commaSpace, capitalDot, capitals } = NEXT_TO;
  assert.equal(pairsOf('Ab'), capitalised);
  assert.equal(pairsOf('a B'), spaceCapital);
  assert.equal(pairsOf('a\n\u00c9'), spaceCapital);
  assert.equal(pairsOf('a 1'), spaceDigit);
  assert.equal(pairsOf('a,1'), spaceDigit);
  assert.equal(pairsOf('a, b'), commaSpace);
  assert.equal(pairsOf('A.b'), capitalDot);
  assert.equal(pairsOf('AB'), capitals);
  assert.equal(pairsOf('\u00e9\u00c9'), capitalised | capitals);
  assert.equal(pairsOf('a b-c.1;'), 0);
});
