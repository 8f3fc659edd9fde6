import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/clients-decide.ts';
import { AUDITOR_TOKEN } from '#test/fakes/api.ts';
import { CHAT_URL, listedClients } from '#test/fakes/listed-clients.ts';

test('a client is approved, and what was approved is printed', async (t) => {
  const { run, store } = await listedClients(t, register);
  const done = await run(['approve', CHAT_URL]);
  assert.equal(done.code, 0);
  assert.match(done.stdout, /sends people to: +https:\/\/chat\.example\/cb[^]*approved d-[0-9a-f]+ \(record a:0\)\n$/);
  assert.equal(store.rows.get(CHAT_URL)?.decision?.is, 'approved');
});

test('a client is denied, and another removed; both lose what they have', async (t) => {
  const { run, store, revocations } = await listedClients(t, register);
  assert.equal((await run(['deny', 'c-2'])).code, 0);
  assert.equal(store.rows.get('c-2')?.decision?.is, 'denied');
  const removed = await run(['remove', 'c-1', '--json']);
  assert.equal((JSON.parse(removed.stdout) as { client: { id: string } }).client.id, 'c-1');
  assert.equal(store.rows.has('c-1'), false);
  assert.equal((await revocations.inForceAfter(0)).length, 2);
});

test('what is not there or not allowed changes nothing', async (t) => {
  const { run, store } = await listedClients(t, register);
  assert.equal((await run(['approve', 'c-9'])).code, 1);
  assert.equal((await run(['approve', 'c-2'], AUDITOR_TOKEN)).code, 1);
  assert.equal((await run(['remove', 'c-2'], AUDITOR_TOKEN)).code, 1);
  assert.equal(store.rows.size, 3);
  assert.equal(store.rows.get('c-2')?.decision, undefined);
});
