/**
 * Ids are secrets of their callers, so what is kept of them are keyed digests, and what is kept with them is sealed under a
 * key made of the id itself: whoever has the store and the key, but no id, reads nothing.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { MakingCall, Place } from '#bindings/binding.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const MADE = 'made';

export type BindingKeys = {
  taskDigest(place: Place, caller: string, id: string): Buffer;
  stateDigest(state: string): Buffer;
  callerDigest(caller: string): Buffer;
  /** Whose a state is: exactly this call, made again. */
  callDigest(caller: string, connection: string, call: Pick<MakingCall, 'method' | 'name'>): Buffer;
  seal(id: string, call: MakingCall): Buffer;
  /** Throws when it was not sealed for this id. */
  open(id: string, sealed: Uint8Array): MakingCall;
};

/**
 * @param secret what every process of the data directory has in common (the masking key)
 * @param random gives so many unpredictable bytes
 */
export function createBindingKeys(secret: Uint8Array, random: (count: number) => Uint8Array): BindingKeys {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook bindings v1', KEY_BYTES));
  /** Lengths go in, so that no two lists of parts read the same. */
  const mac = (...parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  };
  return {
    taskDigest: ({ connection, isPerCaller }, caller, id) =>
      isPerCaller ? mac('task of', connection, caller, id) : mac('task', connection, id),
    stateDigest: (state) => mac('state', state),
    callerDigest: (caller) => mac('caller', caller),
    callDigest: (caller, connection, { method, name }) => mac('call', caller, connection, method, name),
    seal(id, call) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, mac('seal', id), nonce);
      const text = JSON.stringify([
        call.call,
        call.method,
        call.name,
        ...(call.approval === undefined ? [] : [call.approval]),
        ...(call.held === undefined ? [] : [call.held]),
        ...(call.isMade === undefined ? [] : [MADE]),
      ]);
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(id, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv(CIPHER, mac('seal', id), bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      const [call, method, name, approval, held, made] = JSON.parse(text.toString('utf8')) as readonly string[];
      if (call === undefined || method === undefined || name === undefined) throw new Error('a sealed call is not one');
      return {
        call,
        method,
        name,
        ...(approval === undefined ? {} : { approval }),
        ...(held === undefined ? {} : { held }),
        ...(made === MADE ? { isMade: true } : {}),
      };
    },
  };
}
