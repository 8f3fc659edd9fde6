import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasApiKeyForm } from '#accounts/api-key-form.ts';
import { AUDITOR_TOKEN } from '#test/fakes/api.ts';
import { keysCommands } from '#test/fakes/keys-commands.ts';

test('the key alone is printed, and beside it what it is for', async (t) => {
  const { store, run } = await keysCommands(t);
  const bounds = '--connection notes github --level read --network 10.0.0.0/8 192.0.2.7 --days 30';
  const made = await run(['create', '--account', 'bot', ...bounds.split(' ')]);
  assert.equal(made.code, 0);
  assert.ok(hasApiKeyForm(made.stdout.trim()));
  assert.match(made.stderr, /^key [0-9a-f]{16} of bot, until 20.*shown this once\n$/);
  assert.ok(!made.stderr.includes(made.stdout.trim()));
  const [key] = store.all();
  assert.deepEqual(
    [key?.connections, key?.level, key?.networks],
    [['notes', 'github'], 'read', ['10.0.0.0/8', '192.0.2.7']],
  );
});

test('JSON is the answer of the API, with the key', async (t) => {
  const { run } = await keysCommands(t);
  const { stdout } = await run(['create', '--account', 'bot', '--json']);
  const { key, account } = JSON.parse(stdout) as Record<string, string>;
  assert.ok(hasApiKeyForm(key ?? ''));
  assert.equal(account, 'bot');
});

test('a no of the gateway, a number of days that is none and a gateway that is not there are told apart', async (t) => {
  const { store, run } = await keysCommands(t);
  const codes = [];
  for (const [args, token, url] of [
    [['create', '--account', 'bot'], AUDITOR_TOKEN],
    [['create', '--account', 'gone']],
    [['create', '--account', 'bot', '--days', '1.5']],
    [['create', '--account', 'bot', '--days', '400']],
    [['create', '--account', 'bot'], undefined, 'http://127.0.0.1:9'],
  ] as const)
    codes.push((await run(args, token, url)).code);
  assert.deepEqual(codes, [1, 2, 2, 2, 3]);
  assert.deepEqual(store.all(), []);
});
