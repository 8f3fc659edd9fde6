import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'LOCATION';

test('addresses, cities with a state and fields named so are places', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['123 Main Street, Apt 4B, Springfield, IL 62704', 'at 123 Main Street, Apt 4B, Springfield, IL 62704'],
    ['Boston', 'She lives in Boston now'],
    ['Austin, TX', 'from Austin, TX'],
    ['P.O. Box 123', 'P.O. Box 123'],
    ['Hauptstraße 12, 10115 Berlin', 'Hauptstraße 12, 10115 Berlin'],
    ['12 rue de la République, 69002 Lyon', 'livrer au 12 rue de la République, 69002 Lyon'],
    ['3 bis, quai Voltaire', '3 bis, quai Voltaire'],
    ['94107', '94107', 'zip'],
    ['12 Rue X', '12 Rue X', 'street_address'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('streets of code and words are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['Paris'],
    ['3 Way Merge'],
    ['see 12 avenue'],
    ['10.0.0.1', 'ip_address'],
    ['0xdeadbeef', 'memory_address'],
    ['N/A', 'city'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
