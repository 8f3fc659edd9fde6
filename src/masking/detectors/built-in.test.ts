import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInDetectors } from '#masking/detectors/built-in.ts';
import { ENTITIES } from '#masking/engine/entities.ts';

test('every entity has a detector, and every detector an entity', () => {
  const found = new Set(builtInDetectors().flatMap(({ types }) => types));
  assert.deepEqual([...found].sort(), [...ENTITIES].sort());
});
