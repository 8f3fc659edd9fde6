import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/ledger-verify.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { shardOnDisk } from '#test/fakes/shard-on-disk.ts';

const VERIFY = ['ledger', 'verify', 'shard', '--vkey', 'shard/log.vkey'];

test('a good book exits 0 and says how much was checked, against what', async (t) => {
  const { root, log } = await shardOnDisk(t);
  const run = await runCommand(register, [...VERIFY, '--keys', 'keys', '--checkpoint', 'older'], { cwd: root });
  assert.equal(run.code, 0);
  assert.match(run.stdout, /^OK: acme\/a: no record changed, missing, added or out of order\n/);
  assert.match(run.stdout, new RegExp(`records: ${log.size} in 1 segments`));
  assert.match(run.stdout, /42 opened and as committed/);
  assert.match(run.stdout, /extends the given checkpoint of 2 records/);
  assert.equal(run.stderr, '');
});

test('one flipped byte exits 1 and names file, offset and record, as text and as JSON', async (t) => {
  const { root } = await shardOnDisk(t);
  const file = join(root, 'shard/00000000.seg');
  const bytes = await readFile(file);
  bytes[3_000] = (bytes[3_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const text = await runCommand(register, VERIFY, { cwd: root });
  assert.equal(text.code, 1);
  assert.match(text.stdout, /^FAULT in 00000000\.seg, offset \d+, record \d+: .*CRC/);
  const json = await runCommand(register, [...VERIFY, '--json'], { cwd: root });
  assert.equal(json.code, 1);
  const report: unknown = JSON.parse(json.stdout);
  assert.ok(typeof report === 'object' && report !== null && 'ok' in report && 'fault' in report);
  assert.equal(report.ok, false);
});

test('a missing directory, key, checkpoint or a malformed key exits 2 and is named', async (t) => {
  const { root } = await shardOnDisk(t);
  await writeFile(join(root, 'bad.vkey'), 'nonsense\n');
  const cases = [
    [['ledger', 'verify', 'gone', '--vkey', 'shard/log.vkey'], /cannot read gone/],
    [['ledger', 'verify', 'shard', '--vkey', 'gone.vkey'], /cannot read gone\.vkey/],
    [[...VERIFY, '--checkpoint', 'gone'], /cannot read gone/],
    [[...VERIFY, '--keys', 'gone'], /cannot read gone/],
    [['ledger', 'verify', 'shard', '--vkey', 'bad.vkey'], /verifier key/],
  ] as const;
  for (const [args, what] of cases) {
    const run = await runCommand(register, args, { cwd: root });
    assert.equal(run.code, 2, args.join(' '));
    assert.match(run.stderr + run.stdout, what);
  }
});

test('without --vkey the command line is refused: a key found beside the book proves nothing', async (t) => {
  const { root } = await shardOnDisk(t);
  await assert.rejects(runCommand(register, ['ledger', 'verify', 'shard'], { cwd: root }), {
    code: 'commander.missingMandatoryOptionValue',
  });
});

test('without a later checkpoint the command does not claim that nothing was cut off', async (t) => {
  const { root } = await shardOnDisk(t);
  assert.match((await runCommand(register, VERIFY, { cwd: root })).stdout, /cut-off end: .*no --checkpoint/);
  const extended = await runCommand(register, [...VERIFY, '--checkpoint', 'older'], { cwd: root });
  assert.doesNotMatch(extended.stdout, /cut-off/);
});

test('a terminal sees progress on stderr only', async (t) => {
  const { root } = await shardOnDisk(t);
  const run = await runCommand(register, VERIFY, { cwd: root, isTTY: true });
  assert.match(run.stderr, /verifying: \d+ %/);
  assert.doesNotMatch(run.stdout, /%/);
});
