import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from '#store/client-rows.ts';
import { webMetadata } from '#test/fakes/clients.ts';

const ROW = {
  id: 'c1',
  kind: 'registered',
  metadata: JSON.stringify({ ...webMetadata(), name: undefined }),
  secret: null,
  created_ms: 1,
  fresh_until_ms: 2,
  fetched_ms: 3,
  used_ms: null,
  asked_ms: 5,
  decision: null,
};

test('a row is read as the client it was written of', () => {
  assert.deepEqual(clientOf(ROW), {
    id: 'c1',
    kind: 'registered',
    metadata: { ...webMetadata(), name: undefined },
    secretDigest: undefined,
    createdAtMs: 1,
    freshUntilMs: 2,
    fetchedAtMs: 3,
    usedAtMs: undefined,
    askedAtMs: 5,
    decision: undefined,
  });
});

test('a row that is none is a fault, not a client', () => {
  for (const change of [
    { kind: 'known' },
    { id: 7 },
    { metadata: 'nonsense' },
    { secret: 'text' },
    { created_ms: 'x' },
  ])
    assert.throws(() => clientOf({ ...ROW, ...change }));
});
