import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_HEAD_BYTES, readFrame } from '#ledger/frame.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';
import { encodeSegmentStart } from '#ledger/segment.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import {
  append,
  assertKept,
  close,
  intentEntry,
  KEYS_DIR,
  LEDGER_DIR,
  newCall,
  nothingPromised,
  open,
  readAll,
  someCalls,
  tryOpen,
} from '#test/fakes/ledger-run.ts';
import type { SegmentHeader } from '#ledger/segment.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';
import type { Promised } from '#test/fakes/ledger-run.ts';

const SEGMENT = `${LEDGER_DIR}/00000000.seg`;
const ROOMY = { limits: { segmentBytes: 256 * 1024 } };

/** A log in one segment whose process died, and how its frames lie. */
async function diedLog(): Promise<{
  disk: FakeDisk;
  promised: Promised;
  frames: { at: number; end: number; type: string }[];
}> {
  const disk = createFakeDisk(3);
  const promised = nothingPromised();
  const { ledger } = await open(disk, promised, ROOMY);
  for (let i = 0; i < 4; i += 1) await append(ledger, intentEntry(newCall(), `call ${i}`), promised);
  disk.restartProcess();
  const bytes = disk.contents().get(SEGMENT) ?? Buffer.alloc(0);
  const frames = [];
  for (let at = 8; ;) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) return { disk, promised, frames };
    frames.push({ at, end: frame.end, type: frame.type });
    at = frame.end;
  }
}

const flip = (disk: FakeDisk, path: string, at: number): void =>
  disk.tamper(path, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  });
const forget = (disk: FakeDisk, path: string): void => disk.tamper(path, () => undefined);

async function refusal(disk: FakeDisk): Promise<{ reason: string; offset: number | undefined; message: string }> {
  const opened = await tryOpen(disk, nothingPromised(), ROOMY);
  if ('ledger' in opened) return assert.fail('the ledger opened');
  return { reason: opened.reason, offset: opened.offset, message: opened.message };
}

test('intents left open by a run that died become orphans before anything else is taken', async () => {
  const { disk, promised } = await diedLog();
  const records = await assertKept(disk, promised);
  const words = records.map(({ leaf }) => leaf.st);
  assert.deepEqual(words.slice(6), ['start', 'orphan', 'orphan', 'orphan', 'orphan', 'stop']);
});

test('an incomplete last batch is dropped and the record says how many bytes', async () => {
  const { disk, promised, frames } = await diedLog();
  const last = frames.at(-2) ?? assert.fail();
  const commit = frames.at(-1) ?? assert.fail();
  // As if its commit had not been synced: torn commit, and nobody was told.
  flip(disk, SEGMENT, commit.at + FRAME_HEAD_BYTES + 3);
  forget(disk, `${LEDGER_DIR}/watermark`);
  promised.records.delete(5);
  promised.notes.clear();
  const records = await assertKept(disk, promised);
  const recovered = records.find(({ leaf }) => leaf.st === 'recovered');
  assert.equal(recovered?.leaf.n, 5);
  assert.deepEqual(JSON.parse(recovered.header ?? ''), {
    detail: {
      file: '00000000.seg',
      offset: last.at,
      droppedBytes: commit.end - last.at,
      note: 'whether acknowledged is unknown',
    },
  });
});

test('the same damage refuses the start when the watermark says the records were acknowledged', async () => {
  const { disk, frames } = await diedLog();
  flip(disk, SEGMENT, (frames.at(-1)?.at ?? 0) + FRAME_HEAD_BYTES + 3);
  const { reason, message } = await refusal(disk);
  assert.equal(reason, 'corrupt');
  assert.match(message, /5 records are whole, but the watermark says 6/);
});

test('a damaged frame followed by a later sound one refuses the start and names file and offset, whichever frame it is', async () => {
  const { frames } = await diedLog();
  assert.ok(frames.length >= 9);
  for (const { at, end } of frames.slice(1, -2)) {
    for (const where of [at, at + 4, at + 9, at + 13, at + FRAME_HEAD_BYTES, end - 1]) {
      const { disk } = await diedLog();
      forget(disk, `${LEDGER_DIR}/watermark`);
      flip(disk, SEGMENT, where);
      const { message, offset, reason } = await refusal(disk);
      assert.equal(reason, 'corrupt');
      assert.equal(offset, at, `${where}: ${message}`);
      assert.match(message, /00000000\.seg/);
    }
  }
});

test('a commit lost between two batches is damage although all records around it are sound', async () => {
  const { disk, frames } = await diedLog();
  forget(disk, `${LEDGER_DIR}/watermark`);
  const commit = frames.filter(({ type }) => type === 'commit').at(-2) ?? assert.fail();
  disk.tamper(SEGMENT, (bytes) => {
    bytes.fill(0, commit.at, commit.end);
    // And the last commit is torn as well: only the order of the records can tell.
    bytes.fill(0, frames.at(-1)?.at);
    return bytes;
  });
  assert.deepEqual((await refusal(disk)).offset, commit.at);
});

test('bytes after the last commit that are no batch of this tree refuse the start', async () => {
  const { disk, frames } = await diedLog();
  const record = frames.at(-2) ?? assert.fail();
  const end = frames.at(-1)?.end ?? 0;
  disk.tamper(SEGMENT, (bytes) => {
    bytes.copy(bytes, end, record.at, record.end); // an old record once more
    return bytes;
  });
  assert.equal((await refusal(disk)).reason, 'corrupt');
});

test('a changed header, a missing or short segment and a foreign origin refuse the start', async () => {
  const changes: ((disk: FakeDisk) => void)[] = [
    (disk) => flip(disk, SEGMENT, 3),
    (disk) => flip(disk, SEGMENT, 60),
    (disk) => disk.tamper(SEGMENT, (bytes) => bytes.subarray(0, -1)),
    (disk) => forget(disk, SEGMENT),
  ];
  for (const change of changes) {
    const { disk } = await diedLog();
    change(disk);
    assert.equal((await refusal(disk)).reason, 'corrupt');
  }
});

test('a segment missing before others refuses the start', async () => {
  const disk = createFakeDisk(3);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 10);
  await close(running);
  forget(disk, `${LEDGER_DIR}/00000000.seg`);
  assert.match((await refusal(disk)).message, /00000000\.seg.*missing/);
});

test('a ledger put back from an older copy refuses to start, by the checkpoint beside the keys or by a given anchor', async () => {
  for (const from of ['last-checkpoint', 'anchor'] as const) {
    const disk = createFakeDisk(3);
    const first = await open(disk, nothingPromised(), ROOMY);
    await close(first);
    const old = new Map([...disk.contents()].map(([path, bytes]) => [path, Buffer.from(bytes)]));
    const second = await open(disk, nothingPromised(), ROOMY);
    await someCalls(second.ledger, nothingPromised(), 2);
    await close(second);
    for (const path of [SEGMENT, `${LEDGER_DIR}/watermark`]) disk.tamper(path, () => old.get(path));
    if (from === 'anchor') disk.tamper(`${KEYS_DIR}/last-checkpoint`, () => undefined);
    const opened = await tryOpen(disk, nothingPromised(), {
      ...ROOMY,
      anchors: from === 'anchor' ? [second.ledger.checkpoint()] : [],
    });
    assert.equal('ledger' in opened ? 'opened' : opened.reason, 'rolled_back', from);
  }
});

test('an anchor that this log’s key did not sign is no evidence', async () => {
  const disk = createFakeDisk(3);
  await close(await open(disk, nothingPromised(), ROOMY));
  const stranger = await open(createFakeDisk(4), nothingPromised(), ROOMY);
  await someCalls(stranger.ledger, nothingPromised(), 2);
  const again = await open(disk, nothingPromised(), { ...ROOMY, anchors: [stranger.ledger.checkpoint(), 'garbage'] });
  await close(again);
  await close(stranger);
});

test('keys of another log refuse the start', async () => {
  const { disk } = await diedLog();
  for (const name of ['master.key', 'log.key', 'ring.jsonl']) forget(disk, `${KEYS_DIR}/${name}`);
  assert.equal((await refusal(disk)).reason, 'corrupt'); // the last commit is not signed by this key
});

test('the start record and its orphans survive a second crash between them', async () => {
  const { disk, promised } = await diedLog();
  // The second start dies right after its first batch: `start` is written, the orphans are not all.
  const before = disk.operations;
  const probe = await open(disk, promised, ROOMY);
  assert.ok(disk.operations > before);
  disk.restartProcess();
  assert.ok((await readAll(disk, probe.keyring)).length > 6);
  await assertKept(disk, promised);
});

test('a clean stop is not written anew at the next start', async () => {
  const disk = createFakeDisk(3);
  await close(await open(disk, nothingPromised(), ROOMY));
  const inode = disk.contents().get(SEGMENT);
  const again = await open(disk, nothingPromised(), ROOMY);
  assert.equal(disk.contents().get(SEGMENT), inode);
  disk.restartProcess();
  await close(await open(disk, nothingPromised(), ROOMY));
  assert.notEqual(disk.contents().get(SEGMENT), inode);
  assert.equal(again.latches.length, 0);
});

test('a segment just begun must repeat what the signed one before ends with: size, edge and open intents', async () => {
  const begun = async (change: Partial<SegmentHeader>): Promise<FakeDisk> => {
    const disk = createFakeDisk(3);
    const running = await open(disk, nothingPromised(), ROOMY);
    const call = newCall();
    const n = (await append(running.ledger, intentEntry(call, '{}'), nothingPromised())) ?? assert.fail();
    disk.restartProcess();
    const records = await readAll(disk, running.keyring);
    const edge = new RightEdge();
    for (const { leafBytes } of records) edge.append(leafHash(leafBytes));
    const keys = [disk.contents().get(`${LEDGER_DIR}/log.vkey`)?.toString().trim() ?? ''];
    const size = 64 * 1024;
    const header = {
      origin: 'acme/a',
      segment: 1,
      size,
      first: edge.size,
      edge: edge.roots,
      open: [[n, call]] as const,
      keys,
      t: 1,
    };
    const start = encodeSegmentStart({ ...header, ...change });
    const file = await disk.mount().open(`${LEDGER_DIR}/00000001.seg`, 'create');
    await file.write(Buffer.concat([start, Buffer.alloc(size - start.length)]), 0);
    return disk;
  };
  const records = await assertKept(await begun({}), nothingPromised());
  assert.deepEqual(
    records.slice(3).map(({ leaf }) => leaf.st),
    ['start', 'orphan', 'stop'],
  );
  const other = Buffer.alloc(32, 7);
  for (const change of [{ open: [] }, { edge: [other, other] }, { first: 4, edge: [other] }, { segment: 2 }]) {
    assert.equal((await refusal(await begun(change))).reason, 'corrupt', JSON.stringify(change));
  }
});
