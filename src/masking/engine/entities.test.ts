import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ENTITIES, isEntity } from '#masking/engine/entities.ts';

test('the default is every entity but URL', () => {
  assert.equal(DEFAULT_ENTITIES.includes('SECRET'), true);
  assert.equal(DEFAULT_ENTITIES.includes('URL'), false);
  assert.equal(isEntity('URL'), true);
  assert.equal(isEntity('url'), false);
});
