import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import {
  append,
  assertKept,
  close,
  deniedEntry,
  intentEntry,
  masked,
  newCall,
  nothingPromised,
  open,
  readAll,
  resultEntry,
  someCalls,
} from '#test/fakes/ledger-run.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';
import type { Running } from '#test/fakes/ledger-run.ts';

const acts = async (disk: FakeDisk, running: Running): Promise<string[]> =>
  (await readAll(disk, running.keyring)).filter(({ leaf }) => leaf.kind === 'control').map(({ leaf }) => leaf.st);

const reasonOf = async (running: Running, entry = intentEntry(newCall(), '{}')): Promise<string> => {
  const outcome = await running.ledger.append(entry);
  return outcome.ok ? 'taken' : outcome.error.reason;
};

test('records that arrive together share one commit', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const batches: number[] = [];
  running.ledger.onCommit((_mark, batch) => batches.push(batch.records));
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  const before = running.ledger.stats().commits;
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => running.ledger.append(intentEntry(newCall(), '{}'))),
  );
  assert.ok(outcomes.every((outcome) => outcome.ok));
  assert.equal(running.ledger.stats().commits, before + 1);
  assert.deepEqual(batches, [1, 10]);
  await close(running);
});

test('an append is refused after the ledger was closed', async () => {
  const running = await open(createFakeDisk(1), nothingPromised());
  await close(running);
  assert.equal(await reasonOf(running), 'closed');
  assert.equal(running.ledger.accepts().ok, false);
});

test('what waits when the ledger is closed is still written before the stop', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const waiting = running.ledger.append(intentEntry(newCall(), 'x'.repeat(100), 'https://issuer\nnever seen before'));
  await running.ledger.close();
  assert.ok((await waiting).ok);
  const records = await readAll(disk, running.keyring);
  assert.deepEqual(
    records.slice(-2).map(({ leaf }) => leaf.st),
    ['open', 'stop'],
  );
});

test('a disk error latches: the waiting append and every later one are refused, and listeners are told once', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  disk.failAt(disk.operations + 2, 'error');
  assert.equal(await reasonOf(running), 'latched');
  assert.equal(await reasonOf(running), 'latched');
  assert.equal(running.latches.length, 1);
  assert.deepEqual(running.ledger.accepts(), { ok: false, error: { reason: 'latched', retryAfterMs: 10_000 } });
  let late = 0;
  running.ledger.onLatch(() => (late += 1));
  assert.equal(late, 1);
  await running.ledger.close();
});

test('a sync that does not return latches after the limit, counted in ticks, not before', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  disk.failAt(disk.operations + 2, 'never returns');
  const waiting = reasonOf(running);
  await turns(20);
  const tick = async (ms: number): Promise<void> => {
    running.clock.advance(ms);
    await running.ledger.tick();
  };
  await tick(1_000); // sees that there were commits since the last look
  // The process was stopped for a minute: that is no minute of waiting for the disk.
  await tick(60_000);
  assert.equal(running.latches.length, 0);
  for (let second = 0; second < 27; second += 1) await tick(1_000);
  assert.equal(running.latches.length, 0);
  for (let second = 0; second < 4; second += 1) await tick(1_000);
  assert.equal(running.latches.length, 1);
  assert.equal(await waiting, 'latched');
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('an idle minute writes a heartbeat, a busy one does not', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const seconds = async (count: number, busy: boolean): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      running.clock.advance(1_000);
      await running.ledger.tick();
      if (busy) await append(running.ledger, deniedEntry(), nothingPromised());
      await turns(5);
    }
  };
  await seconds(100, true);
  assert.ok(!(await acts(disk, running)).includes('heartbeat'));
  await seconds(122, false);
  assert.equal((await acts(disk, running)).filter((act) => act === 'heartbeat').length, 2);
  await close(running);
});

test('a jump of the wall clock is recorded with its size and stops nothing', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  running.clock.advance(1_000);
  running.clock.jump(-5_000);
  await running.ledger.tick();
  running.clock.advance(1_000);
  running.clock.jump(900);
  await running.ledger.tick();
  assert.equal(await reasonOf(running), 'taken');
  const jumps = (await readAll(disk, running.keyring)).filter(({ leaf }) => leaf.st === 'clock_jump');
  assert.deepEqual(
    jumps.map(({ header }) => header),
    ['{"detail":{"jumpMs":-5000}}'],
  );
  await close(running);
});

test('low space refuses new calls but lets those under way end, is recorded, and clears', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const call = newCall();
  const begun = (await append(running.ledger, intentEntry(call, '{}'), nothingPromised())) ?? assert.fail();
  const look = async (): Promise<void> => {
    for (let i = 0; i < 5; i += 1) await running.ledger.tick();
  };
  disk.setFreeBytes(LIMITS.ledgerFreeBytesMin - 1);
  await look();
  const accepts = running.ledger.accepts();
  assert.equal(accepts.ok ? 'ok' : accepts.error.reason, 'low_space');
  assert.equal(await reasonOf(running), 'low_space');
  assert.equal(running.ledger.appendUnwaited(deniedEntry()), false);
  assert.equal(await reasonOf(running, resultEntry(call, begun, '{}')), 'taken');
  disk.setFreeBytes(1e12);
  await look();
  assert.equal(await reasonOf(running), 'taken');
  assert.equal((await acts(disk, running)).filter((act) => act === 'low_space').length, 2);
  await close(running);
});

test('strangers are no longer recorded long before calls are refused for want of space', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const look = async (): Promise<void> => {
    for (let i = 0; i < 5; i += 1) await running.ledger.tick();
  };
  disk.setFreeBytes(2 * LIMITS.ledgerFreeBytesMin - 1);
  await look();
  assert.equal(running.ledger.appendUnwaited(deniedEntry()), false);
  assert.deepEqual([running.ledger.accepts().ok, await reasonOf(running)], [true, 'taken']);
  disk.setFreeBytes(2 * LIMITS.ledgerFreeBytesMin);
  await look();
  assert.equal(running.ledger.appendUnwaited(deniedEntry()), true);
  await close(running);
});

test('a full queue refuses with a time to come back, in records and in bytes', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised(), { limits: { ledgerQueueRecords: 4, ledgerQueueBytes: 10_000 } });
  const many = await Promise.all(Array.from({ length: 6 }, () => running.ledger.append(intentEntry(newCall(), '{}'))));
  assert.deepEqual(
    many.map((outcome) => (outcome.ok ? 'taken' : outcome.error.reason)),
    ['taken', 'taken', 'taken', 'taken', 'queue_full', 'queue_full'],
  );
  const large = await Promise.all([
    running.ledger.append(intentEntry(newCall(), 'x'.repeat(6_000))),
    running.ledger.append(intentEntry(newCall(), 'x'.repeat(6_000))),
  ]);
  assert.deepEqual(
    large.map((outcome) => outcome.ok || outcome.error),
    [true, { reason: 'queue_full', retryAfterMs: 1_000 }],
  );
  assert.equal(running.ledger.stats().queuedRecords, 0);
  assert.equal(running.ledger.stats().queuedBytes, 0);
  await close(running);
});

test('a record that no segment can hold is refused, and one that just fits begins a new segment', async () => {
  const disk = createFakeDisk(1);
  const promised = nothingPromised();
  const running = await open(disk, promised, { limits: { segmentBytes: 64 * 1024 } });
  assert.equal(await reasonOf(running, intentEntry(newCall(), 'x'.repeat(64 * 1024))), 'too_large');
  await append(running.ledger, intentEntry(newCall(), 'y'.repeat(40 * 1024)), promised);
  await append(running.ledger, intentEntry(newCall(), 'z'.repeat(40 * 1024)), promised);
  assert.equal(running.ledger.watermark().segment, 1);
  assert.equal(promised.records.size, 2);
  await close(running);
  await assertKept(disk, promised);
});

test('a payload of several pieces comes back whole', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised(), { limits: { segmentBytes: 8 * 1024 * 1024 } });
  const text = Buffer.alloc(2.5 * 1024 * 1024, 'abcdefg').toString();
  await append(running.ledger, intentEntry(newCall(), text), nothingPromised());
  const record = (await readAll(disk, running.keyring)).at(-1);
  assert.equal(record?.leaf.bc.length, 3);
  assert.equal(record?.payload?.toString(), text);
  await close(running);
});

test('a second end of a call, or an end of another call’s intent, is refused and not written', async () => {
  const disk = createFakeDisk(1);
  const promised = nothingPromised();
  const running = await open(disk, promised);
  const [call, other] = [newCall(), newCall()];
  const n = (await append(running.ledger, intentEntry(call, '{}'), promised)) ?? assert.fail();
  assert.equal(await reasonOf(running, intentEntry(call, '{}')), 'not_open');
  assert.equal(await reasonOf(running, resultEntry(other, n, '{}')), 'not_open');
  const both = await Promise.all([
    running.ledger.append(resultEntry(call, n, 'a')),
    running.ledger.append(resultEntry(call, n, 'b')),
  ]);
  assert.deepEqual(
    both.map((outcome) => outcome.ok),
    [true, false],
  );
  assert.equal(await reasonOf(running, { ...resultEntry(call, n, ''), kind: 'stream', st: 'down' }), 'not_open');
  assert.equal(await reasonOf(running, { ...resultEntry(call, n, ''), kind: 'stream', st: 'late' }), 'taken');
  await close(running);
  await assertKept(disk, promised);
});

test('a malformed entry is a bug of the caller and nothing of it is written', async () => {
  const running = await open(createFakeDisk(1), nothingPromised());
  const size = running.ledger.watermark().size;
  await assert.rejects(running.ledger.append({ ...intentEntry('short', '{}') }), /call id/);
  await assert.rejects(running.ledger.append({ ...deniedEntry(), st: 'a"b' }), /st/);
  await assert.rejects(running.ledger.append({ ...deniedEntry(), mask: { n: 1, f: ['truncated', 'budget'] } }), /mask/);
  assert.throws(() => running.ledger.appendUnwaited({ ...deniedEntry(), ref: 0 }), /ref/);
  assert.equal(running.ledger.watermark().size, size);
  await close(running);
});

test('refusals nobody waits for have a small queue of their own, drop the rest and count it', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised(), { limits: { refusalQueueRecords: 3 } });
  const taken = Array.from({ length: 5 }, () => running.ledger.appendUnwaited(deniedEntry()));
  assert.deepEqual(taken, [true, true, true, false, false]);
  assert.equal(running.ledger.stats().refusalsDropped, 2);
  assert.equal(await reasonOf(running), 'taken');
  await close(running);
  const kinds = (await readAll(disk, running.keyring)).map(({ leaf }) => leaf.kind);
  assert.equal(kinds.filter((kind) => kind === 'denied').length, 3);
});

test('a caller’s blob cannot be opened with another caller’s key: each has its own', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 1);
  const ring = disk.contents().get('/data/keys/ring.jsonl')?.toString() ?? '';
  assert.equal(ring.split('\n').filter((line) => line.includes('"subject:')).length, 4);
  assert.equal(ring.split('\n').filter((line) => line.includes('"day:')).length, 1);
  await close(running);
});

test('the clean stop keeps the last checkpoint beside the keys', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await close(running);
  assert.equal(disk.contents().get('/data/keys/last-checkpoint')?.toString(), running.ledger.checkpoint());
});

test('no stored byte shows a payload, a header or a subject', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const entry = {
    ...intentEntry(newCall(), 'PAYLOAD-CANARY', 'https://issuer\nSUBJECT-CANARY'),
    header: masked('{"name":"HEADER-CANARY"}'),
  };
  assert.equal(await reasonOf(running, entry), 'taken');
  await close(running);
  for (const [path, bytes] of disk.contents()) assert.ok(!bytes.includes('CANARY'), path);
});
