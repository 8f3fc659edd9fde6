import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/ledger-checkpoint.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { shardOnDisk } from '#test/fakes/shard-on-disk.ts';

test('the newest issued checkpoint is printed as the note it is, or as JSON', async (t) => {
  const { root, log } = await shardOnDisk(t);
  const note = log.checkpoints.get(log.size);
  const run = await runCommand(register, ['ledger', 'checkpoint', 'shard'], { cwd: root });
  assert.deepEqual(run, { code: 0, stdout: note, stderr: '' });
  const json = await runCommand(register, ['ledger', 'checkpoint', 'shard', '--json'], { cwd: root });
  assert.deepEqual(JSON.parse(json.stdout), { checkpoint: note });
});

test('the configuration in the current directory says where the book is', async (t) => {
  const { root, log } = await shardOnDisk(t);
  await mkdir(join(root, 'data/ledger'), { recursive: true });
  await rename(join(root, 'shard'), join(root, 'data/ledger/a'));
  await writeFile(join(root, 'gatebook.yaml'), CONFIG);
  const run = await runCommand(register, ['ledger', 'checkpoint'], { cwd: root });
  assert.deepEqual(run, { code: 0, stdout: log.checkpoints.get(log.size), stderr: '' });
});

test('an invalid configuration and both a directory and a configuration exit 2', async (t) => {
  const { root } = await shardOnDisk(t);
  await writeFile(join(root, 'bad.yaml'), 'version: 1\nnonsense: true\n');
  const bad = await runCommand(register, ['ledger', 'checkpoint', '--config', 'bad.yaml'], { cwd: root });
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /bad\.yaml:\d+:\d+: /);
  const both = await runCommand(register, ['ledger', 'checkpoint', 'shard', '--config', 'bad.yaml'], { cwd: root });
  assert.equal(both.code, 2);
});

test('a book that has issued nothing exits 3, one that does not hold exits 1', async (t) => {
  const { root, log } = await shardOnDisk(t);
  await writeFile(join(root, 'shard/watermark'), log.watermark(0, 100, 2));
  assert.equal((await runCommand(register, ['ledger', 'checkpoint', 'shard'], { cwd: root })).code, 1);
  await rm(join(root, 'shard/watermark'));
  assert.equal((await runCommand(register, ['ledger', 'checkpoint', 'shard'], { cwd: root })).code, 3);
});

const CONFIG = `version: 1
deployment: acme
server: { listen: 127.0.0.1:8420 }
data: ./data
issuers:
  okta: { preset: okta, issuer: https://acme.okta.com/oauth2/default, audiences: [https://mcp.example.com] }
connections:
  notes: { upstream: { type: stdio, command: node } }
levels: { read: { allow: ["*"] } }
grants: [{ groups: ["okta:all"], connections: [notes], level: read }]
`;
