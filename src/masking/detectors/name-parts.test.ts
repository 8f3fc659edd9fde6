import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, trimThings } from '#masking/detectors/name-parts.ts';

test('what stands before a name and behind it is no part of it, and the thing behind is told', () => {
  const trimmed = trimThings(partsOf('Please Contact Maria J. Lopez Monday'));
  assert.deepEqual(
    trimmed.name.map(({ word }) => word),
    ['Maria', 'J', 'Lopez'],
  );
  assert.equal(trimmed.behind, 'Monday');
  assert.deepEqual(trimThings(partsOf('Internal Server Error')).name, []);
});
