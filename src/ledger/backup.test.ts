import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyKeys, copyShard } from '#ledger/backup.ts';
import type { Disk } from '#ledger/disk.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import { decodeWatermark } from '#ledger/watermark.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';
import {
  append,
  close,
  intentEntry,
  KEYS_DIR,
  LEDGER_DIR,
  newCall,
  nothingPromised,
  open,
  someCalls,
  tryOpen,
} from '#test/fakes/ledger-run.ts';
import { memoryFiles } from '#test/golden/build.ts';

const COPY = '/copy/ledger/a';
const COPIED_KEYS = '/copy/keys';

const filesOf = (disk: FakeDisk, dir: string): Map<string, Buffer> =>
  new Map(
    [...disk.contents()]
      .filter(([path]) => path.startsWith(`${dir}/`) && !path.slice(dir.length + 1).includes('/'))
      .map(([path, bytes]) => [path.slice(dir.length + 1), bytes]),
  );

async function verify(disk: FakeDisk) {
  const files = filesOf(disk, COPY);
  return verifyFiles({
    files: memoryFiles(files),
    vkey: files.get('log.vkey')?.toString() ?? '',
    keyFiles: memoryFiles(filesOf(disk, COPIED_KEYS)),
    pause: () => Promise.resolve(),
  });
}

/** A disk on which the book grows between any two operations of the copy. */
function growing(disk: Disk, grow: () => Promise<void>): Disk {
  return {
    ...disk,
    open: async (path, how, mode) => {
      const file = await disk.open(path, how, mode);
      if (how !== 'read' || !path.endsWith('.seg')) return file;
      return {
        ...file,
        read: async (into, position) => {
          await grow();
          return file.read(into, position);
        },
      };
    },
  };
}

test('a copy made while the book is written verifies with the keys copied after it, segment by segment and at its end', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  for (let round = 0; round < 5; round += 1) {
    await someCalls(running.ledger, nothingPromised(), 6);
    const writer = growing(disk.mount(), async () => {
      await someCalls(running.ledger, nothingPromised(), 1);
      // A caller never seen before: its key comes into the ring while the book is being copied.
      await append(
        running.ledger,
        intentEntry(newCall(), 'new', `https://issuer\nlate ${newCall()}`),
        nothingPromised(),
      );
    });
    const copied = await copyShard(writer, LEDGER_DIR, COPY);
    assert.ok(copied.ok, JSON.stringify(copied));
    await copyKeys(disk.mount(), KEYS_DIR, COPIED_KEYS, undefined);
    const report = await verify(disk);
    assert.equal(report.fault, null, JSON.stringify(report.fault));
    assert.deepEqual([report.size, report.counts.unreadable], [copied.value.mark.size, 0]);
    assert.ok(running.ledger.watermark().size > copied.value.mark.size);
  }
  assert.ok(running.ledger.watermark().segment > 1);
  await close(running);
});

test('what was copied whole is not copied again', async () => {
  const disk = createFakeDisk(2);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 40);
  const first = await copyShard(disk.mount(), LEDGER_DIR, COPY);
  assert.ok(first.ok && first.value.mark.segment >= 2);
  await someCalls(running.ledger, nothingPromised(), 1);
  const again = await copyShard(disk.mount(), LEDGER_DIR, COPY);
  assert.ok(again.ok);
  assert.equal(again.value.segmentsCopied, again.value.mark.segment - first.value.mark.segment + 1);
  await copyKeys(disk.mount(), KEYS_DIR, COPIED_KEYS, undefined);
  assert.equal((await verify(disk)).fault, null);
  await close(running);
});

test('a copy that a power cut ended is completed by the next one', async () => {
  for (let at = 1; at < 200; at += 1) {
    const disk = createFakeDisk(3);
    const running = await open(disk, nothingPromised());
    await someCalls(running.ledger, nothingPromised(), 20);
    await close(running);
    disk.failAt(disk.operations + at, 'power cut');
    const cut = copyShard(disk.mount(), LEDGER_DIR, COPY).then(
      () => 'done',
      () => 'cut',
    );
    if ((await Promise.race([cut, disk.cut.then(() => 'cut')])) === 'done') {
      assert.ok(at > 10, 'the copy was never cut');
      return;
    }
    disk.powerCycle();
    // The watermark is not synced: after a power cut the next start publishes it.
    await close(await open(disk, nothingPromised()));
    const again = await copyShard(disk.mount(), LEDGER_DIR, COPY);
    assert.ok(again.ok);
    await copyKeys(disk.mount(), KEYS_DIR, COPIED_KEYS, undefined);
    assert.equal((await verify(disk)).fault, null, `cut at ${at}`);
  }
  assert.fail('the copy never got through: more cuts are needed');
});

test('a copy of another book, or one newer than the book, is not overwritten', async () => {
  const disk = createFakeDisk(4);
  const running = await open(disk, nothingPromised());
  const early = new Map([...disk.contents()].map(([path, bytes]) => [path, Buffer.from(bytes)]));
  await someCalls(running.ledger, nothingPromised(), 2);
  await close(running);
  assert.ok((await copyShard(disk.mount(), LEDGER_DIR, COPY)).ok);
  const kept = filesOf(disk, COPY);
  disk.tamper(`${LEDGER_DIR}/watermark`, () => early.get(`${LEDGER_DIR}/watermark`));
  const older = await copyShard(disk.mount(), LEDGER_DIR, COPY);
  assert.match(older.ok ? '' : older.error, /holds \d+ records, the book only \d+: it was rolled back/);
  disk.tamper(`${LEDGER_DIR}/log.vkey`, () => Buffer.from('another\n'));
  const other = await copyShard(disk.mount(), LEDGER_DIR, COPY);
  assert.match(other.ok ? '' : other.error, /copy of another book/);
  assert.deepEqual(filesOf(disk, COPY), kept);
  assert.equal((await copyShard(disk.mount(), '/nowhere', COPY)).ok, false);
});

test('a line of the ring that is only half there is left out', async () => {
  const disk = createFakeDisk(5);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 1);
  await close(running);
  const whole = disk.contents().get(`${KEYS_DIR}/ring.jsonl`)?.toString() ?? '';
  disk.tamper(`${KEYS_DIR}/ring.jsonl`, (bytes) => Buffer.concat([bytes, Buffer.from('{"id":"day:9')]));
  await copyKeys(disk.mount(), KEYS_DIR, COPIED_KEYS, 'a note\n');
  const copied = filesOf(disk, COPIED_KEYS);
  assert.equal(copied.get('ring.jsonl')?.toString(), whole);
  assert.deepEqual([...copied.keys()].toSorted(), ['last-checkpoint', 'log.key', 'master.key', 'ring.jsonl']);
});

test('keys older than the book refuse the start, whether a caller or the day is missing; all of them do not', async () => {
  const disk = createFakeDisk(6);
  const running = await open(disk, nothingPromised());
  const size = (): number => disk.contents().get(`${KEYS_DIR}/ring.jsonl`)?.length ?? 0;
  const atStart = size();
  await someCalls(running.ledger, nothingPromised(), 1);
  await close(running);
  const ring = disk.contents().get(`${KEYS_DIR}/ring.jsonl`) ?? assert.fail();
  const whole = Buffer.from(ring);
  assert.ok(whole.length > atStart);
  const lines = whole.toString().trimEnd().split('\n');
  for (const older of [
    whole.subarray(0, atStart),
    Buffer.from(`${lines.filter((line) => !line.includes('day:')).join('\n')}\n`),
  ]) {
    disk.tamper(`${KEYS_DIR}/ring.jsonl`, () => Buffer.from(older));
    const refused = await tryOpen(disk, nothingPromised());
    if ('ledger' in refused) assert.fail('it opened');
    assert.equal(refused.reason, 'missing_keys');
    assert.match(refused.message, /ring\.jsonl is older than the ledger: it lacks \d+ of the \d+ keys/);
  }
  disk.tamper(`${KEYS_DIR}/ring.jsonl`, () => Buffer.from(whole));
  await close(await open(disk, nothingPromised()));
});

test('the watermark of a copy is the one it was copied by', async () => {
  const disk = createFakeDisk(7);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 3);
  const copied = await copyShard(disk.mount(), LEDGER_DIR, COPY);
  assert.ok(copied.ok);
  const bytes = disk.contents().get(`${COPY}/watermark`) ?? assert.fail();
  assert.deepEqual(decodeWatermark(bytes), copied.value.mark);
  await close(running);
});
