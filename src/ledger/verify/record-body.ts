/**
 * The body of a record frame: the leaf and the stored pieces of the blob (docs/ledger-format.md section 2).
 * Takes it apart within bounds; does not know what a leaf says.
 */
import { createHash } from 'node:crypto';
import { type Result, err, ok } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';

export type RecordBody = {
  readonly leaf: Buffer;
  /** In order; an empty one stands for a piece that retention has removed. */
  readonly pieces: readonly Buffer[];
};

export function splitRecordBody(body: Buffer): Result<RecordBody, string> {
  if (body.length < 4) return err('the body of the record is shorter than its own lengths');
  const leafBytes = body.readUInt16LE(0);
  const count = body.readUInt16LE(2);
  if (leafBytes > BOUNDS.leafBytes) return err(`a leaf of ${leafBytes} bytes is longer than ${BOUNDS.leafBytes}`);
  if (count > BOUNDS.piecesPerRecord)
    return err(`${count} pieces in one record are more than ${BOUNDS.piecesPerRecord}`);
  let at = 4 + leafBytes;
  if (at > body.length) return err('the leaf reaches beyond its record');
  const leaf = body.subarray(4, at);
  const pieces: Buffer[] = [];
  for (let piece = 0; piece < count; piece += 1) {
    if (at + 4 > body.length) return err(`piece ${piece} begins beyond the end of the record`);
    const length = body.readUInt32LE(at);
    at += 4;
    if (at + length > body.length) return err(`piece ${piece} reaches beyond the end of the record`);
    if (length > BOUNDS.piecePlainBytes + BOUNDS.pieceOverheadBytes)
      return err(`piece ${piece} is longer than allowed`);
    if (length > 0 && length < BOUNDS.pieceOverheadBytes) return err(`piece ${piece} is too short to be a sealed one`);
    pieces.push(body.subarray(at, at + length));
    at += length;
  }
  if (at !== body.length) return err(`${body.length - at} bytes follow the last piece of the record`);
  return ok({ leaf, pieces });
}

/** Checks the stored pieces against the hashes in the leaf; a string says which one is wrong. */
export function checkPieces(pieces: readonly Buffer[], hashes: readonly string[]): string | undefined {
  if (pieces.length !== hashes.length) {
    return `the leaf promises ${hashes.length} pieces of its blob, ${pieces.length} are stored`;
  }
  for (const [index, piece] of pieces.entries()) {
    if (piece.length === 0) continue;
    if (createHash('sha256').update(piece).digest('base64') !== hashes[index]) {
      return `piece ${index} of the blob does not have the hash its leaf promises`;
    }
  }
  return undefined;
}
