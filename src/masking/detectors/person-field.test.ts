import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const people = (text: string, key: string): readonly string[] => found('PERSON', text, key);

test('whatever looks like a name is one under a key that says so or that people have', () => {
  assert.deepEqual(people('Qwendel Brax', 'full_name'), ['Qwendel Brax']);
  assert.deepEqual(people('Qwendel', 'nameFirst'), ['Qwendel']);
  assert.deepEqual(people('Qwendel Brax', 'reviewers'), ['Qwendel Brax']);
  assert.deepEqual(people('Qwendel Brax', 'merged_by'), ['Qwendel Brax']);
  assert.deepEqual(people('"Qwendel Brax" <q@example.org>', 'author'), ['Qwendel Brax']);
});

test('under a key that things have as well only a known name is one, in either order', () => {
  assert.deepEqual(people('Wei Zhang', 'user'), ['Wei Zhang']);
  assert.deepEqual(people('Zhang Wei', 'user'), ['Zhang Wei']);
  assert.deepEqual(people('Blue Ocean', 'user'), []);
});

test('roles, programs and blanks are no names', () => {
  for (const [text, key] of [
    ['admin', 'full_name'],
    ['Support Team', 'assignee'],
    ['Created Date', 'order_by'],
    ['n/a', 'manager'],
    ['Mercedes Benz', 'name'],
  ] as const)
    assert.deepEqual(people(text, key), [], text);
});
