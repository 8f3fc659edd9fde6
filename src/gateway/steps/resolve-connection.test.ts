import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toWireError } from '#gateway/errors.ts';
import { resolveConnection } from '#gateway/steps/resolve-connection.ts';
import { EVE_TOKEN, fakeGateway, identified } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';

async function refusalFor(ask: Ask) {
  const gateway = fakeGateway();
  const result = resolveConnection(await identified(gateway, ask), gateway);
  assert.ok(!result.ok);
  return result.error;
}

test('a connection with a grant for the caller is found', async () => {
  const gateway = fakeGateway();
  const result = resolveConnection(await identified(gateway), gateway);
  assert.equal(result.ok && result.value.connection.name, 'notes');
});

test('a connection without a grant looks exactly like one that does not exist, but not in the book', async () => {
  const unknown = await refusalFor({ connection: 'nowhere' });
  const ungranted = await refusalFor({ connection: 'private' });
  const other = await refusalFor({ token: EVE_TOKEN });
  assert.deepEqual([unknown.reason, ungranted.reason, other.reason], ['not_configured', 'no_grant', 'no_grant']);
  assert.deepEqual(toWireError(ungranted), toWireError(unknown));
  assert.deepEqual(toWireError(other), toWireError(unknown));
});
