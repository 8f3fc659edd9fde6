import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDrop } from '#masking/operators/drop.ts';

test('where a place has to stay, drop says the type and never the value', () => {
  const operator = createDrop();
  assert.equal(operator.name, 'drop');
  assert.equal(operator.put('PERSON', 'Ada'), '[PERSON]');
});
