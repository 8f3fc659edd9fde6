/**
 * Ids of SSE events as clients see them: the server's own id, sealed together with the call it belongs to and to the session
 * it was shown in (MCP 2025-11-25, Resumability and Redelivery). A client can only give back what it was given; the words
 * of the server in it stay unread. Pure, but for a counter: no nonce is used twice with the key of one process.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Limits } from '#limits.ts';

export type EventPlace = {
  /** The call whose stream it is; undefined on a stream of no call. */
  readonly call: string | undefined;
  /** As the server wrote it. */
  readonly upstreamId: string;
};

export type EventIds = {
  /** Undefined for an id that could not be sent back to the server: that event has none then. */
  seal(binding: string, place: EventPlace): string | undefined;
  /** Undefined for what this process did not give to exactly this session. */
  open(binding: string, id: string): EventPlace | undefined;
};

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]+$/;
/** What a header field can carry unchanged (RFC 9110 section 5.5). */
const SENDABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const SEPARATOR = '\n';

/** @param prefix says which worker gave an id, as for session ids (fleet.ts). */
export function createEventIds(options: {
  readonly key: Buffer;
  readonly prefix: string;
  readonly limits: Pick<Limits, 'eventIdChars'>;
}): EventIds {
  const { key, prefix, limits } = options;
  let sealed = 0n;

  const nextNonce = (): Buffer => {
    sealed += 1n;
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeBigUInt64BE(sealed, NONCE_BYTES - 8);
    return nonce;
  };

  return {
    seal(binding, { call, upstreamId }) {
      if (upstreamId.length > limits.eventIdChars || !SENDABLE.test(upstreamId)) return undefined;
      const nonce = nextNonce();
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(binding));
      const text = cipher.update(`${call ?? ''}${SEPARATOR}${upstreamId}`, 'utf8');
      cipher.final();
      return `${prefix}${Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(binding, id) {
      const token = id.startsWith(prefix) ? id.slice(prefix.length) : '';
      // Base64 of the longest id that is given, and some for the call's.
      if (token.length > 2 * limits.eventIdChars + 128 || !TOKEN.test(token)) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(binding))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)).toString('utf8');
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      const at = text.indexOf(SEPARATOR);
      return { call: text.slice(0, at) || undefined, upstreamId: text.slice(at + 1) };
    },
  };
}
