import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARTIAL_KEEP, specOf } from '#masking/operators/choice.ts';

test('the short spelling of a partial operator keeps the usual number of characters', () => {
  assert.deepEqual(specOf('partial'), { name: 'partial', keep: PARTIAL_KEEP });
  assert.deepEqual(specOf({ partial: 2 }), { name: 'partial', keep: 2 });
  assert.deepEqual(specOf({ replace: 'x' }), { name: 'replace', text: 'x' });
  assert.deepEqual(specOf('drop'), { name: 'drop' });
});
