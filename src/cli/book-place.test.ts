import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { findBook } from '#cli/book-place.ts';
import { type CliIo, processIo } from '#cli/io.ts';

const silent = { write: () => undefined };
const ioIn = (cwd: string, env: Readonly<Record<string, string>> = {}): CliIo =>
  processIo({ stdout: silent, stderr: silent, env, cwd: () => cwd });

test('gatebook.yaml where the user stands is the default; its paths count from its folder', async (t) => {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, 'gatebook.yaml'), 'version: 1\ndeployment: acme\ndata: ./book\n');
  const expected = { dataDirectory: join(folder, 'book'), deployment: 'acme', firstShard: 'a', masterKey: undefined };
  assert.deepEqual(await findBook(ioIn(folder), {}), { ok: true, value: expected });
  assert.deepEqual(await findBook(ioIn('/'), { config: join(folder, 'gatebook.yaml') }), { ok: true, value: expected });
});

test("the gateway's other secrets need not be in the environment, the master key only when configured", async (t) => {
  const folder = temporaryDirectory(t);
  writeFileSync(
    join(folder, 'gatebook.yaml'),
    'version: 1\ndeployment: acme\nkeys: { master: env:MASTER }\nconnections: { x: { credential: { secret: env:NOT_SET } } }\n',
  );
  const without = await findBook(ioIn(folder), {});
  assert.match(without.ok ? '' : without.error, /keys\.master/);
  const found = await findBook(ioIn(folder, { MASTER: 'secret' }), {});
  assert.equal(found.ok && found.value.masterKey, 'secret');
});

test('a data directory says by itself whose book it is', async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'ledger', 'b'), { recursive: true });
  writeFileSync(join(folder, 'ledger', 'b', 'log.vkey'), 'acme/b+12345678+AAAA\n');
  const found = await findBook(ioIn(folder), { data: '.' });
  assert.deepEqual(found, {
    ok: true,
    value: { dataDirectory: folder, deployment: 'acme', firstShard: 'b', masterKey: undefined },
  });
});

test('what is missing or contradicts itself is a sentence', async (t) => {
  const folder = temporaryDirectory(t);
  for (const [options, complaint] of [
    [{}, /cannot read gatebook\.yaml: it does not exist; name the configuration with --config/],
    [{ data: 'x', config: 'y' }, /not both/],
    [{ data: 'x' }, /x holds no ledger/],
  ] as const) {
    const found = await findBook(ioIn(folder), options);
    assert.match(found.ok ? '' : found.error, complaint);
  }
  writeFileSync(join(folder, 'gatebook.yaml'), 'deployment: [1]\n');
  const invalid = await findBook(ioIn(folder), {});
  assert.match(invalid.ok ? '' : invalid.error, /not valid: see `gatebook config check`/);
});

test('of several shards the first is the one without a folder of keys; books of two deployments are no book', async (t) => {
  const folder = temporaryDirectory(t);
  const shard = (name: string, deployment: string): void => {
    mkdirSync(join(folder, 'ledger', name), { recursive: true });
    writeFileSync(join(folder, 'ledger', name, 'log.vkey'), `${deployment}/${name}+12345678+AAAA\n`);
  };
  shard('b', 'acme');
  shard('b-2', 'acme');
  mkdirSync(join(folder, 'keys', 'b-2'), { recursive: true });
  writeFileSync(join(folder, 'keys', 'b-2', 'ring.jsonl'), '');
  const found = await findBook(ioIn(folder), { data: '.' });
  assert.equal(found.ok && found.value.firstShard, 'b');
  shard('c', 'other');
  const mixed = await findBook(ioIn(folder), { data: '.' });
  assert.match(mixed.ok ? '' : mixed.error, /several deployments: acme, other/);
});
