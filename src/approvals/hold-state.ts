/**
 * What a client is given to come back with while its call waits for people: a `requestState` (MCP 2026-07-28, Multi Round-Trip
 * Requests, Server Requirements). Sealed, bound to who calls and to exactly what is called, and no more than a pointer: what
 * was decided stands in the store, so one that comes back again finds what it would have found anyway.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const PREFIX = 'gbh1.';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const CHARS_MAX = 2_048;

export type HoldState = {
  readonly approval: string;
  /** `callerKey` of who was given it. */
  readonly caller: string;
  /** Base64url of the fingerprint of the call. */
  readonly print: string;
  /** How often the client was sent away with one, this time included. */
  readonly round: number;
  /** Unix milliseconds. */
  readonly expiresMs: number;
};

export type HoldStates = {
  seal(state: HoldState): string;
  /** Undefined: it is none of this deployment, or was altered. */
  open(text: string): HoldState | undefined;
};

/**
 * @param secret what every process of the data directory has in common (the masking key)
 * @param random gives so many unpredictable bytes
 */
export function createHoldStates(secret: Uint8Array, random: (count: number) => Uint8Array): HoldStates {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook hold states v1', KEY_BYTES));
  return {
    seal({ approval, caller, print, round, expiresMs }) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const text = JSON.stringify([approval, caller, print, round, expiresMs]);
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return PREFIX + Buffer.concat(sealed).toString('base64url');
    },
    open(text) {
      if (!text.startsWith(PREFIX) || text.length > CHARS_MAX) return undefined;
      const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const opened = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
        // What was sealed here is of this shape.
        const [approval, caller, print, round, expiresMs] = JSON.parse(Buffer.concat(opened).toString('utf8')) as [
          string,
          string,
          string,
          number,
          number,
        ];
        return { approval, caller, print, round, expiresMs };
      } catch {
        return undefined;
      }
    },
  };
}
