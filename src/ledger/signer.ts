/** Signs checkpoints with the log's Ed25519 key (RFC 8032). The only place that holds that key. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { checkpointBody, formatVerifierKey, parseVerifierKey, signatureLine } from '#ledger/note.ts';
import type { Checkpoint, VerifierKey } from '#ledger/note.ts';

/** DER of an Ed25519 PKCS #8 private key up to the 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Deployment and shard, which make up the origin. */
export const ORIGIN_PATTERN = /^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}$/;

export type Signer = {
  /** Name of the key and of the log. */
  readonly origin: string;
  /** C2SP verifier key, one line without newline. */
  readonly vkey: string;
  readonly verifier: VerifierKey;
  /** The signed note of a checkpoint of this log. */
  sign(checkpoint: Checkpoint): string;
};

/** `seed` is the 32-byte Ed25519 private key. */
export function createSigner(origin: string, seed: Buffer): Signer {
  if (!ORIGIN_PATTERN.test(origin)) throw new RangeError(`not an origin <deployment>/<shard>: ${origin}`);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const vkey = formatVerifierKey(origin, publicKey);
  const verifier = parseVerifierKey(vkey);
  if (!verifier.ok) throw new Error(verifier.error);
  const { id } = verifier.value;
  return {
    origin,
    vkey,
    verifier: verifier.value,
    sign: (checkpoint) => {
      const body = checkpointBody(checkpoint);
      return `${body}\n${signatureLine(origin, id, sign(null, Buffer.from(body), key))}`;
    },
  };
}
