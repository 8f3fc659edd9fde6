import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isGiven,
  isSurelyGiven,
  isSurelySurname,
  isSurname,
  partsOf,
  trimThings,
} from '#masking/detectors/name-parts.ts';

test('names are known without case and accents, and of two joined ones when one is known', () => {
  for (const name of ['Jürgen', 'MARÍA', 'Anne-Sophie', 'Xiaoming']) assert.ok(isGiven(name), name);
  for (const name of ["O'Brien", 'Muñoz', 'Garcia-Xyzzy', 'Krishnamurthy']) assert.ok(isSurname(name), name);
  for (const word of ['Invoice', 'Table', 'Quickly']) assert.ok(!isGiven(word) && !isSurname(word), word);
});

test('a name that is also an ordinary word, a place or a product is not surely one', () => {
  for (const word of ['Dawn', 'Florence', 'Julia', 'Cassandra']) assert.ok(isGiven(word) && !isSurelyGiven(word), word);
  for (const word of ['Baker', 'Walker', 'Song']) assert.ok(isSurname(word) && !isSurelySurname(word), word);
  assert.ok(isSurelyGiven('Giovanni') && isSurelySurname('Fitzgerald'));
});

test('what stands before a name and behind it is no part of it, and the thing behind is told', () => {
  const trimmed = trimThings(partsOf('Please Contact Maria J. Lopez Monday'));
  assert.deepEqual(
    trimmed.name.map(({ word }) => word),
    ['Maria', 'J', 'Lopez'],
  );
  assert.equal(trimmed.behind, 'Monday');
  assert.deepEqual(trimThings(partsOf('Internal Server Error')).name, []);
});
