import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, github } from '#masking/words/token-format.ts';

test('a line of the table may stand for several prefixes', () => {
  assert.deepEqual(
    each('r', 'a_ b_', 'x').map(({ prefix }) => prefix),
    ['a_', 'b_'],
  );
  assert.deepEqual(github('ghp_', 'x'), [{ rule: 'github-token', prefix: 'ghp_', rest: 'x', checksum: 'github' }]);
});
