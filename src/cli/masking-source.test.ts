import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceText } from '#cli/masking-source.ts';

test('what decided is named as it is written in the file', () => {
  assert.deepEqual(
    [sourceText(3, 'store'), sourceText('default', 'inline'), sourceText('raised', 'store')],
    ['masking.rules[3]', 'masking.inline', 'never looser than the copy of the caller'],
  );
});
