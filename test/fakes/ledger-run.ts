/**
 * A ledger on a fake disk and what a user of it remembers: every acknowledged record and every issued checkpoint.
 * `assertKept` then holds the disk to it, with the independent verifier.
 */
import assert from 'node:assert/strict';
import { LIMITS } from '#limits.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import { createFakeClock } from '#test/fakes/clock.ts';
import { memoryFiles } from '#test/golden/build.ts';
import type { Limits } from '#limits.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { StoredRecord } from '#ledger/reader.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { OpenRefusal } from '#ledger/recover.ts';
import type { Masked } from '#masking/masked.ts';
import type { FakeClock } from '#test/fakes/clock.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';

export const ORIGIN = 'acme/a';
export const LEDGER_DIR = '/data/ledger/a';
export const KEYS_DIR = '/data/keys';
export const SEGMENT_BYTES = 24 * 1024;
const random = pooledRandom(systemRandom);

export const masked = <T extends string | Buffer>(value: T): Masked<T> => value as Masked<T>;
export const newCall = (): string => callId(random);

export const intentEntry = (call: string, payload: string, subject = 'https://issuer\nanna'): LedgerEntry => ({
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

export const resultEntry = (call: string, ref: number, payload: string, subject?: string): LedgerEntry => ({
  ...intentEntry(call, payload, subject),
  kind: 'result',
  st: 'ok',
  ref,
});

export const deniedEntry = (): LedgerEntry => ({
  ...intentEntry(newCall(), ''),
  kind: 'denied',
  st: 'unauthenticated',
  payload: null,
});

/** What was promised to somebody. */
export type Promised = { readonly records: Map<number, string>; readonly notes: Set<string> };
export const nothingPromised = (): Promised => ({ records: new Map(), notes: new Set() });

export type Running = {
  readonly ledger: Ledger;
  readonly keyring: Keyring;
  readonly clock: FakeClock;
  readonly latches: Error[];
};

export type RunOptions = {
  readonly limits?: Partial<Limits>;
  readonly anchors?: readonly string[];
  readonly clock?: FakeClock;
};

export async function tryOpen(
  fake: FakeDisk,
  promised: Promised,
  options: RunOptions = {},
): Promise<Running | OpenRefusal> {
  const clock = options.clock ?? createFakeClock();
  const disk = fake.mount();
  const keys = await openKeys({ disk, dir: KEYS_DIR, origin: ORIGIN, random: systemRandom });
  assert.ok(keys.ok, JSON.stringify(keys));
  const opened = await openLedger({
    dir: LEDGER_DIR,
    keysDir: KEYS_DIR,
    ...keys.value,
    disk,
    clock,
    random: systemRandom,
    limits: { ...LIMITS, segmentBytes: SEGMENT_BYTES, ...options.limits },
    log: () => undefined,
    anchors: options.anchors ?? [],
  });
  if (!opened.ok) {
    await keys.value.keyring.close();
    return opened.error;
  }
  const ledger = opened.value;
  const latches: Error[] = [];
  ledger.onLatch((error) => latches.push(error));
  promised.notes.add(ledger.checkpoint());
  ledger.onCommit(() => promised.notes.add(ledger.checkpoint()));
  return { ledger, keyring: keys.value.keyring, clock, latches };
}

export async function open(disk: FakeDisk, promised: Promised, options: RunOptions = {}): Promise<Running> {
  const opened = await tryOpen(disk, promised, options);
  if (!('ledger' in opened)) assert.fail(`the ledger refuses to open: ${opened.message}`);
  return opened;
}

export async function close({ ledger, keyring }: Running): Promise<void> {
  await ledger.close();
  await keyring.close();
}

/** Appends and, when acknowledged, remembers. Returns the index, or undefined when refused. */
export async function append(ledger: Ledger, entry: LedgerEntry, promised: Promised): Promise<number | undefined> {
  const outcome = await ledger.append(entry);
  if (!outcome.ok) return undefined;
  promised.records.set(outcome.value.n, `${entry.kind} ${entry.call} ${entry.payload?.toString() ?? ''}`);
  return outcome.value.n;
}

/** Calls in parallel, by three callers, every fifth left open. */
export async function someCalls(ledger: Ledger, promised: Promised, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      [0, 1, 2].map(async (i) => {
        const call = newCall();
        const subject = `https://issuer\nperson ${i}`;
        const n = await append(
          ledger,
          intentEntry(call, `call ${round} ${i} ${'x'.repeat(400 * i)}`, subject),
          promised,
        );
        if (n !== undefined && (round * 3 + i) % 5 !== 4)
          await append(ledger, resultEntry(call, n, `answer ${round} ${i}`, subject), promised);
      }),
    );
  }
}

export async function readAll(disk: FakeDisk, keyring: Keyring): Promise<StoredRecord[]> {
  const reader = createLedgerReader({ disk: disk.mount(), dir: LEDGER_DIR, origin: ORIGIN, keys: keyring });
  const all: StoredRecord[] = [];
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 16);
    assert.ok(page.ok, JSON.stringify(page));
    if (page.value.records.length === 0) return all;
    all.push(...page.value.records);
    from = page.value.next;
  }
}

const folder = (disk: FakeDisk, dir: string): Map<string, Buffer> =>
  new Map(
    [...disk.contents()]
      .filter(([path]) => path.startsWith(`${dir}/`))
      .map(([path, bytes]) => [path.slice(dir.length + 1), bytes]),
  );

/** Opens what is on the disk, and asserts that all that was promised is in it and that it verifies. Closes it again. */
export async function assertKept(disk: FakeDisk, promised: Promised): Promise<readonly StoredRecord[]> {
  const running = await open(disk, promised);
  await close(running);
  const records = await readAll(disk, running.keyring);
  for (const [n, text] of promised.records) {
    const { leaf, payload } = records[n] ?? assert.fail(`acknowledged record ${n} is gone`);
    assert.equal(`${leaf.kind} ${leaf.call} ${payload?.toString() ?? ''}`, text);
  }
  const roots = new Map<number, string>();
  const edge = new RightEdge();
  for (const { leafBytes } of records) {
    edge.append(leafHash(leafBytes));
    roots.set(edge.size, edge.root().toString('base64'));
  }
  for (const note of promised.notes) {
    const [, size, root] = note.split('\n');
    if (size !== '0') assert.equal(roots.get(Number(size)), root, `an issued checkpoint of size ${size} does not hold`);
  }
  const vkey = disk.contents().get(`${LEDGER_DIR}/log.vkey`)?.toString() ?? '';
  const report = await verifyFiles({
    files: memoryFiles(folder(disk, LEDGER_DIR)),
    vkey,
    keyFiles: memoryFiles(folder(disk, KEYS_DIR)),
    pause: () => Promise.resolve(),
  });
  assert.equal(report.fault, null, JSON.stringify(report.fault));
  assert.equal(report.size, records.length);
  assert.equal(report.counts.openIntents, 0, 'an intent was left without result or orphan');
  return records;
}
