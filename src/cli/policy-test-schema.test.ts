import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyTestSchema } from '#cli/policy-test-schema.ts';

const VALID = { version: 1, callers: { a: { namespace: 'okta' } } };

test('a file needs its version and callers; the rest has defaults', () => {
  const parsed = PolicyTestSchema.parse(VALID);
  assert.deepEqual([parsed.cases, parsed.tables, parsed.defaults], [[], [], {}]);
  assert.deepEqual(parsed.callers['a']?.kind, undefined);
});

test('an unknown key anywhere is refused', () => {
  for (const file of [
    { ...VALID, x: 1 },
    { ...VALID, callers: { a: { namespace: 'okta', email: 'x' } } },
    { ...VALID, defaults: { name: 'x' } },
    { ...VALID, cases: [{ expect: 'deny', x: 1 }] },
    { ...VALID, tables: [{ calls: ['a'], expect: {}, name: 'x' }] },
  ]) {
    assert.ok(!PolicyTestSchema.safeParse(file).success, JSON.stringify(file));
  }
});
