import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/ledger-backup.ts';
import { openBook } from '#test/fakes/book.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

test('books and keys are copied apart, secrets for nobody else', async (t) => {
  const book = await openBook(t);
  await book.call('find', {}, 'found');
  const cwd = temporaryDirectory(t);
  const args = ['ledger', 'backup', '--data', book.data, '--to', 'books', '--keys-to', 'vault'];
  const run = await runCommand(register, [...args, '--json'], { cwd });
  assert.equal(run.code, 0, run.stderr);
  const { shards } = JSON.parse(run.stdout) as { shards: { shard: string; records: number; segments: number }[] };
  assert.deepEqual(shards, [{ shard: 'a', records: book.ledger.watermark().size, segments: 1 }]);
  assert.deepEqual(readdirSync(join(cwd, 'books/ledger/a')).toSorted(), ['00000000.seg', 'log.vkey', 'watermark']);
  for (const name of ['log.key', 'master.key', 'ring.jsonl', 'last-checkpoint'])
    assert.equal(statSync(join(cwd, 'vault/keys', name)).mode & 0o77, 0, name);
  await book.call('find', {}, 'found again');
  const again = await runCommand(register, args, { cwd });
  assert.match(again.stdout, new RegExp(`^a: ${book.ledger.watermark().size} records, 1 segments copied\n$`));
});

test('places that would mix books, keys and data are refused, and nothing is written', async (t) => {
  const book = await openBook(t);
  const cwd = temporaryDirectory(t);
  for (const [to, keysTo] of [
    ['x', 'x'],
    ['x', 'x/keys'],
    ['x/books', 'x'],
    [book.data, 'x'],
    ['x', join(book.data, 'keys')],
  ] as const) {
    const run = await runCommand(register, ['ledger', 'backup', '--data', book.data, '--to', to, '--keys-to', keysTo], {
      cwd,
    });
    assert.equal(run.code, 2, `${to} ${keysTo}`);
    assert.match(run.stderr, /lie in one another/);
  }
  assert.equal(existsSync(join(cwd, 'x')), false);
  const nothing = await runCommand(register, ['ledger', 'backup', '--data', cwd, '--to', 'x', '--keys-to', 'y'], {
    cwd,
  });
  assert.equal(nothing.code, 2);
});
