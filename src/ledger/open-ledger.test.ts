import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import { systemClock } from '#ledger/clock.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import { openKeyReader, openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import type { Limits } from '#limits.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { StoredRecord } from '#ledger/reader.ts';
import type { Masked } from '#masking/masked.ts';

const ORIGIN = 'acme/a';
const random = pooledRandom(systemRandom);
const masked = <T extends string | Buffer>(value: T): Masked<T> => value as Masked<T>;

async function temporaryData(context: TestContext): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'gatebook-ledger-'));
  context.after(() => rm(data, { recursive: true, force: true }));
  return data;
}

type Opened = { readonly ledger: Ledger; readonly close: () => Promise<void> };

async function open(data: string, limits: Partial<Limits> = {}, anchors: readonly string[] = []): Promise<Opened> {
  const keys = await openKeys({ disk: nodeDisk, dir: `${data}/keys`, origin: ORIGIN, random: systemRandom });
  assert.ok(keys.ok);
  const ledger = await openLedger({
    dir: `${data}/ledger/a`,
    keysDir: `${data}/keys`,
    ...keys.value,
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    limits: { ...LIMITS, segmentBytes: 256 * 1024, ...limits },
    log: () => undefined,
    anchors,
  });
  if (!ledger.ok) {
    await keys.value.keyring.close();
    throw new Error(`${ledger.error.reason}: ${ledger.error.message}`);
  }
  return {
    ledger: ledger.value,
    close: async () => {
      await ledger.value.close();
      await keys.value.keyring.close();
    },
  };
}

const intent = (call: string, payload: string, subject = 'https://issuer\nanna'): LedgerEntry => ({
  kind: 'intent',
  call,
  ref: null,
  st: 'open',
  header: masked('{"method":"tools/call"}'),
  payload: masked(Buffer.from(payload)),
  mask: { n: 0 },
  pol: '0123456789abcdef',
  subject,
});

const result = (call: string, ref: number, payload: string): LedgerEntry => ({
  ...intent(call, payload),
  kind: 'result',
  st: 'ok',
  ref,
  mask: { n: 2, f: ['truncated'] },
});

async function call(ledger: Ledger, payload: string): Promise<number> {
  const id = callId(random);
  const begun = await ledger.append(intent(id, payload));
  assert.ok(begun.ok);
  const ended = await ledger.append(result(id, begun.value.n, `answer to ${payload}`));
  assert.ok(ended.ok);
  return begun.value.n;
}

async function readAll(data: string): Promise<StoredRecord[]> {
  const keys = await openKeyReader({ disk: nodeDisk, dir: `${data}/keys` });
  assert.ok(keys.ok);
  const reader = createLedgerReader({ disk: nodeDisk, dir: `${data}/ledger/a`, origin: ORIGIN, keys: keys.value });
  const all: StoredRecord[] = [];
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 7);
    assert.ok(page.ok, JSON.stringify(page));
    if (page.value.records.length === 0) return all;
    all.push(...page.value.records);
    from = page.value.next;
  }
}

test('what was appended is read back in order, opened and matching its commitments, across segments and restarts', async (context) => {
  const data = await temporaryData(context);
  const first = await open(data);
  const text = 'x'.repeat(5_000);
  for (let round = 0; round < 10; round += 1)
    await Promise.all(Array.from({ length: 8 }, (_, i) => call(first.ledger, `${round} ${i} ${text}`)));
  await first.close();
  const second = await open(data);
  await call(second.ledger, 'after the restart');
  await second.close();

  const records = await readAll(data);
  assert.deepEqual(
    records.map((record) => record.leaf.n),
    records.map((_, i) => i),
  );
  assert.ok(records.every((record) => record.verified));
  assert.deepEqual(
    records.filter((record) => record.leaf.kind === 'control').map((record) => record.leaf.st),
    ['opened', 'start', 'stop', 'start', 'stop'],
  );
  assert.equal(records.at(-2)?.payload?.toString(), 'answer to after the restart');
  assert.equal(records.at(-2)?.header, '{"method":"tools/call"}');

  const vkey = await readFile(`${data}/ledger/a/log.vkey`, 'utf8');
  const report = await verifyShard({ dir: `${data}/ledger/a`, vkey, keysDir: `${data}/keys` });
  assert.equal(report.fault, null);
  assert.equal(report.counts.opened, records.length);
});

test('a second writer is refused while the first holds the shard', async (context) => {
  const data = await temporaryData(context);
  const first = await open(data);
  const keys = await openKeys({ disk: nodeDisk, dir: `${data}/keys`, origin: ORIGIN, random: systemRandom });
  assert.equal(keys.ok ? undefined : keys.error.reason, 'locked');
  await first.close();
});

test('a checkpoint is issued only for what is durable, and names the records acknowledged', async (context) => {
  const data = await temporaryData(context);
  const { close, ledger } = await open(data);
  const marks: number[] = [];
  ledger.onCommit((mark) => marks.push(mark.size));
  const n = await call(ledger, 'one');
  assert.equal(marks.at(-1), n + 2);
  const keys = await readFile(`${data}/ledger/a/log.vkey`, 'utf8');
  const note = ledger.checkpoint();
  assert.ok(note.startsWith(`${ORIGIN}\n${n + 2}\n`));
  const verifier = parseVerifierKey(keys);
  assert.ok(verifier.ok && openCheckpoint(note, verifier.value).ok);
  await close();
});
