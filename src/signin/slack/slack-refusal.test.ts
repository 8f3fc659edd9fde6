import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalWords } from '#signin/slack/slack-refusal.ts';

test('whoever is refused is told in a sentence, and what is not theirs to see is told like what is not there', () => {
  for (const refusal of ['unlinked', 'own_request', 'changed_meanwhile', 'too_slow', 'not_in_force'] as const)
    assert.match(refusalWords(refusal), /^[A-Z].*\.$/);
  assert.match(refusalWords('unknown_approval'), /no such request, or it is not for you/);
});
