import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasChanged, keyText } from '#definitions/definition.ts';
import type { DefinitionVersion } from '#definitions/definition.ts';

const version = (accepted: DefinitionVersion['accepted']): DefinitionVersion => ({
  hash: 'v1',
  accepted,
  seenMs: 1,
  record: 'a:1',
  hidden: [],
  bytes: 2,
  annotations: '',
});

test('one version that nobody accepted is a change, whatever else was accepted', () => {
  assert.equal(hasChanged({ versions: [version('first_use'), version({ issuer: 'i', subject: 's' })] }), false);
  assert.equal(hasChanged({ versions: [version('first_use'), version(undefined)] }), true);
  assert.equal(hasChanged({ versions: [version(undefined), version('first_use')] }), true);
});

test('a kind and a name are told apart from any other kind and name', () => {
  const keys = [
    { kind: 'tool', name: 'a' },
    { kind: 'prompt', name: 'a' },
    { kind: 'tool', name: 'prompt\na' },
    { kind: 'tool', name: '' },
    { kind: 'instructions', name: '' },
  ] as const;
  assert.equal(new Set(keys.map(keyText)).size, keys.length);
});
