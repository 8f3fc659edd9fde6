/**
 * The independent verifier of one shard: docs/ledger-format.md section 8 from files, a verifier key and, when the user
 * has them, a later checkpoint and the keys. Imports nothing of the writer. Streams: memory is one record, one right
 * edge and the open intents.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Result, err, ok } from '#result.ts';
import { blobOpener } from '#ledger/verify/blobs.ts';
import { type Checkpoint, readCheckpoint } from '#ledger/verify/checkpoint.ts';
import { type Fault, FaultFound } from '#ledger/verify/fault.ts';
import { loadKeyRing } from '#ledger/verify/keys.ts';
import { walkLog } from '#ledger/verify/log-walk.ts';
import { type VerifierKey, parseVkeys } from '#ledger/verify/note.ts';
import { type Progress, type VerifyReport, newTally } from '#ledger/verify/report.ts';
import { type ShardFiles, directoryFiles } from '#ledger/verify/shard-files.ts';
import { MerkleEdge } from '#ledger/verify/tree.ts';
import { type OnLeaf, type Walk, newWalk } from '#ledger/verify/walk.ts';

export type VerifyOptions = {
  /** Directory of one shard: `<data>/ledger/<shard>`. */
  readonly dir: string;
  /** C2SP verifier keys, one a line: the text of `log.vkey`. */
  readonly vkey: string;
  /** A later checkpoint (text of a signed note) that the log must extend. */
  readonly checkpoint?: string;
  /** Directory with `master.key` and `ring.jsonl`: blobs are opened and commitments checked. */
  readonly keysDir?: string;
  /** Called after each verified batch. */
  readonly onProgress?: (progress: Progress) => void;
};

/** The same from any source of files; `pause` waits between looks at a log that is being written. */
export type Evidence = {
  readonly files: ShardFiles;
  readonly vkey: string;
  readonly checkpoint?: string | undefined;
  readonly keyFiles?: ShardFiles | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onLeaf?: OnLeaf;
  /** Stop at the durable watermark (what was issued) instead of the end of the files, when there is one. */
  readonly issuedOnly?: boolean;
  readonly pause?: (ms: number) => Promise<unknown>;
};

/**
 * Verifies one shard. A fault in the log is a value in the report; rejects only when files cannot be read at all
 * (no such directory, no permission, I/O error).
 */
export function verifyShard(options: VerifyOptions): Promise<VerifyReport> {
  return verifyFiles({
    files: directoryFiles(options.dir),
    vkey: options.vkey,
    checkpoint: options.checkpoint,
    keyFiles: options.keysDir === undefined ? undefined : directoryFiles(options.keysDir),
    onProgress: options.onProgress,
  });
}

export async function verifyFiles(evidence: Evidence): Promise<VerifyReport> {
  const begun = await beginWalk(evidence);
  if (!begun.ok) return report(undefined, begun.error, []);
  const walk = begun.value;
  const notes = new Set<string>();
  try {
    await walkLog({
      files: evidence.files,
      walk,
      notes,
      issuedOnly: evidence.issuedOnly ?? false,
      onProgress: evidence.onProgress,
      pause: evidence.pause ?? sleep,
      segments: 0,
      synced: undefined,
      rounds: 0,
      waitedMs: 0,
    });
    if (walk.approvals.note !== undefined) notes.add(walk.approvals.note);
    return report(walk, null, [...notes]);
  } catch (error) {
    if (error instanceof FaultFound) return report(walk, error.fault, [...notes]);
    throw error;
  }
}

const inputFault = (code: Fault['code'], file: string, what: string): { readonly ok: false; readonly error: Fault } =>
  err({ code, file, offset: null, record: null, what });

async function beginWalk(evidence: Evidence): Promise<Result<Walk, Fault>> {
  const keys = parseVkeys(evidence.vkey);
  if (!keys.ok) return inputFault('vkey', 'vkey', `the verifier key ${keys.error}`);
  const origin = keys.value[0]?.name ?? '';
  if (keys.value.some((key) => key.name !== origin))
    return inputFault('vkey', 'vkey', 'the keys are of different logs');
  const later = readLater(evidence.checkpoint, keys.value, origin);
  if (!later.ok) return inputFault('checkpoint', 'checkpoint', `the given checkpoint ${later.error}`);
  const ring = evidence.keyFiles === undefined ? undefined : await loadKeyRing(evidence.keyFiles);
  if (ring?.ok === false) return inputFault('keys', 'keys', ring.error);
  const blobs = ring === undefined ? undefined : blobOpener(origin, ring.value);
  return ok(newWalk({ origin, keys: keys.value, later: later.value, blobs, onLeaf: evidence.onLeaf }));
}

function readLater(
  text: string | undefined,
  keys: readonly VerifierKey[],
  origin: string,
): Result<Checkpoint | undefined, string> {
  if (text === undefined) return ok(undefined);
  const checkpoint = readCheckpoint(Buffer.from(text), keys);
  if (!checkpoint.ok) return checkpoint;
  if (checkpoint.value.origin !== origin) return err(`is of the log "${checkpoint.value.origin}"`);
  // The walk compares roots after each record; the empty tree comes before the first.
  if (checkpoint.value.size === 0 && !checkpoint.value.root.equals(new MerkleEdge().root())) {
    return err('does not have the root of the empty tree');
  }
  return checkpoint;
}

function report(walk: Walk | undefined, fault: Fault | null, notes: readonly string[]): VerifyReport {
  const commit = walk?.commit;
  const size = commit?.size ?? 0;
  const later = walk?.later;
  return {
    ok: fault === null,
    fault,
    origin: walk?.origin ?? '',
    size,
    root: commit?.root ?? null,
    checkpoint: commit?.note ?? null,
    checkpointTime: commit === undefined ? null : isoTime(commit.time),
    extendsCheckpoint: fault === null && later !== undefined ? later.size : null,
    counts: walk?.tally ?? newTally(),
    blobs: walk?.blobs === undefined ? 'not_opened_no_keys' : 'opened',
    notes,
  };
}

/** RFC 3339, or the bare number when a leaf's clock is beyond what a date can say. */
function isoTime(unixMs: number): string {
  const date = new Date(unixMs);
  return Number.isNaN(date.getTime()) ? String(unixMs) : date.toISOString();
}
