import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_HEAD_BYTES, readFrame, sealFrame } from '#ledger/frame.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import {
  append,
  close,
  intentEntry,
  KEYS_DIR,
  LEDGER_DIR,
  newCall,
  nothingPromised,
  open,
  ORIGIN,
  readAll,
  someCalls,
} from '#test/fakes/ledger-run.ts';
import type { LedgerReader } from '#ledger/reader.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';

const SEGMENT = `${LEDGER_DIR}/00000000.seg`;

async function reader(disk: FakeDisk): Promise<LedgerReader> {
  const keys = await openKeyReader({ disk: disk.mount(), dir: KEYS_DIR });
  return createLedgerReader({
    disk: disk.mount(),
    dir: LEDGER_DIR,
    origin: ORIGIN,
    keys: keys.ok ? keys.value : assert.fail(keys.error.message),
  });
}

async function read(from: LedgerReader, position = LOG_START, limit = 1_000) {
  const page = await from.read(position, limit);
  return page.ok ? page.value : assert.fail(page.error.message);
}

test('before anything was written there is no watermark and nothing to read', async () => {
  const empty = createLedgerReader({ disk: createFakeDisk(1).mount(), dir: LEDGER_DIR, origin: ORIGIN });
  assert.equal(await empty.watermark(), undefined);
  assert.deepEqual(await read(empty), { records: [], next: LOG_START });
});

test('a follower sees every record once, in order, whatever the page size, while the writer goes on and rolls over', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  const follower = await reader(disk);
  const seen: number[] = [];
  let position = LOG_START;
  for (let round = 1; round <= 8; round += 1) {
    await someCalls(running.ledger, nothingPromised(), 3);
    for (;;) {
      const page = await read(follower, position, round);
      if (page.records.length === 0) break;
      assert.ok(page.records.length <= round);
      seen.push(...page.records.map(({ leaf }) => leaf.n));
      position = page.next;
    }
  }
  assert.ok(position.segment >= 2);
  assert.deepEqual(
    seen,
    Array.from({ length: running.ledger.watermark().size }, (_, n) => n),
  );
  await close(running);
});

test('each record can be read again from its own position', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await someCalls(running.ledger, nothingPromised(), 8);
  const all = await readAll(disk, running.keyring);
  const again = await reader(disk);
  for (const record of all) assert.deepEqual((await read(again, record.position, 1)).records, [record]);
  await close(running);
});

test('nothing past the watermark is read, even when it is in the file', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  const mark = Buffer.from(disk.contents().get(`${LEDGER_DIR}/watermark`) ?? assert.fail());
  const { size } = running.ledger.watermark();
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  disk.tamper(`${LEDGER_DIR}/watermark`, () => mark);
  const seen = (await read(await reader(disk))).records.length;
  assert.ok(seen <= size, `${seen} records read, ${size} published`);
});

test('a follower goes on after the writer died and its last segment was written anew', async () => {
  const disk = createFakeDisk(1);
  const first = await open(disk, nothingPromised());
  await someCalls(first.ledger, nothingPromised(), 1);
  const before = await read(await reader(disk));
  disk.restartProcess();
  const second = await open(disk, nothingPromised());
  const after = await read(await reader(disk), before.next);
  assert.equal(after.records[0]?.leaf.n, before.records.length);
  assert.equal(after.records.at(-1)?.leaf.n, second.ledger.watermark().size - 1);
  await close(second);
});

test('damage is named by file and offset, in leaf, piece and frame alike', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  await close(running);
  const last = (await readAll(disk, running.keyring)).at(-2) ?? assert.fail();
  for (const delta of [0, 5, 30, 400]) {
    const broken = createFakeDisk(1);
    for (const [path, bytes] of disk.contents()) {
      await (await broken.mount().open(path, 'create')).write(bytes, 0);
    }
    broken.tamper(SEGMENT, (bytes) => {
      bytes[last.position.offset + delta] = (bytes[last.position.offset + delta] ?? 0) ^ 1;
      return bytes;
    });
    const page = await (await reader(broken)).read(LOG_START, 1_000);
    assert.deepEqual(
      page.ok ? 'read' : [page.error.file, page.error.offset],
      ['00000000.seg', last.position.offset],
      `${delta}`,
    );
  }
});

test('without keys, or with a destroyed one, the leaf is given and the content is not', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), 'gone'), nothingPromised());
  await close(running);
  const blind = await read(createLedgerReader({ disk: disk.mount(), dir: LEDGER_DIR, origin: ORIGIN }));
  assert.ok(blind.records.every(({ header, payload, verified }) => header === null && payload === null && !verified));
  disk.tamper(`${KEYS_DIR}/ring.jsonl`, (bytes) =>
    Buffer.from(
      bytes
        .toString()
        .split('\n')
        .filter((_, i) => i < 2)
        .join('\n') + '\n',
    ),
  );
  const { records } = await read(await reader(disk));
  const intent = records.find(({ leaf }) => leaf.kind === 'intent');
  assert.deepEqual([intent?.header, intent?.payload, intent?.verified], [null, null, false]);
  assert.ok(records.filter(({ leaf }) => leaf.kind === 'control').every(({ verified }) => verified));
});

test('a stored piece put in place of another is noticed without any key', async () => {
  const disk = createFakeDisk(1);
  const running = await open(disk, nothingPromised());
  await append(running.ledger, intentEntry(newCall(), '{}'), nothingPromised());
  await close(running);
  const { position } = (await readAll(disk, running.keyring)).at(-2) ?? assert.fail();
  disk.tamper(SEGMENT, (bytes) => {
    const end = readFrame(bytes, position.offset)?.end ?? assert.fail('no frame');
    bytes[end - 1] = (bytes[end - 1] ?? 0) ^ 1;
    sealFrame(bytes, position.offset, 'record', end - position.offset - FRAME_HEAD_BYTES);
    return bytes;
  });
  const blind = createLedgerReader({ disk: disk.mount(), dir: LEDGER_DIR, origin: ORIGIN });
  const page = await blind.read(LOG_START, 1_000);
  assert.match(page.ok ? 'read' : page.error.message, /does not match its hash/);
});
