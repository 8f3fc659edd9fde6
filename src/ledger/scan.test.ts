import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_HEAD_BYTES, readFrame, sealFrame } from '#ledger/frame.ts';
import { scanSegment } from '#ledger/scan.ts';
import { createFakeDisk, seededRandom } from '#test/fakes/disk.ts';
import { LEDGER_DIR, nothingPromised, open, someCalls } from '#test/fakes/ledger-run.ts';
import type { VerifierKey } from '#ledger/note.ts';
import { parseVerifierKey } from '#ledger/note.ts';

type Log = {
  readonly bytes: Buffer;
  readonly verifier: VerifierKey;
  readonly frames: readonly { at: number; end: number; type: string }[];
};

/** A segment of several batches, some of several records. */
async function segment(): Promise<Log> {
  const disk = createFakeDisk(1);
  const { ledger } = await open(disk, nothingPromised(), { limits: { segmentBytes: 64 * 1024 } });
  await someCalls(ledger, nothingPromised(), 3);
  const bytes = disk.contents().get(`${LEDGER_DIR}/00000000.seg`) ?? assert.fail('no segment');
  const verifier = parseVerifierKey(disk.contents().get(`${LEDGER_DIR}/log.vkey`)?.toString() ?? '');
  assert.ok(verifier.ok);
  const frames = [];
  for (let at = 8; ;) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) return { bytes, verifier: verifier.value, frames };
    frames.push({ at, end: frame.end, type: frame.type });
    at = frame.end;
  }
}
const log = await segment();
const commits = log.frames.filter(({ type }) => type === 'commit');
const lastCommit = commits.at(-1) ?? assert.fail('no commit');
const batchStart = commits.at(-2)?.end ?? 0;

const scan = (bytes: Buffer) => scanSegment(bytes, log.verifier);
const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(log.bytes);
  change(bytes);
  return bytes;
};

test('an untouched segment gives its whole state', () => {
  const state = scan(log.bytes);
  assert.ok(state.ok);
  assert.equal(state.value.end, lastCommit.end);
  assert.equal(state.value.tornBytes, 0);
  assert.equal(state.value.edge.size, log.frames.filter(({ type }) => type === 'record').length);
});

test('any subset of sectors of the last batch may be missing: it is dropped, never more, never an error', () => {
  const chance = seededRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const bytes = changed((torn) => {
      for (let sector = batchStart; sector < lastCommit.end;) {
        const next = Math.min(lastCommit.end, (Math.floor(sector / 512) + 1) * 512);
        if (chance() < 0.4) torn.fill(0, sector, next);
        sector = next;
      }
    });
    const state = scan(bytes);
    assert.ok(state.ok, JSON.stringify(state));
    assert.ok(state.value.end === (bytes.equals(log.bytes) ? lastCommit.end : batchStart));
  }
});

test('any changed byte before the last batch is named, whether or not its frame still parses', () => {
  for (let at = 0; at < batchStart; at += 7) {
    const state = scan(changed((bytes) => void (bytes[at] = (bytes[at] ?? 0) ^ 4)));
    assert.ok(!state.ok, `byte ${at}`);
    const frame = log.frames.find(({ end }) => at < end);
    assert.equal(state.error.offset, (frame?.type ?? 'header') === 'header' ? 0 : frame?.at);
  }
});

test('a sound frame of a forger without the key is refused: leaf, piece, count, root or signature', () => {
  const reseal = (index: number, change: (body: Buffer) => void): Buffer =>
    changed((bytes) => {
      const { at, end, type } = log.frames[index] ?? assert.fail('no frame');
      change(bytes.subarray(at + FRAME_HEAD_BYTES, end));
      sealFrame(bytes, at, type === 'commit' ? 'commit' : 'record', end - at - FRAME_HEAD_BYTES);
    });
  const record = log.frames.findIndex(({ at }) => at === batchStart);
  const commit = log.frames.length - 1;
  const swap = (body: Buffer, from: string, to: string): void => void body.write(to, body.indexOf(from), 'latin1');
  const forged: readonly (readonly [Buffer, RegExp])[] = [
    [reseal(record, (body) => swap(body, '"t":', '"t":9')), /another tree|not/],
    [reseal(record, (body) => void (body[body.length - 1] = (body.at(-1) ?? 0) ^ 1)), /does not match its hash/],
    [reseal(commit, (body) => body.writeUInt32LE(99, 8)), /another range/],
    [reseal(commit, (body) => swap(body, 'acme/a\n', 'acme/b\n')), /signature|another log/],
    [reseal(1, (body) => swap(body, '"st":"opened"', '"st":"closed"')), /another tree/],
  ];
  for (const [bytes, words] of forged) {
    const state = scan(bytes);
    assert.match(state.ok ? 'accepted' : state.error.message, words);
  }
});

test('anything after the last commit that is not one batch of this tree is damage', () => {
  const first = log.frames.find(({ type }) => type === 'record') ?? assert.fail('no record');
  for (const source of [first, commits[0] ?? first, { at: 8, end: log.frames[0]?.end ?? 0 }]) {
    const state = scan(changed((bytes) => void bytes.copy(bytes, lastCommit.end, source.at, source.end)));
    assert.equal(state.ok, false);
  }
});

test('garbage after the last commit is at most a torn batch and its length is told', () => {
  const state = scan(changed((bytes) => void bytes.fill(0xaa, lastCommit.end + 100, lastCommit.end + 200)));
  assert.ok(state.ok);
  assert.equal(state.value.tornBytes, 200);
});
