import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveLimits, OPERATOR_LIMITS } from '#config/operator-limits.ts';
import { LIMITS } from '#limits.ts';

test('every changeable limit exists, and its default lies within its range', () => {
  for (const [key, [min, max]] of Object.entries(OPERATOR_LIMITS)) {
    const value: unknown = Reflect.get(LIMITS, key);
    assert.ok(typeof value === 'number' && value >= min && value <= max, key);
  }
});

test('what is not changed keeps its default', () => {
  assert.deepEqual(effectiveLimits({ messageBytes: 2048, jsonDepth: undefined }), { ...LIMITS, messageBytes: 2048 });
});
