import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDITOR_TOKEN } from '#test/fakes/api.ts';
import { keysCommands } from '#test/fakes/keys-commands.ts';

test('a key is revoked by its id, and again is the same', async (t) => {
  const { store, run } = await keysCommands(t);
  await run(['create', '--account', 'bot']);
  const id = store.all()[0]?.id ?? '';
  assert.equal((await run(['revoke', id], AUDITOR_TOKEN)).code, 1);
  assert.equal(store.byId(id)?.endedAtMs, undefined);
  const revoked = await run(['revoke', id]);
  assert.deepEqual([revoked.code, revoked.stdout], [0, `key ${id} of bot: revoked\n`]);
  assert.notEqual(store.byId(id)?.endedAtMs, undefined);
  const again = JSON.parse((await run(['revoke', id, '--json'])).stdout) as { status: string };
  assert.equal(again.status, 'revoked');
});

test('a key that is not there is a no, and the key itself in place of its id is sent nowhere', async (t) => {
  const { run } = await keysCommands(t);
  assert.equal((await run(['revoke', '0'.repeat(16)])).code, 1);
  const key = (await run(['create', '--account', 'bot'])).stdout.trim();
  const refused = await run(['revoke', key], undefined, 'http://127.0.0.1:9');
  assert.equal(refused.code, 2);
  assert.ok(!refused.stderr.includes(key));
});
