import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_COLUMNS } from '#events/event.ts';
import { ATTRIBUTE_NAMES, attributeNamed } from '#events/filter/attributes.ts';

test('every attribute of an Event but the payloads and verified can be filtered by', () => {
  const missing = EVENT_COLUMNS.filter((column) => attributeNamed(column) === undefined);
  assert.deepEqual(missing, ['arguments', 'answer', 'verified']);
});

test('no attribute is offered that an Event does not have', () => {
  const known = new Set<string>([
    ...EVENT_COLUMNS,
    'caller',
    'client',
    'decision',
    'masking.rule',
    'masking.type',
    'masking.pointer',
    'masking.count',
    'masking.store',
    'masking.inline',
  ]);
  assert.deepEqual(
    ATTRIBUTE_NAMES.filter((name) => !known.has(name)),
    [],
  );
});

test('a name every object inherits is no attribute', () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal(attributeNamed(name), undefined);
});
