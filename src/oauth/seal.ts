/**
 * Seals what must be readable by the gateway alone: what stays in a row, or goes to a browser and comes back. Each use has a
 * key of its own, and every text is about something: taken elsewhere it does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export type Seal = {
  /** @param about what it belongs to; needed to open it, and not in it. */
  seal(text: string, about: string): Buffer;
  /** Undefined when it was not sealed here, for this use, about this. */
  open(sealed: Uint8Array, about: string): string | undefined;
};

/**
 * @param secret what every process of the data directory has in common (the masking key)
 * @param use names what it is for, with its version
 * @param random gives so many unpredictable bytes
 */
export function createSeal(secret: Uint8Array, use: string, random: (count: number) => Uint8Array): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', use, KEY_BYTES));
  return {
    seal(text, about) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, about) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
