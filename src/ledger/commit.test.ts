import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { GroupCommit } from '#ledger/commit.ts';
import { RightEdge } from '#ledger/merkle.ts';
import { openCheckpoint } from '#ledger/note.ts';
import { OpenIntents } from '#ledger/open-intents.ts';
import { AHEAD_NAME } from '#ledger/segment.ts';
import { createSigner } from '#ledger/signer.ts';
import { createFakeClock } from '#test/fakes/clock.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import type { Pending } from '#ledger/commit.ts';
import type { DiskFile } from '#ledger/disk.ts';
import type { Limits } from '#limits.ts';

const signer = createSigner('acme/a', Buffer.alloc(32, 1));
const hash = Buffer.alloc(32).toString('base64');

function setUp(limits: Partial<Limits> = {}) {
  const disk = createFakeDisk(1);
  const mounted = disk.mount();
  const events: string[] = [];
  const watched = (file: DiskFile): DiskFile => ({
    ...file,
    write: async (bytes, position) => {
      await file.write(bytes, position);
      events.push('write');
    },
    datasync: async () => {
      await file.datasync();
      await gate;
      events.push('sync');
    },
  });
  let failing = 0;
  let gate: Promise<void> = Promise.resolve();
  /** Syncs do not return until the returned function is called. */
  const hold = (): (() => void) => {
    let release: () => void = () => undefined;
    gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  const commit = new GroupCommit({
    disk: {
      ...mounted,
      open: async (path, how, mode) => {
        if (failing > 0 && path.endsWith(AHEAD_NAME)) {
          failing -= 1;
          throw new Error('ENOSPC');
        }
        return watched(await mounted.open(path, how, mode));
      },
    },
    dir: '/l',
    signer,
    clock: createFakeClock(),
    limits: { ...LIMITS, segmentBytes: 32 * 1024, ...limits },
    edge: new RightEdge(),
    open: new OpenIntents(),
    tail: undefined,
    note: '',
    committed: () => events.push('issued'),
    rested: () => undefined,
    latched: () => events.push('latched'),
  });
  const submit = (bytes = 10, lane: 0 | 1 = 0) =>
    new Promise<number | string>((resolve) => {
      const pending: Pending = {
        entry: { kind: 'denied', call: 'a'.repeat(26), ref: null, st: 'x', mask: { n: 0 }, pol: null },
        blob: { hc: hash, pc: null, bc: [hash], pieces: [Buffer.alloc(bytes)] },
        settle: (outcome) => {
          events.push('acknowledged');
          resolve(outcome.ok ? outcome.value : outcome.error);
        },
      };
      commit.submit(pending, lane);
    });
  const failAhead = (times: number): void => {
    failing = times;
  };
  return { commit, events, failAhead, hold, submit };
}

test('a batch is written, then synced, then issued, then acknowledged, and only then comes the next', async () => {
  const { commit, events, submit } = setUp();
  await submit();
  await commit.aheadSettled();
  events.length = 0;
  await Promise.all([submit(), submit().then(() => submit())]);
  const one = ['write', 'sync', 'issued', 'acknowledged'];
  assert.deepEqual(events, [...one, 'acknowledged', ...one]);
});

test('a batch is bounded in records and in bytes', async () => {
  const byRecords = setUp({ batchRecords: 3 });
  await Promise.all(Array.from({ length: 7 }, () => byRecords.submit()));
  assert.equal(byRecords.commit.commits, 3);
  const byBytes = setUp({ batchBytes: 6_000 });
  await Promise.all(Array.from({ length: 4 }, () => byBytes.submit(2_000)));
  assert.equal(byBytes.commit.commits, 2);
});

test('indexes follow the order of arrival, refusals nobody waits for come last in their batch', async () => {
  const { submit } = setUp();
  assert.deepEqual(await Promise.all([submit(10, 1), submit(), submit(), submit(10, 1)]), [2, 0, 1, 3]);
});

test('the issued note is a valid checkpoint of the size acknowledged', async () => {
  const { commit, submit } = setUp();
  const n = await submit();
  const checkpoint = openCheckpoint(commit.note, signer.verifier);
  assert.ok(checkpoint.ok);
  assert.equal(checkpoint.value.size, Number(n) + 1);
});

test('a record too large for an empty segment is refused and those behind it are written', async () => {
  const { submit } = setUp();
  assert.deepEqual(await Promise.all([submit(), submit(40 * 1024), submit()]), [0, 'too_large', 1]);
});

test('after a latch a sync that still returns acknowledges nothing and issues nothing', async () => {
  const { commit, events, hold, submit } = setUp();
  await submit();
  await commit.aheadSettled();
  const { mark, note } = commit;
  const release = hold();
  events.length = 0;
  const waiting = submit();
  while (!events.includes('write')) await new Promise((resolve) => setImmediate(resolve));
  commit.latch(new Error('stalled'));
  assert.equal(await waiting, 'latched');
  release();
  await commit.drained();
  assert.deepEqual(events, ['write', 'acknowledged', 'latched', 'sync']);
  assert.deepEqual([commit.note, commit.mark], [note, mark]);
  assert.equal(await submit(), 'latched');
  await commit.close();
});

test('a segment ahead that could not be made is made when it is needed; only then does a failure latch', async () => {
  for (const failures of [1, 2]) {
    const { commit, failAhead, submit } = setUp();
    await submit();
    await commit.aheadSettled();
    await submit(20_000);
    failAhead(failures);
    const outcomes = [await submit(20_000), await submit(20_000)];
    assert.deepEqual(outcomes, failures === 1 ? [2, 3] : [2, 'latched']);
    await commit.close();
  }
});
