import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientPath, register } from '#cli/clients-show.ts';
import { CHAT_URL, listedClients } from '#test/fakes/listed-clients.ts';

test('a client is shown by its id or by the URL of its document', async (t) => {
  const { run } = await listedClients(t, register);
  const shown = await run(['show', CHAT_URL]);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /sends people to: +https:\/\/chat\.example\/cb/);
  const json = JSON.parse((await run(['show', 'c-2', '--json'])).stdout) as { id: string };
  assert.equal(json.id, 'c-2');
  assert.equal((await run(['show', 'c-2'])).stdout.includes('\u001b'), false);
  assert.equal((await run(['show', 'c-9'])).code, 1);
});

test('whatever is typed as an id, another path of the API is not asked', () => {
  assert.equal(clientPath('c-1?x'), '/api/v1/clients/c-1%3Fx');
  assert.match(clientPath('../events'), /^\/api\/v1\/clients\/d-[0-9a-f]+$/);
});
