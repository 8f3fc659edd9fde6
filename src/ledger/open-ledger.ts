/**
 * Opens a shard for writing: lock → read back → anchors → tail made durable → the records of a start → ready.
 * Nothing is changed before every check has passed.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { LAST_CHECKPOINT } from '#ledger/backup.ts';
import { EMPTY_ROOT } from '#ledger/merkle.ts';
import { GroupCommit } from '#ledger/commit.ts';
import { readSmallFile, replaceSmallFile } from '#ledger/disk.ts';
import { Ledger } from '#ledger/ledger.ts';
import { controlEntry, orphanEntry } from '#ledger/own-records.ts';
import { callId, pooledRandom } from '#ledger/random.ts';
import { checkAnchors, readBack, removeTemporary, settleTail } from '#ledger/recover.ts';
import { segmentName } from '#ledger/segment.ts';
import { WATERMARK_NAME, WatermarkWriter } from '#ledger/watermark.ts';
import type { Limits } from '#limits.ts';
import type { LedgerClock } from '#ledger/clock.ts';
import type { Disk } from '#ledger/disk.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { LedgerLog } from '#ledger/ledger.ts';
import type { RandomSource } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { OpenRefusal, Recovered } from '#ledger/recover.ts';
import type { Signer } from '#ledger/signer.ts';

export type LedgerOptions = {
  /** `<data>/ledger/<shard>`. */
  readonly dir: string;
  /** `<data>/keys`: where the last checkpoint is kept, away from the ledger. */
  readonly keysDir: string;
  /** Of this log; see `openKeys`. Its origin is the ledger's. */
  readonly signer: Signer;
  readonly keyring: Keyring;
  readonly disk: Disk;
  readonly clock: LedgerClock;
  readonly random: RandomSource;
  readonly limits: Limits;
  readonly log: LedgerLog;
  /** Signed notes kept elsewhere: a ledger smaller than one, or of its size with another root, refuses to start. */
  readonly anchors?: readonly string[];
};

const LEDGER_MODE = 0o750;
const SECRET_MODE = 0o600;
const PUBLIC_MODE = 0o644;
const NOTE_BYTES_MAX = 64 * 1024;
/** Orphans written at a time. */
const ORPHANS_AT_ONCE = 256;

async function checkVerifierKey(options: LedgerOptions, recovered: Recovered): Promise<Result<true, OpenRefusal>> {
  const { dir, disk, signer } = options;
  const text = (await readSmallFile(disk, `${dir}/log.vkey`, NOTE_BYTES_MAX))?.toString('utf8').trim();
  if (text === signer.vkey) return ok(true);
  if (text !== undefined && recovered.tail !== undefined) {
    return err({
      reason: 'wrong_key',
      message: `${dir}/log.vkey is ${text}, but the signing key is ${signer.vkey}: these keys do not belong to this ledger`,
      file: 'log.vkey',
    });
  }
  await replaceSmallFile(disk, dir, 'log.vkey', Buffer.from(`${signer.vkey}\n`), PUBLIC_MODE);
  return ok(true);
}

/**
 * A key is durable before its first use, so a ring without one that a record is sealed with is older than the ledger: with
 * it, a day would get a second key under the same name, and those records could never be read again.
 */
function checkKeys({ keyring, keysDir }: LedgerOptions, recovered: Recovered): Result<true, OpenRefusal> {
  const missing = recovered.sealedWith.filter((name) => !keyring.has(name));
  if (missing.length === 0) return ok(true);
  return err({
    reason: 'missing_keys',
    message: `${keysDir}/ring.jsonl is older than the ledger: it lacks ${missing.length} of the ${recovered.sealedWith.length} keys of the newest records. Restore the newest copy of the keys`,
  });
}

async function readAnchors(options: LedgerOptions): Promise<readonly string[]> {
  const kept = await readSmallFile(options.disk, `${options.keysDir}/${LAST_CHECKPOINT}`, NOTE_BYTES_MAX);
  return [...(options.anchors ?? []), ...(kept === undefined ? [] : [kept.toString('utf8')])];
}

/** Writes what a start has to say; the order is section 5 of the format. */
async function writeStart(ledger: Ledger, recovered: Recovered, random: (count: number) => Buffer): Promise<void> {
  const { edge, open, tail } = recovered;
  const entries: LedgerEntry[] = [];
  const orphans = open.entries().map(orphanEntry);
  if (edge.size === 0) entries.push(controlEntry(callId(random), 'opened'));
  if (tail !== undefined && tail.tornBytes > 0) {
    entries.push(
      controlEntry(callId(random), 'recovered', {
        file: segmentName(tail.segment),
        offset: tail.end,
        droppedBytes: tail.tornBytes,
        note: 'whether acknowledged is unknown',
      }),
    );
  }
  entries.push(controlEntry(callId(random), 'start', { records: edge.size, openIntents: orphans.length }));
  await ledger.begin(entries);
  for (let at = 0; at < orphans.length; at += ORPHANS_AT_ONCE)
    await ledger.begin(orphans.slice(at, at + ORPHANS_AT_ONCE));
}

async function openHeld(options: LedgerOptions, unlock: () => void): Promise<Result<Ledger, OpenRefusal>> {
  const { clock, dir, disk, keyring, keysDir, limits, log, signer } = options;
  const read = await readBack(disk, dir, signer.verifier);
  if (!read.ok) return read;
  const recovered = read.value;
  const anchors = checkAnchors(recovered, await readAnchors(options), signer.verifier);
  if (!anchors.ok) return anchors;
  const vkey = await checkVerifierKey(options, recovered);
  if (!vkey.ok) return vkey;
  const present = checkKeys(options, recovered);
  if (!present.ok) return present;
  const { edge, open, tail } = recovered;
  if (tail !== undefined) {
    if (tail.tornBytes > 0)
      log('warn', 'an incomplete batch at the end of the ledger is dropped', {
        file: segmentName(tail.segment),
        offset: tail.end,
        bytes: tail.tornBytes,
      });
    await settleTail(disk, dir, tail);
  }
  await removeTemporary(disk, dir);

  const random = pooledRandom(options.random);
  const note = recovered.note ?? signer.sign({ origin: signer.origin, size: 0, root: EMPTY_ROOT });
  const file = tail === undefined ? undefined : await disk.open(`${dir}/${segmentName(tail.segment)}`, 'commit');
  const markFile = await disk.open(
    `${dir}/${WATERMARK_NAME}`,
    (await disk.exists(`${dir}/${WATERMARK_NAME}`)) ? 'write' : 'create',
  );
  const marks = new WatermarkWriter(markFile, (error) =>
    ledger.latch(error instanceof Error ? error : new Error(String(error))),
  );
  const commit = new GroupCommit({
    disk,
    dir,
    signer,
    clock,
    limits,
    edge,
    open,
    note,
    tail:
      tail === undefined || file === undefined
        ? undefined
        : { file, segment: tail.segment, size: tail.size, end: tail.end },
    committed: (mark, batch) => {
      marks.publish(mark, batch.more);
      ledger.committed(mark, batch);
    },
    rested: () => marks.flush(),
    latched: (error) => ledger.latched(error),
  });
  const ledger: Ledger = new Ledger({
    origin: signer.origin,
    clock,
    limits,
    log,
    random,
    keyring,
    commit,
    freeBytes: () => disk.freeBytes(dir),
    keepCheckpoint: (latest) => replaceSmallFile(disk, keysDir, LAST_CHECKPOINT, Buffer.from(latest), SECRET_MODE),
    release: async () => {
      await commit.close();
      await marks.close();
      unlock();
    },
  });
  await writeStart(ledger, recovered, random);
  await ledger.ready();
  commit.prepareAhead();
  return ok(ledger);
}

/**
 * Opens the ledger or says why not. Disk errors before it is open are thrown; after that they latch it (`onLatch`).
 * The caller closes the ledger, then the keyring.
 */
export async function openLedger(options: LedgerOptions): Promise<Result<Ledger, OpenRefusal>> {
  const { dir, disk } = options;
  await disk.makeDirectory(dir, LEDGER_MODE);
  const lock = disk.lock(`${dir}/lock.db`);
  if (lock === undefined)
    return err({ reason: 'locked', message: `${dir} is open in another gateway: a shard has one writer` });
  try {
    const opened = await openHeld(options, () => lock.release());
    if (!opened.ok) lock.release();
    return opened;
  } catch (error) {
    lock.release();
    throw error;
  }
}
