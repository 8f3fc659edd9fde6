import { test } from 'node:test';
import assert from 'node:assert/strict';
import { KeyNames } from '#masking/key-names.ts';
import type { JsonObject } from '#mcp/json.ts';

function objectWith(keys: readonly string[]): JsonObject {
  const value = { kind: 'null', start: 0, end: 0 } as const;
  return { kind: 'object', start: 0, end: 0, members: keys.map((key) => ({ key, keyStart: 0, keyEnd: 0, value })) };
}

test('a new key gets a number when the object has it already, and each time another one', () => {
  const names = new KeyNames(objectWith(['x', 'x~2', 'a']));
  assert.deepEqual(
    ['x', 'x', 'y', 'y', 'a'].map((key) => names.unique(key)),
    ['x~3', 'x~4', 'y', 'y~2', 'a~2'],
  );
});

test('very many equal keys all become different', () => {
  const names = new KeyNames(objectWith([]));
  const made = new Set(Array.from({ length: 50_000 }, () => names.unique('[SECRET]')));
  assert.equal(made.size, 50_000);
});
