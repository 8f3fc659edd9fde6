/** Wrapping of keys under the master key (docs/ledger-format.md section 7). Pure: no file is touched here. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;
export const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const EMPTY = Buffer.alloc(0);

export const hkdf = (key: Uint8Array, info: string | Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', key, EMPTY, info, KEY_BYTES));

/** The keys derived from the master key: one wraps other keys, one finds a caller's key again, one makes masking tokens. */
export type MasterKeys = { readonly wrap: Buffer; readonly who: Buffer; readonly mask: Buffer };
export const deriveMasterKeys = (master: Uint8Array): MasterKeys => ({
  wrap: hkdf(master, 'gatebook/v1/wrap'),
  who: hkdf(master, 'gatebook/v1/who'),
  mask: hkdf(master, 'gatebook/v1/mask'),
});

export function wrapKey(wrapKey: Buffer, id: string, key: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', wrapKey, nonce);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
}

/** Undefined when the bytes are not that key wrapped under this master key. */
export function unwrapKey(wrapKey: Buffer, id: string, wrapped: Buffer): Buffer | undefined {
  if (wrapped.length !== WRAPPED_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', wrapKey, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(wrapped.subarray(NONCE_BYTES + KEY_BYTES));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
