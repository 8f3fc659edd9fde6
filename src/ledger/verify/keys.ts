/**
 * Reads the key directory (docs/ledger-format.md section 7): the master key and the ring of day and subject keys.
 * A key that is not there was destroyed; a key that is there and does not unwrap is a fault. Never writes.
 */
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { type Result, err, ok } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { exactBase64, isObject } from '#ledger/verify/canonical.ts';
import { type ShardFiles, fileBytes, readSmallFile } from '#ledger/verify/shard-files.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^(day:(0|[1-9][0-9]{0,9})|subject:[0-9a-f]{16})$/;
const MASTER_FILE_BYTES_MAX = 1_024;
const RING_FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** Opens a key of the ring by its id, undefined when it was destroyed. The error says what is wrong with it. */
export type KeyRing = { key(id: string): Promise<Result<Buffer, string> | undefined> };

/** AES-256-GCM over `nonce ‖ ciphertext ‖ tag`; undefined when the tag does not hold. */
export function openSealed(key: Buffer, sealed: Buffer, additional: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const opening = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  opening.setAAD(Buffer.from(additional));
  opening.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const plain = opening.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    return Buffer.concat([plain, opening.final()]);
  } catch {
    return undefined;
  }
}

export const hkdf = (ikm: Buffer, info: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', ikm, Buffer.alloc(0), info, KEY_BYTES));

/** Reads `master.key`, which further shards have in the folder above, and `ring.jsonl`; the error is a sentence naming the file. */
export async function loadKeyRing(files: ShardFiles): Promise<Result<KeyRing, string>> {
  const master =
    (await readSmallFile(files, 'master.key', MASTER_FILE_BYTES_MAX)) ??
    (await readSmallFile(files, '../master.key', MASTER_FILE_BYTES_MAX));
  if (master === undefined) return err('master.key is missing');
  const secret = exactBase64(master.toString('latin1').trimEnd(), KEY_BYTES);
  if (secret === undefined) return err('master.key does not hold 32 bytes in base64');
  const wrapped = await readRing(files);
  if (!wrapped.ok) return wrapped;
  return ok(keyRing(files, hkdf(secret, Buffer.from('gatebook/v1/wrap')), wrapped.value));
}

/** Wrapped keys by id, and the size of the file they were read from. */
type WrappedKeys = { readonly keys: ReadonlyMap<string, Buffer>; readonly bytes: number };

async function readRing(files: ShardFiles): Promise<Result<WrappedKeys, string>> {
  const ring = await readSmallFile(files, 'ring.jsonl', RING_FILE_BYTES_MAX);
  return ring === undefined ? err('ring.jsonl is missing') : parseRing(ring);
}

/** Wrapped keys by id. A last line without its newline was cut by a crash before the key was ever used. */
function parseRing(bytes: Buffer): Result<WrappedKeys, string> {
  const wrapped = new Map<string, Buffer>();
  for (let start = 0, line = 1; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) break;
    const entry = end - start > BOUNDS.ringLineBytes ? undefined : parseRingLine(bytes.toString('utf8', start, end));
    if (entry === undefined) return err(`ring.jsonl, line ${line}, is not a wrapped key`);
    if (wrapped.has(entry.id)) return err(`ring.jsonl, line ${line}, holds ${entry.id} a second time`);
    wrapped.set(entry.id, entry.wrapped);
    start = end + 1;
  }
  return ok({ keys: wrapped, bytes: bytes.length });
}

function parseRingLine(line: string): { readonly id: string; readonly wrapped: Buffer } | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(entry)) return undefined;
  const { id, wrapped } = entry;
  if (typeof id !== 'string' || !KEY_ID.test(id) || typeof wrapped !== 'string') return undefined;
  const bytes = exactBase64(wrapped, NONCE_BYTES + KEY_BYTES + TAG_BYTES);
  return bytes === undefined ? undefined : { id, wrapped: bytes };
}

function keyRing(files: ShardFiles, wrapKey: Buffer, first: WrappedKeys): KeyRing {
  let wrapped = first;
  return {
    key: async (id) => {
      // A running gateway adds keys: one that is missing may be younger than what was read.
      if (!wrapped.keys.has(id) && (await fileBytes(files, 'ring.jsonl')) !== wrapped.bytes) {
        const again = await readRing(files);
        if (!again.ok) return again;
        wrapped = again.value;
      }
      const sealed = wrapped.keys.get(id);
      if (sealed === undefined) return undefined;
      const key = openSealed(wrapKey, sealed, id);
      return key === undefined ? err(`ring.jsonl: ${id} does not unwrap with this master.key`) : ok(key);
    },
  };
}
