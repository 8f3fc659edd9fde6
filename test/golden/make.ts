/**
 * Makes `test/golden/v1/`: a log of format version 1 as the writer of this release wrote it. Run once per format
 * version and committed; every later release must verify it unchanged. Clock and randomness are counters, so a second
 * run of the same writer gives the same records.
 *
 *   node test/golden/make.ts DIRECTORY
 *
 * Contents: `shard/` (segments, log.vkey, watermark), `keys/` (master.key, ring.jsonl without one erased caller),
 * `checkpoint` (the last one), `older` (one from the first run), `expected.json` (what a verification must say).
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LedgerClock } from '#ledger/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import type { RandomSource } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { LIMITS } from '#limits.ts';
import type { Masked } from '#masking/masked.ts';

const ORIGIN = 'golden/a';
const limits = { ...LIMITS, segmentBytes: 128 * 1024, ledgerFreeBytesMin: 0 };
const START_MS = Date.UTC(2026, 0, 15, 9);

/** SHA-256 of a counter: unpredictable enough for nothing but a golden file, and always the same. */
function countingRandom(): RandomSource {
  let counter = 0;
  return (into) => {
    for (let at = 0; at < into.length; at += 32) {
      counter += 1;
      into.set(
        createHash('sha256')
          .update(`golden ${counter}`)
          .digest()
          .subarray(0, into.length - at),
        at,
      );
    }
  };
}

function countingClock(): LedgerClock {
  let now = START_MS;
  const next = (): number => (now += 7);
  return { unixMs: next, monotonicMs: () => now, every: () => () => undefined };
}

type Run = { readonly ledger: Ledger; readonly stop: () => Promise<void> };

async function start(root: string, random: RandomSource, clock: LedgerClock): Promise<Run> {
  const keysDir = join(root, 'keys');
  const keys = await openKeys({ disk: nodeDisk, dir: keysDir, origin: ORIGIN, random });
  if (!keys.ok) throw new Error(keys.error.message);
  const { signer, keyring } = keys.value;
  const opened = await openLedger({
    dir: join(root, 'shard'),
    keysDir,
    signer,
    keyring,
    disk: nodeDisk,
    clock,
    random,
    limits,
    log: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const ledger = opened.value;
  return {
    ledger,
    stop: async () => {
      await ledger.close();
      await keyring.close();
    },
  };
}

const CALLERS = [
  'https://idp.example.com\nada',
  'https://idp.example.com\ngrace',
  'https://idp.example.com\n0oa1ci2deployer',
];
const ERASED = 'https://idp.example.com\ngrace';

/** What a step of the gateway would hand over. Nothing here is personal: the masker is not what is golden. */
function entry(index: number, part: Pick<LedgerEntry, 'kind' | 'call' | 'ref' | 'st'>, payload: unknown): LedgerEntry {
  const subject = CALLERS[index % CALLERS.length] ?? '';
  const header = { connection: 'notes', method: 'tools/call', name: `tool_${index % 7}` };
  return {
    ...part,
    header: JSON.stringify(header) as Masked<string>,
    payload: payload === null ? null : (Buffer.from(JSON.stringify(payload)) as Masked<Buffer>),
    mask: index % 5 === 0 ? { n: 2, f: ['truncated'] } : { n: 0 },
    pol: '0123456789abcdef',
    subject,
  };
}

const callOf = (index: number): string =>
  [...createHash('sha256').update(`call ${index}`).digest().subarray(0, 26)]
    .map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(byte & 31))
    .join('');

async function append(ledger: Ledger, one: LedgerEntry): Promise<number> {
  const appended = await ledger.append(one);
  if (!appended.ok) throw new Error(`the ledger refused: ${appended.error.reason}`);
  return appended.value.n;
}

async function writeCall(ledger: Ledger, index: number): Promise<void> {
  const call = callOf(index);
  const request = {
    jsonrpc: '2.0',
    id: index,
    method: 'tools/call',
    params: { name: `tool_${index % 7}`, arguments: { index } },
  };
  if (index % 11 === 0) {
    await append(ledger, entry(index, { kind: 'denied', call, ref: null, st: 'denied' }, request));
    return;
  }
  const ref = await append(ledger, entry(index, { kind: 'intent', call, ref: null, st: 'open' }, request));
  if (index % 13 === 0)
    await append(
      ledger,
      entry(index, { kind: 'stream', call, ref, st: 'down' }, { jsonrpc: '2.0', method: 'notifications/progress' }),
    );
  if (index % 40 === 39) return;
  const text = 'golden '.repeat(index % 40);
  const answer = { jsonrpc: '2.0', id: index, result: { content: [{ type: 'text', text }] } };
  const st = index % 17 === 0 ? 'tool_error' : 'ok';
  await append(ledger, entry(index, { kind: 'result', call, ref, st }, answer));
}

/** Erases one caller as `keys erase` does: the line of the subject key goes, the ring is written anew. */
function eraseCaller(keysDir: string, subjects: readonly string[]): void {
  const ring = readFileSync(join(keysDir, 'ring.jsonl'), 'utf8').trimEnd().split('\n');
  const isSubject = (line: string): boolean => line.includes('"id":"subject:');
  // Keys were made in the order the callers came: after the gateway's own.
  const erased = ring.filter(isSubject)[1 + subjects.indexOf(ERASED)];
  writeFileSync(join(keysDir, 'ring.jsonl'), `${ring.filter((line) => line !== erased).join('\n')}\n`);
}

async function make(out: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'gatebook-golden-'));
  try {
    const [random, clock] = [countingRandom(), countingClock()];
    const first = await start(root, random, clock);
    for (let index = 0; index < 70; index += 1) await writeCall(first.ledger, index);
    const older = first.ledger.checkpoint();
    await first.stop();
    const second = await start(root, random, clock);
    for (let index = 70; index < 130; index += 1) await writeCall(second.ledger, index);
    await second.stop();
    const checkpoint = second.ledger.checkpoint();
    eraseCaller(join(root, 'keys'), CALLERS);

    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    for (const [folder, pattern] of [
      ['shard', /^(\d{8}\.seg|log\.vkey|watermark)$/],
      ['keys', /^(master\.key|ring\.jsonl)$/],
    ] as const) {
      mkdirSync(join(out, folder));
      for (const name of readdirSync(join(root, folder)).filter((file) => pattern.test(file))) {
        cpSync(join(root, folder, name), join(out, folder, name));
      }
    }
    writeFileSync(join(out, 'checkpoint'), checkpoint);
    writeFileSync(join(out, 'older'), older);
    const vkey = readFileSync(join(out, 'shard/log.vkey'), 'utf8');
    const report = await verifyShard({ dir: join(out, 'shard'), vkey, checkpoint: older, keysDir: join(out, 'keys') });
    writeFileSync(join(out, 'expected.json'), `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${out}: ${report.size} records, ${report.fault?.what ?? 'verified'}\n`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const out = process.argv[2];
if (out === undefined) {
  process.stderr.write('usage: node test/golden/make.ts DIRECTORY\n');
  process.exitCode = 2;
} else {
  await make(resolve(out));
}
