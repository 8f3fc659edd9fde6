import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDITOR_TOKEN, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { keysCommands } from '#test/fakes/keys-commands.ts';

test('keys are listed for people and for programs, of one account or of all, without the keys', async (t) => {
  const { run } = await keysCommands(t);
  const key = (await run(['create', '--account', 'bot', '--level', 'read'])).stdout.trim();
  await run(['create', '--account', 'narrow', '--network', '10.0.0.0/8']);
  const table = await run(['list'], AUDITOR_TOKEN);
  assert.equal(table.code, 0);
  const [heading, ...rows] = table.stdout.trim().split('\n');
  assert.match(heading ?? '', /^KEY +ACCOUNT +STATUS/);
  assert.ok(rows.some((row) => /bot +live +\* +read +anywhere .* never$/.test(row)));
  assert.ok(rows.some((row) => /narrow +live +\* +- +10\.0\.0\.0\/8 /.test(row)));
  const lines = (await run(['list', '--account', 'bot', '--json'])).stdout.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { account: string }).account),
    ['bot'],
  );
  assert.ok(!`${table.stdout}${lines.join()}`.includes(key));
});

test('whoever may not see them is told so', async (t) => {
  const { run } = await keysCommands(t);
  assert.equal((await run(['list'], STRANGER_TOKEN)).code, 1);
});
