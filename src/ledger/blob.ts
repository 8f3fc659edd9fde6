/**
 * The blob of a record: header and payload with their salts, cut into pieces, each sealed with AES-256-GCM, and the
 * commitments to both (docs/ledger-format.md sections 3 and 4). Keys come from the keyring; nothing is stored here.
 */
import { createCipheriv, createDecipheriv, createHash, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PIECE_HEAD_BYTES = 4 + 8 + NONCE_BYTES;
/** `u32 day ‖ subject key id (8) ‖ nonce (12)` before and the tag after the ciphertext. */
export const PIECE_OVERHEAD_BYTES = PIECE_HEAD_BYTES + TAG_BYTES;
const PLAIN_HEAD_BYTES = 2 * SALT_BYTES + 4;
const HEADER_DOMAIN = Buffer.from('gatebook/v1/header\0');
const PAYLOAD_DOMAIN = Buffer.from('gatebook/v1/payload\0');

/** Which two keys seal a piece: the day's and the subject's. The subject key id is 8 random bytes. */
export type KeyName = { readonly day: number; readonly subject: Buffer };
export type PieceKey = KeyName & { readonly key: KeyObject };

export type SealedBlob = {
  readonly hc: string;
  readonly pc: string | null;
  readonly bc: readonly string[];
  readonly pieces: readonly Buffer[];
};

export type BlobOf = { readonly origin: string; readonly call: string; readonly kind: string };

/** Plaintext bytes of a record's blob. */
export const plainBytes = (headerBytes: number, payloadBytes: number): number =>
  PLAIN_HEAD_BYTES + headerBytes + payloadBytes;
export const pieceCount = (plain: number): number => Math.max(1, Math.ceil(plain / LIMITS.blobPieceBytes));
/** Stored bytes of the pieces, without their lengths. */
export const sealedBytes = (plain: number): number => plain + pieceCount(plain) * PIECE_OVERHEAD_BYTES;

const commitment = (domain: Buffer, salt: Buffer, text: Buffer): string =>
  createHash('sha256').update(domain).update(salt).update(text).digest('base64');

const additionalData = (of: BlobOf, piece: number, pieces: number): Buffer =>
  Buffer.from(`${of.origin}\n${of.call}\n${of.kind}\n${piece}/${pieces}`, 'latin1');

function sealPiece(plain: Buffer, aad: Buffer, pieceKey: PieceKey, nonce: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', pieceKey.key, nonce);
  cipher.setAAD(aad);
  const piece = Buffer.allocUnsafe(plain.length + PIECE_OVERHEAD_BYTES);
  piece.writeUInt32LE(pieceKey.day, 0);
  piece.set(pieceKey.subject, 4);
  piece.set(nonce, 12);
  piece.set(cipher.update(plain), PIECE_HEAD_BYTES);
  cipher.final(); // GCM is a stream: final() yields no bytes, it computes the tag
  piece.set(cipher.getAuthTag(), PIECE_HEAD_BYTES + plain.length);
  return piece;
}

/**
 * Seals header and payload. A generator: it yields between pieces of 1 MiB, so that the caller can let other
 * work run (a large body would otherwise hold the event loop); a small record is one step.
 */
export function* sealBlob(
  of: BlobOf,
  header: Buffer,
  payload: Buffer | null,
  pieceKey: PieceKey,
  random: (count: number) => Buffer,
): Generator<void, SealedBlob, void> {
  const salts = random(2 * SALT_BYTES);
  const plain = Buffer.allocUnsafe(plainBytes(header.length, payload?.length ?? 0));
  plain.set(salts, 0);
  plain.writeUInt32LE(header.length, 2 * SALT_BYTES);
  plain.set(header, PLAIN_HEAD_BYTES);
  if (payload !== null) plain.set(payload, PLAIN_HEAD_BYTES + header.length);

  const hc = commitment(HEADER_DOMAIN, salts.subarray(0, SALT_BYTES), header);
  let pc: string | null = null;
  if (payload !== null) {
    const digest = createHash('sha256').update(PAYLOAD_DOMAIN).update(salts.subarray(SALT_BYTES));
    for (let at = 0; at < payload.length; at += LIMITS.blobPieceBytes) {
      if (at > 0) yield;
      digest.update(payload.subarray(at, at + LIMITS.blobPieceBytes));
    }
    pc = digest.digest('base64');
  }
  const count = pieceCount(plain.length);
  const pieces: Buffer[] = [];
  const bc: string[] = [];
  for (let i = 0; i < count; i += 1) {
    if (i > 0) yield;
    const part = plain.subarray(i * LIMITS.blobPieceBytes, (i + 1) * LIMITS.blobPieceBytes);
    const piece = sealPiece(part, additionalData(of, i, count), pieceKey, random(NONCE_BYTES));
    pieces.push(piece);
    bc.push(hash('sha256', piece, 'base64'));
  }
  return { hc, pc, bc, pieces };
}

/** The keys a stored piece names. */
export function pieceKeyName(piece: Buffer): KeyName | undefined {
  if (piece.length < PIECE_OVERHEAD_BYTES) return undefined;
  return { day: piece.readUInt32LE(0), subject: piece.subarray(4, 12) };
}

export type OpenedBlob = { readonly header: Buffer; readonly payload: Buffer | null };

/** Opens all pieces with the key each names and checks both commitments. `keys[i]` belongs to piece i. */
export function openBlob(
  of: BlobOf,
  leaf: { readonly hc: string; readonly pc: string | null },
  pieces: readonly Buffer[],
  keys: readonly KeyObject[],
): Result<OpenedBlob, string> {
  const parts: Buffer[] = [];
  for (const [i, piece] of pieces.entries()) {
    const key = keys[i];
    if (key === undefined || piece.length < PIECE_OVERHEAD_BYTES) return err(`piece ${i} cannot be opened`);
    const decipher = createDecipheriv('aes-256-gcm', key, piece.subarray(12, PIECE_HEAD_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(additionalData(of, i, pieces.length));
    decipher.setAuthTag(piece.subarray(piece.length - TAG_BYTES));
    try {
      parts.push(decipher.update(piece.subarray(PIECE_HEAD_BYTES, piece.length - TAG_BYTES)), decipher.final());
    } catch {
      return err(`piece ${i} does not open with its key`);
    }
  }
  const plain = Buffer.concat(parts);
  const headerBytes = plain.length < PLAIN_HEAD_BYTES ? Infinity : plain.readUInt32LE(2 * SALT_BYTES);
  if (PLAIN_HEAD_BYTES + headerBytes > plain.length) return err('blob is shorter than its header says');
  const header = plain.subarray(PLAIN_HEAD_BYTES, PLAIN_HEAD_BYTES + headerBytes);
  const payload = plain.subarray(PLAIN_HEAD_BYTES + headerBytes);
  if (commitment(HEADER_DOMAIN, plain.subarray(0, SALT_BYTES), header) !== leaf.hc)
    return err('header does not match its commitment');
  if (leaf.pc === null)
    return payload.length === 0 ? ok({ header, payload: null }) : err('payload without a commitment');
  if (commitment(PAYLOAD_DOMAIN, plain.subarray(SALT_BYTES, 2 * SALT_BYTES), payload) !== leaf.pc)
    return err('payload does not match its commitment');
  return ok({ header, payload });
}
