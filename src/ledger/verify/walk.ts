/**
 * The state of a walk through the log, and what one segment header and one complete batch do to it. Believes no byte
 * before it was checked against the tree and a signature; decides nothing about which file or batch comes next.
 */
import { ApprovalRules } from '#ledger/verify/approvals.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import type { BlobOpener } from '#ledger/verify/blobs.ts';
import type { ByteReader } from '#ledger/verify/byte-reader.ts';
import { type Checkpoint, readCheckpoint, signerName } from '#ledger/verify/checkpoint.ts';
import { type FaultCode, FaultFound } from '#ledger/verify/fault.ts';
import { MAGIC, readFrame } from '#ledger/verify/frames.ts';
import { Grammar } from '#ledger/verify/grammar.ts';
import { checkHeader } from '#ledger/verify/header.ts';
import { type CheckedLeaf, parseLeaf } from '#ledger/verify/leaf.ts';
import type { VerifierKey } from '#ledger/verify/note.ts';
import { checkPieces, splitRecordBody } from '#ledger/verify/record-body.ts';
import { type Tally, newTally } from '#ledger/verify/report.ts';
import { MerkleEdge, leafHash } from '#ledger/verify/tree.ts';

/** Called for each record in order, once its batch is known to be complete. */
export type OnLeaf = (leaf: Buffer, hash: Buffer) => void | Promise<void>;

export type Walk = {
  readonly origin: string;
  readonly keys: readonly VerifierKey[];
  readonly later: Checkpoint | undefined;
  readonly blobs: BlobOpener | undefined;
  readonly onLeaf: OnLeaf | undefined;
  readonly tree: MerkleEdge;
  readonly grammar: Grammar;
  readonly approvals: ApprovalRules;
  readonly tally: Tally;
  /** Verifier keys in force in the segment being read. */
  keysInForce: readonly string[];
  /** Time of the newest record, Unix milliseconds. */
  lastTime: number;
  /** The last good commit. */
  commit: { readonly size: number; readonly root: string; readonly note: string; readonly time: number } | undefined;
};

export type WalkInput = Pick<Walk, 'origin' | 'keys' | 'later' | 'blobs' | 'onLeaf'>;

export const newWalk = (input: WalkInput): Walk => ({
  ...input,
  tree: new MerkleEdge(),
  grammar: new Grammar(),
  approvals: new ApprovalRules(),
  tally: newTally(),
  keysInForce: [],
  lastTime: 0,
  commit: undefined,
});

/** A place in a file, to make a fault from. */
type Place = { readonly file: string; readonly offset: number; readonly record: number | null };

const fail = (code: FaultCode, place: Place, what: string): never => {
  throw new FaultFound({ code, ...place, what });
};

/** Checks magic and header frame; returns the offset of the first batch. */
export async function checkSegmentStart(
  walk: Walk,
  reader: ByteReader,
  file: string,
  segment: number,
): Promise<number> {
  const start: Place = { file, offset: 0, record: null };
  if (reader.size > BOUNDS.segmentBytes)
    return fail('segment_size', start, `the file is larger than ${BOUNDS.segmentBytes} bytes`);
  const magic = await reader.bytes(0, MAGIC.length);
  if (magic === undefined) return fail('segment_size', start, 'the file is too short to be a segment');
  const wrong = magic.findIndex((byte, index) => byte !== MAGIC[index]);
  if (wrong >= 0)
    return fail('magic', { ...start, offset: wrong }, 'the file does not begin with the magic of a segment');
  const place: Place = { ...start, offset: MAGIC.length };
  const frame = await readFrame(reader, MAGIC.length);
  if (frame.kind === 'damaged') return fail('header', place, `the header frame is damaged: ${frame.what}`);
  if (frame.kind === 'zero' || frame.type !== 'header') return fail('header', place, 'the segment has no header frame');
  const keys = checkHeader(frame.body, {
    origin: walk.origin,
    segment,
    bytes: reader.size,
    first: walk.tree.size,
    edge: walk.tree.edge,
    open: walk.grammar.openIntents(),
    vkeys: walk.keys.map((key) => key.vkey),
  });
  if (!keys.ok) return fail('header', place, `the header ${keys.error}`);
  walk.keysInForce = keys.value;
  walk.tally.segments += 1;
  return frame.end;
}

/** Checks the batch of `records` records at `offset`, known to be complete; returns the offset just after its commit. */
export async function checkBatch(
  walk: Walk,
  reader: ByteReader,
  file: string,
  offset: number,
  records: number,
): Promise<number> {
  const first = walk.tree.size;
  let at = offset;
  for (let count = 0; count < records; count += 1) {
    const place: Place = { file, offset: at, record: walk.tree.size };
    const frame = await readFrame(reader, at);
    if (frame.kind !== 'frame') return fail('damaged', place, 'the batch changed while it was read');
    await checkRecord(walk, place, frame.body);
    at = frame.end;
  }
  const place: Place = { file, offset: at, record: null };
  const frame = await readFrame(reader, at);
  if (frame.kind !== 'frame' || frame.type !== 'commit')
    return fail('damaged', place, 'the batch changed while it was read');
  checkCommit(walk, place, frame.body, first);
  return frame.end;
}

async function checkRecord(walk: Walk, place: Place, body: Buffer): Promise<void> {
  const record = splitRecordBody(body);
  if (!record.ok) return fail('record', place, record.error);
  const { pieces } = record.value;
  const leaf = parseLeaf(record.value.leaf);
  if (!leaf.ok) return fail('leaf', place, `the leaf ${leaf.error}`);
  if (leaf.value.n !== walk.tree.size) {
    return fail(
      'index',
      place,
      `the record says it has index ${leaf.value.n}, its place in the log is ${walk.tree.size}`,
    );
  }
  const wrongPiece = checkPieces(pieces, leaf.value.bc);
  if (wrongPiece !== undefined) return fail('blob_hash', place, wrongPiece);
  const ungrammatical = walk.grammar.take(leaf.value);
  if (ungrammatical !== undefined) return fail('grammar', place, `the record ${ungrammatical}`);
  await openBlob(walk, place, leaf.value, pieces);
  count(walk.tally, leaf.value, pieces);
  walk.lastTime = leaf.value.t;
  const hash = leafHash(record.value.leaf);
  walk.tree.append(hash);
  checkLater(walk, place);
  await walk.onLeaf?.(record.value.leaf, hash);
}

function count(tally: Tally, leaf: CheckedLeaf, pieces: readonly Buffer[]): void {
  tally.records[leaf.kind] += 1;
  for (const piece of pieces) {
    if (piece.length === 0) tally.piecesRemoved += 1;
    else {
      tally.pieces += 1;
      tally.pieceBytes += piece.length;
    }
  }
}

async function openBlob(walk: Walk, place: Place, leaf: CheckedLeaf, pieces: readonly Buffer[]): Promise<void> {
  if (walk.blobs === undefined) return;
  const finding = await walk.blobs.open(leaf, pieces);
  if (!finding.ok) return fail(finding.error.code, place, finding.error.what);
  if (finding.value.kind === 'opened') walk.tally.opened += 1;
  else walk.tally.unreadable += 1;
  if (finding.value.kind === 'key_destroyed') walk.tally.keysDestroyed += 1;
  const broken = walk.approvals.take(leaf, finding.value.kind === 'opened' ? finding.value.header : undefined);
  if (broken !== undefined) fail('approval', place, `the record ${broken}`);
}

/** At the size of the later checkpoint this log must have had its root. */
function checkLater(walk: Walk, place: Place): void {
  if (walk.later?.size !== walk.tree.size || walk.later.root.equals(walk.tree.root())) return;
  fail('checkpoint', place, `the first ${walk.tree.size} records are not the ones the given checkpoint was signed for`);
}

/** Body: u64 index of the batch's first record, u32 number of records, signed note (section 2). */
function checkCommit(walk: Walk, place: Place, body: Buffer, first: number): void {
  if (body.length < 12) return fail('commit', place, 'the commit frame is too short');
  if (body.readBigUInt64LE(0) !== BigInt(first)) {
    return fail(
      'commit',
      place,
      `the commit says its batch begins at record ${body.readBigUInt64LE(0)}, it begins at ${first}`,
    );
  }
  const records = walk.tree.size - first;
  if (body.readUInt32LE(8) !== records) {
    return fail('commit', place, `the commit says its batch has ${body.readUInt32LE(8)} records, it has ${records}`);
  }
  const note = body.subarray(12);
  const checkpoint = readCheckpoint(note, walk.keys);
  if (!checkpoint.ok) return fail('signature', place, `the checkpoint ${checkpoint.error}`);
  const { origin, size, root, extensions, signers, firstSigner } = checkpoint.value;
  if (origin !== walk.origin) return fail('commit', place, 'the checkpoint is of another origin');
  if (size !== walk.tree.size)
    return fail('commit', place, `the checkpoint is for ${size} records, the log has ${walk.tree.size} here`);
  if (!root.equals(walk.tree.root())) {
    return fail(
      'root',
      place,
      `the signed root does not match records 0 to ${walk.tree.size - 1}: one of them was changed`,
    );
  }
  if (extensions.length > 0) return fail('commit', place, 'the checkpoint has extension lines');
  const signer = signers[0];
  if (signer === undefined || signerName(signer) !== firstSigner || !walk.keysInForce.includes(signer.vkey)) {
    return fail('signature', place, 'the first signature is not by a key that the segment names');
  }
  walk.tally.commits += 1;
  walk.tally.openIntents = walk.grammar.openCount;
  walk.commit = { size, root: root.toString('base64'), note: note.toString(), time: walk.lastTime };
}
