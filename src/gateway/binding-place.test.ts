import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#gateway/binding-place.ts';
import { connected, fakeGateway, GRACE_TOKEN } from '#test/fakes/gateway.ts';

test('an id belongs to a caller at a connection, and where each caller has a process, to that process', async () => {
  const gateway = fakeGateway();
  assert.deepEqual(placeOf(await connected(gateway)), {
    caller: 'https://issuer.example\nada',
    place: { connection: 'notes', isPerCaller: false },
  });
  assert.deepEqual(placeOf(await connected(gateway, { token: GRACE_TOKEN, connection: 'process' })), {
    caller: 'https://issuer.example\ngrace',
    place: { connection: 'process', isPerCaller: true },
  });
});
