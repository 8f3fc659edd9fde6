/** The verifier reads the book of a running gateway: the real writer appends, rolls segments and restarts meanwhile. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#ledger/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { systemRandom } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { lastCheckpoint } from '#ledger/verify/last-checkpoint.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { LIMITS } from '#limits.ts';
import type { Masked } from '#masking/masked.ts';

const limits = { ...LIMITS, segmentBytes: 64 * 1024, ledgerFreeBytesMin: 0 };
const ROUNDS = 4;
const ROUNDS_MAX = 500;

async function start(root: string): Promise<{ readonly ledger: Ledger; readonly stop: () => Promise<void> }> {
  const [dir, keysDir] = [join(root, 'shard'), join(root, 'keys')];
  const keys = await openKeys({ disk: nodeDisk, dir: keysDir, origin: 'acme/a', random: systemRandom });
  assert.ok(keys.ok);
  const { signer, keyring } = keys.value;
  const outside = { disk: nodeDisk, clock: systemClock, random: systemRandom, log: () => undefined };
  const ledger = await openLedger({ dir, keysDir, signer, keyring, limits, ...outside });
  assert.ok(ledger.ok);
  const stop = async (): Promise<void> => {
    await ledger.value.close();
    await keyring.close();
  };
  return { ledger: ledger.value, stop };
}

const entry = (part: Pick<LedgerEntry, 'kind' | 'call' | 'ref' | 'st'>): LedgerEntry => ({
  ...part,
  header: '{"method":"tools/call"}' as Masked<string>,
  payload: Buffer.from(`{"text":"${'x'.repeat(500)}"}`) as Masked<Buffer>,
  mask: { n: 0 },
  pol: null,
  subject: 'https://idp.example.com\nada',
});

async function writeCall(ledger: Ledger, index: number): Promise<void> {
  const call = index.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(26, 'a');
  const intent = await ledger.append(entry({ kind: 'intent', call, ref: null, st: 'open' }));
  assert.ok(intent.ok);
  // Every 20th call stays open: the next start closes it with an orphan.
  if (index % 20 === 0) return;
  assert.ok((await ledger.append(entry({ kind: 'result', call, ref: intent.value.n, st: 'ok' }))).ok);
}

test('a book that is being written verifies at any moment, and so does every checkpoint given out meanwhile', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'gatebook-'));
  t.after(() => rm(root, { recursive: true }));
  const dir = join(root, 'shard');
  let next = 0;
  for (let run = 0; run < 2; run += 1) {
    const { ledger, stop } = await start(root);
    const vkey = await readFile(join(dir, 'log.vkey'), 'utf8');
    const done = new AbortController();
    const writers = Array.from({ length: 4 }, async () => {
      while (!done.signal.aborted) await writeCall(ledger, next++);
    });
    try {
      // Until a segment was rolled under the reader's feet.
      for (let round = 0; round < ROUNDS || ledger.watermark().segment <= run; round += 1) {
        assert.ok(round < ROUNDS_MAX);
        const checkpoint = await lastCheckpoint(directoryFiles(dir), vkey);
        assert.ok(checkpoint.ok, JSON.stringify(checkpoint));
        const report = await verifyShard({ dir, vkey, checkpoint: checkpoint.value, keysDir: join(root, 'keys') });
        assert.equal(report.fault, null);
        assert.ok(report.size >= (report.extendsCheckpoint ?? 0));
      }
    } finally {
      done.abort();
      await Promise.all(writers);
      await stop();
    }
  }
  const vkey = await readFile(join(dir, 'log.vkey'), 'utf8');
  const report = await verifyShard({ dir, vkey, keysDir: join(root, 'keys') });
  assert.equal(report.fault, null);
  assert.ok(report.counts.segments > 1);
  assert.ok(report.counts.records.orphan > 0);
});
