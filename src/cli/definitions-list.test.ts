import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/definitions-list.ts';
import { AUDITOR_TOKEN, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { foundTool } from '#test/fakes/definitions.ts';
import { listedDefinitions } from '#test/fakes/listed-definitions.ts';

const cells = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/).slice(1, 6).join(' '));

test('definitions are listed from the data directory and from a gateway alike', async (t) => {
  const { here, there } = await listedDefinitions(t, register);
  const rows = [
    'KIND NAME VERSIONS STANDING HIDDEN TEXT',
    'instructions - 1 accepted -',
    'tool get 2 changed zero_width',
    'tool odd 1 hides text tag',
    'tool put 1 accepted -',
  ];
  for (const { code, stdout } of [await here('list'), await there(['list'], AUDITOR_TOKEN)]) {
    assert.equal(code, 0);
    assert.deepEqual(cells(stdout), rows);
  }
});

test('only those that wait are listed where that is asked, and JSON is the same of both', async (t) => {
  const { here, there } = await listedDefinitions(t, register);
  const [local, remote] = [await here('list', '--waits', '--json'), await there(['list', '--waits', '--json'])];
  assert.equal(local.stdout, remote.stdout);
  const names = local.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { name: string }).name);
  assert.deepEqual(names, ['get', 'odd']);
  const none = await here('list', '--connection', 'other');
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no definitions\n']);
});

test('more than a page are all listed', async (t) => {
  const { store, definitions, there } = await listedDefinitions(t, register);
  const found = Array.from({ length: 1_200 }, (_, at) => foundTool(`many_${at}`, String(at)));
  definitions.known.apply(await store.note({ connection: 'other', found, atMs: 1 }));
  const { stdout } = await there(['list', '--connection', 'other', '--json']);
  assert.equal(stdout.trimEnd().split('\n').length, 1_200);
});

test('a data directory without definitions has none, and a no of the gateway is said', async (t) => {
  const { data, store, here, there } = await listedDefinitions(t, register);
  store.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, `state.db${suffix}`), { force: true });
  assert.deepEqual([(await here('list')).code, (await here('list')).stderr], [0, 'no definitions\n']);
  const forbidden = await there(['list'], STRANGER_TOKEN);
  assert.deepEqual([forbidden.code, forbidden.stdout], [1, '']);
});
