import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlock } from '#masking/operators/block.ts';

test('where a place has to stay, block says the type and never the value', () => {
  const operator = createBlock();
  assert.equal(operator.name, 'block');
  assert.equal(operator.put('PERSON', 'Ada'), '[PERSON]');
});
