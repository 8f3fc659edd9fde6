import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOption } from '#cli/definition-kind.ts';

test('a definition is a tool unless said otherwise, and of no other kind than there are', () => {
  const option = kindOption();
  assert.equal(option.defaultValue, 'tool');
  assert.deepEqual(option.argChoices, ['tool', 'prompt', 'resource_template', 'instructions']);
});
