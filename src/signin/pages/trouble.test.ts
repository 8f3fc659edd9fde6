import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrouble, troubleWords } from '#signin/pages/trouble.ts';

test('what is in an address is one of our words or nothing', () => {
  assert.equal(isTrouble('groups_truncated'), true);
  for (const text of ['Your account is locked, call +1 202 555 0100', '', 'toString', null])
    assert.equal(isTrouble(text), false);
});

test('who is in too many groups is told whom to ask for what', () => {
  assert.match(
    troubleWords('groups_truncated', 'Okta'),
    /Okta does not tell all of them.*Ask whoever runs the gateway/,
  );
});
