/**
 * The power goes, or the disk fails, at every single operation of a run with rollovers and restarts (P1, P2, P4):
 * what was acknowledged is there, what was issued still holds, and the log opens again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeDisk } from '#test/fakes/disk.ts';
import { assertKept, close, nothingPromised, open, someCalls } from '#test/fakes/ledger-run.ts';
import type { DiskFailure, FakeDisk } from '#test/fakes/disk.ts';
import type { Promised } from '#test/fakes/ledger-run.ts';

/** Two runs with a clean stop between, several segments. */
async function run(disk: FakeDisk, promised: Promised): Promise<void> {
  const first = await open(disk, promised);
  await someCalls(first.ledger, promised, 4);
  await close(first);
  const second = await open(disk, promised);
  await someCalls(second.ledger, promised, 6);
  await close(second);
}

async function operationsOf(act: (disk: FakeDisk) => Promise<void>): Promise<number> {
  const disk = createFakeDisk(1);
  await act(disk);
  return disk.operations;
}

test('a power cut at any operation loses nothing acknowledged or issued, and the log opens and verifies', async () => {
  const operations = await operationsOf((disk) => run(disk, nothingPromised()));
  assert.ok(operations > 80, `only ${operations} operations: the run does not reach what it should`);
  let segments = 0;
  for (let at = 1; at <= operations; at += 1) {
    const promised = nothingPromised();
    const disk = createFakeDisk(at);
    disk.failAt(at, 'power cut');
    await Promise.race([run(disk, promised), disk.cut]);
    disk.powerCycle();
    // And once more while it recovers.
    disk.failAt(disk.operations + 1 + (at % 13), 'power cut');
    await Promise.race([open(disk, promised), disk.cut]);
    disk.powerCycle();
    await assertKept(disk, promised).catch((error: unknown) => assert.fail(`cut at operation ${at}: ${String(error)}`));
    segments = Math.max(segments, [...disk.contents().keys()].filter((path) => path.endsWith('.seg')).length);
  }
  assert.ok(segments >= 3, `only ${segments} segments: no rollover was tested`);
});

/** Every operation for the first; the others differ from it only in detail, so every third keeps the suite short. */
const FAILURES: readonly (readonly [DiskFailure, number])[] = [
  ['error', 1],
  ['short write', 3],
  ['never returns', 3],
];
for (const [failure, stride] of FAILURES) {
  test(`after "${failure}" at any operation nothing more is acknowledged, and a restart followed by a power cut keeps all that was`, async () => {
    const operations = await operationsOf((disk) => run(disk, nothingPromised()));
    for (let at = 1; at <= operations; at += stride) {
      const promised = nothingPromised();
      const disk = createFakeDisk(at);
      disk.failAt(at, failure);
      await Promise.race([run(disk, promised).catch(() => undefined), stuck(disk)]);
      // The process ends and another begins on the same page cache, works, and then the power goes.
      disk.restartProcess();
      const again = await open(disk, promised).catch((error: unknown) =>
        assert.fail(`failure at operation ${at}: ${String(error)}`),
      );
      await someCalls(again.ledger, promised, 1);
      disk.powerCycle();
      await assertKept(disk, promised).catch((error: unknown) =>
        assert.fail(`failure at operation ${at}: ${String(error)}`),
      );
    }
  });
}

/** Resolves when nothing has happened on the disk for many turns of the event loop: the run hangs on an operation. */
async function stuck(disk: FakeDisk): Promise<void> {
  let seen = -1;
  for (let still = 0; still < 40; still += 1) {
    if (seen !== disk.operations) still = 0;
    seen = disk.operations;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
