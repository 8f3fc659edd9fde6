import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'ORGANIZATION';

test('companies are found by their legal form, and in fields named so', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['Acme Widgets Inc', 'Acme Widgets Inc'],
    ['Müller GmbH', 'Müller GmbH'],
    ['Initech', 'Initech', 'company'],
    ['University of Toronto', 'University of Toronto'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('groups of things are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['Security Group'],
    ['Inc'],
    ['acme-org', 'organization'],
    ['The Company'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
