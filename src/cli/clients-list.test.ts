import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/clients-list.ts';
import { handleOf } from '#oauth/registered-client.ts';
import { STRANGER_TOKEN } from '#test/fakes/api.ts';
import { CHAT_URL, listedClients } from '#test/fakes/listed-clients.ts';

test('clients are listed as a table or as JSON, all or those that wait', async (t) => {
  const { run, store } = await listedClients(t, register);
  const table = await run(['list']);
  assert.equal(table.code, 0);
  assert.deepEqual(
    table.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s{2,}/).slice(0, 2)),
    [
      [handleOf(CHAT_URL), 'waiting'],
      ['c-2', 'waiting'],
      ['c-1', 'allowed'],
    ],
  );
  assert.equal(table.stdout.includes('\u001b'), false);
  const json = await run(['list', '--waits', '--json']);
  const ids = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  assert.deepEqual(ids, [CHAT_URL, 'c-2']);
  store.rows.clear();
  const none = await run(['list']);
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no clients\n']);
});

test('whoever has no role is refused, and a gateway that is not there is said', async (t) => {
  const { run } = await listedClients(t, register);
  assert.equal((await run(['list'], STRANGER_TOKEN)).code, 1);
  assert.equal((await run(['list'], '')).code, 2);
});
