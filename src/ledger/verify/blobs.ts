/**
 * Opens the blob of a record and checks the commitments of its leaf (docs/ledger-format.md sections 3 and 4).
 * Holds one record's plaintext at a time and lets go of it; nothing of it enters a message.
 */
import { createHash } from 'node:crypto';
import { type Result, err, ok } from '#result.ts';
import { type JsonObject, exactText, isObject } from '#ledger/verify/canonical.ts';
import { type KeyRing, hkdf, openSealed } from '#ledger/verify/keys.ts';
import type { CheckedLeaf } from '#ledger/verify/leaf.ts';

export type BlobFinding =
  | { readonly kind: 'opened'; readonly header: JsonObject }
  /** A piece was removed by retention, or one of its keys is gone: nothing to check, nothing wrong. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'key_destroyed' };

export type BlobFault = { readonly code: 'blob' | 'commitment' | 'keys'; readonly what: string };
export type BlobOpener = {
  open(leaf: CheckedLeaf, pieces: readonly Buffer[]): Promise<Result<BlobFinding, BlobFault>>;
};

const PIECE_HEAD_BYTES = 12;
const SALT_BYTES = 32;
const PLAIN_HEAD_BYTES = 2 * SALT_BYTES + 4;
const BLOB_KEYS_CACHED = 1_024;

/** Blob key of a piece, null when one of its two keys was destroyed. Cached: a day has few callers at a time. */
type BlobKeys = (day: number, subject: string) => Promise<Result<Buffer | null, string>>;

export function blobOpener(origin: string, ring: KeyRing): BlobOpener {
  const keyOf = cachedBlobKeys(ring);
  return {
    open: async (leaf, pieces) => {
      if (pieces.some((piece) => piece.length === 0)) return ok({ kind: 'removed' });
      const plain: Buffer[] = [];
      for (const [index, piece] of pieces.entries()) {
        const key = await keyOf(piece.readUInt32LE(0), piece.toString('hex', 4, PIECE_HEAD_BYTES));
        if (!key.ok) return err({ code: 'keys', what: key.error });
        if (key.value === null) return ok({ kind: 'key_destroyed' });
        const additional = `${origin}\n${leaf.call}\n${leaf.kind}\n${index}/${pieces.length}`;
        const opened = openSealed(key.value, piece.subarray(PIECE_HEAD_BYTES), additional);
        if (opened === undefined)
          return err({ code: 'blob', what: `piece ${index} of the blob does not open with its key` });
        plain.push(opened);
      }
      return checkCommitments(leaf, Buffer.concat(plain));
    },
  };
}

function checkCommitments(leaf: CheckedLeaf, plain: Buffer): Result<BlobFinding, BlobFault> {
  if (plain.length < PLAIN_HEAD_BYTES) return err({ code: 'blob', what: 'the opened blob is too short' });
  const headerSalt = plain.subarray(0, SALT_BYTES);
  const payloadSalt = plain.subarray(SALT_BYTES, 2 * SALT_BYTES);
  const headerEnd = PLAIN_HEAD_BYTES + plain.readUInt32LE(2 * SALT_BYTES);
  if (headerEnd > plain.length)
    return err({ code: 'blob', what: 'the header in the opened blob is longer than the blob' });
  const header = plain.subarray(PLAIN_HEAD_BYTES, headerEnd);
  const payload = plain.subarray(headerEnd);
  const value = jsonObjectOf(header);
  if (value === undefined) return err({ code: 'blob', what: 'the header in the opened blob is not a JSON object' });
  if (commitment('header', headerSalt, header) !== leaf.hc) {
    return err({ code: 'commitment', what: 'the header in the opened blob is not the one the leaf commits to' });
  }
  if (leaf.pc === null && payload.length > 0) {
    return err({ code: 'commitment', what: 'the opened blob has a payload, the leaf says there is none' });
  }
  if (leaf.pc !== null && commitment('payload', payloadSalt, payload) !== leaf.pc) {
    return err({ code: 'commitment', what: 'the payload in the opened blob is not the one the leaf commits to' });
  }
  return ok({ kind: 'opened', header: value });
}

const commitment = (domain: 'header' | 'payload', salt: Buffer, bytes: Buffer): string =>
  createHash('sha256').update(`gatebook/v1/${domain}\0`).update(salt).update(bytes).digest('base64');

function jsonObjectOf(bytes: Buffer): JsonObject | undefined {
  const text = exactText(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function cachedBlobKeys(ring: KeyRing): BlobKeys {
  const cache = new Map<string, Buffer | null>();
  return async (day, subject) => {
    const id = `${day}:${subject}`;
    const cached = cache.get(id);
    if (cached !== undefined) return ok(cached);
    const key = await deriveBlobKey(ring, day, subject);
    if (!key.ok) return key;
    if (cache.size >= BLOB_KEYS_CACHED) cache.clear();
    cache.set(id, key.value);
    return key;
  };
}

async function deriveBlobKey(ring: KeyRing, day: number, subject: string): Promise<Result<Buffer | null, string>> {
  const dayKey = await ring.key(`day:${day}`);
  const subjectKey = await ring.key(`subject:${subject}`);
  if (dayKey !== undefined && !dayKey.ok) return dayKey;
  if (subjectKey !== undefined && !subjectKey.ok) return subjectKey;
  if (dayKey === undefined || subjectKey === undefined) return ok(null);
  const info = Buffer.concat([Buffer.from('gatebook/v1/blob\0'), Buffer.alloc(4), Buffer.from(subject, 'hex')]);
  info.writeUInt32LE(day, info.length - 12);
  return ok(hkdf(Buffer.concat([dayKey.value, subjectKey.value]), info));
}
