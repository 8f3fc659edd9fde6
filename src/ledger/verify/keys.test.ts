import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKeyRing, openSealed } from '#ledger/verify/keys.ts';
import { type Files, buildLog, memoryFiles } from '#test/golden/build.ts';

const log = buildLog(1);
const load = (change: (files: Files) => void = () => undefined) => {
  const files = log.keyFiles();
  change(files);
  return loadKeyRing(memoryFiles(files));
};
const ring = (files: Files): string => (files.get('ring.jsonl') ?? Buffer.alloc(0)).toString();
const error = async (change: (files: Files) => void): Promise<string> => {
  const loaded = await load(change);
  return loaded.ok ? 'no error' : loaded.error;
};

test('a key of the ring opens, one that is not there was destroyed', async () => {
  const loaded = await load();
  assert.ok(loaded.ok);
  for (const id of log.ringIds()) assert.equal((await loaded.value.key(id))?.ok, true);
  assert.equal(await loaded.value.key('day:1'), undefined);
});

test('a key wrapped for another id or by another master key is a fault and not a destroyed key', async () => {
  const [day, subject] = log.ringIds();
  assert.ok(day && subject);
  const renamed = await load((files) => files.set('ring.jsonl', Buffer.from(ring(files).replace(day, 'day:7'))));
  assert.ok(renamed.ok);
  assert.match(JSON.stringify(await renamed.value.key('day:7')), /day:7 does not unwrap/);
  const other = await load((files) =>
    files.set('master.key', Buffer.from(`${Buffer.alloc(32, 1).toString('base64')}\n`)),
  );
  assert.ok(other.ok);
  assert.equal((await other.value.key(subject))?.ok, false);
});

test('a key that a running gateway adds meanwhile is found, not taken for destroyed', async () => {
  const files = log.keyFiles();
  const whole = ring(files);
  files.set('ring.jsonl', Buffer.from(whole.slice(0, whole.indexOf('\n') + 1)));
  const loaded = await loadKeyRing(memoryFiles(files));
  assert.ok(loaded.ok);
  const [, subject] = log.ringIds();
  assert.ok(subject);
  assert.equal(await loaded.value.key(subject), undefined);
  files.set('ring.jsonl', Buffer.from(whole));
  assert.equal((await loaded.value.key(subject))?.ok, true);
});

test('missing and malformed key files are named with the line', async () => {
  assert.equal(await error((files) => files.delete('master.key')), 'master.key is missing');
  assert.match(await error((files) => files.set('master.key', Buffer.from('short\n'))), /32 bytes/);
  assert.equal(await error((files) => files.delete('ring.jsonl')), 'ring.jsonl is missing');
  assert.match(
    await error((files) => files.set('ring.jsonl', Buffer.from(`${ring(files)}{}\n`))),
    /line 3, is not a wrapped key/,
  );
  assert.match(
    await error((files) => files.set('ring.jsonl', Buffer.from(ring(files) + ring(files)))),
    /line 3, holds day:\d+ a second time/,
  );
  assert.match(await error((files) => files.set('ring.jsonl', Buffer.from('null\n'))), /line 1/);
  assert.match(await error((files) => files.set('ring.jsonl', Buffer.from(`${'x'.repeat(5_000)}\n`))), /line 1/);
});

test('a last line cut short by a crash is no fault: its key was never used', async () => {
  assert.equal(await error((files) => files.set('ring.jsonl', Buffer.from(`${ring(files)}{"id":"day:`))), 'no error');
});

test('sealed bytes too short to hold nonce and tag do not open', () => {
  assert.equal(openSealed(Buffer.alloc(32), Buffer.alloc(27), 'id'), undefined);
});
