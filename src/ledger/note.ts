/**
 * C2SP signed notes, verifier keys and tlog checkpoints (https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint),
 * as far as a log that signs with Ed25519 needs them. Holds no key.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** signed-note: algorithm byte of an Ed25519 key. */
const ED25519 = 0x01;
const SIGNATURE_LINES_MAX = 16;
const NOTE_CHARS_MAX = 64 * 1024;
/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export type VerifierKey = { readonly name: string; readonly id: Buffer; readonly key: KeyObject };
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };

/** First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
export function keyId(name: string, publicKey: Uint8Array): Buffer {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), publicKey]),
    'buffer',
  ).subarray(0, 4);
}

/** `<name>+<hex key id>+<base64(0x01 ‖ public key)>`. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${keyId(name, publicKey).toString('hex')}+${Buffer.concat([Buffer.from([ED25519]), publicKey]).toString('base64')}`;
}

export function parseVerifierKey(text: string): Result<VerifierKey, string> {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text.trim());
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (match === null || bytes.length !== 33 || bytes[0] !== ED25519)
    return err('not a C2SP verifier key with an Ed25519 key');
  const publicKey = bytes.subarray(1);
  if (keyId(name, publicKey).toString('hex') !== id) return err('key id of the verifier key does not match its key');
  return ok({
    name,
    id: Buffer.from(id, 'hex'),
    key: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' }),
  });
}

/** The text that is signed: origin, size, root, each on a line. */
export const checkpointBody = (checkpoint: Checkpoint): string =>
  `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;

export const signatureLine = (name: string, id: Buffer, signature: Buffer): string =>
  `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;

/** Accepts a note one of whose signatures is by `verifier`, over a checkpoint of the log named like it. Other signatures are not looked at. */
export function openCheckpoint(note: string, verifier: VerifierKey): Result<Checkpoint, string> {
  if (note.length > NOTE_CHARS_MAX) return err('signed note is too long');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return err('not a signed note');
  const body = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > SIGNATURE_LINES_MAX) return err('too many signatures');
  const prefix = `— ${verifier.name} `;
  const signed = lines.some((line) => {
    if (!line.startsWith(prefix)) return false;
    const bytes = Buffer.from(line.slice(prefix.length), 'base64');
    return (
      bytes.length === 68 &&
      bytes.subarray(0, 4).equals(verifier.id) &&
      verify(null, Buffer.from(body), verifier.key, bytes.subarray(4))
    );
  });
  if (!signed) return err('no valid signature by the log');
  const match = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(body);
  if (match === null) return err('not a checkpoint without extension lines');
  const [, origin = '', size = '', root = ''] = match;
  if (origin !== verifier.name) return err(`checkpoint of another log: ${origin}`);
  const bytes = Buffer.from(root, 'base64');
  if (bytes.toString('base64') !== root || !Number.isSafeInteger(Number(size)))
    return err('size or root of the checkpoint is malformed');
  return ok({ origin, size: Number(size), root: bytes });
}
