/**
 * C2SP signed notes and verifier keys (https://c2sp.org/signed-note), Ed25519 only. Knows nothing about what a note says.
 */
import { type KeyObject, createHash, createPublicKey, verify } from 'node:crypto';
import { type Result, err, ok } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { exactBase64, exactText, quoted } from '#ledger/verify/canonical.ts';

export type VerifierKey = {
  readonly vkey: string;
  readonly name: string;
  /** First four bytes of the key's hash, hex. */
  readonly id: string;
  readonly key: KeyObject;
};

export type NoteSignature = { readonly name: string; readonly id: string; readonly signature: Buffer };

export type SignedNote = {
  /** The signed text, its final newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

const ED25519 = 0x01;
const ED25519_KEY_BYTES = 32;
/** Key names: not empty, no Unicode space, no plus. */
const KEY_NAME = String.raw`[^\s+\u0085]+`;
const VKEY = new RegExp(`^(${KEY_NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/=]+)$`, 'u');
const SIGNATURE_LINE = new RegExp(`^\u2014 (${KEY_NAME}) ([A-Za-z0-9+/=]+)$`, 'u');
// Signed notes MUST NOT contain ASCII control characters other than newline.
const CONTROL_CHARACTER = /[\u0000-\u0009\u000b-\u001f]/u;

/** One verifier key; the error completes the sentence "the verifier key …". */
export function parseVkey(line: string): Result<VerifierKey, string> {
  const [, name, id, encoded] = VKEY.exec(line) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) return err('is not of the form name+id+key');
  const material = exactBase64(encoded);
  if (material === undefined) return err('is not canonical base64');
  if (material[0] !== ED25519 || material.length !== 1 + ED25519_KEY_BYTES) return err('is not an Ed25519 key');
  const expected = createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8);
  if (id !== expected) return err(`has the id ${id}, but its key has ${expected}`);
  const x = material.subarray(1).toString('base64url');
  return ok({ vkey: line, name, id, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) });
}

/** The lines of a `log.vkey` file: one key, or the old and the new ones of a log whose key was rotated. */
export function parseVkeys(text: string): Result<readonly VerifierKey[], string> {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return err('is missing: the file is empty');
  if (lines.length > BOUNDS.verifierKeys) return err(`is one of ${lines.length}, more than ${BOUNDS.verifierKeys}`);
  const keys: VerifierKey[] = [];
  for (const line of lines) {
    const key = parseVkey(line);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok(keys);
}

/** The error completes the sentence "the note …". */
export function parseNote(bytes: Uint8Array): Result<SignedNote, string> {
  const whole = exactText(bytes);
  if (whole === undefined) return err('is not UTF-8');
  if (CONTROL_CHARACTER.test(whole)) return err('contains a control character');
  // The text is separated from the signatures by the last empty line.
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n') || split + 2 === whole.length) return err('has no signatures');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > BOUNDS.noteSignatures) return err(`has more than ${BOUNDS.noteSignatures} signatures`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    const blob = encoded === undefined ? undefined : exactBase64(encoded);
    if (name === undefined || blob === undefined || blob.length < 5)
      return err(`has the signature line ${quoted(line)}`);
    signatures.push({ name, id: blob.toString('hex', 0, 4), signature: blob.subarray(4) });
  }
  return ok({ text: whole.slice(0, split + 1), signatures });
}

/**
 * The known keys that signed, in the order of the lines. As C2SP asks: signatures of unknown keys are ignored, one of a
 * known key that does not verify refuses the whole note, and at least one must verify.
 */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): Result<readonly VerifierKey[], string> {
  const text = Buffer.from(note.text);
  const signers: VerifierKey[] = [];
  for (const { name, id, signature } of note.signatures) {
    const known = keys.find((key) => key.name === name && key.id === id);
    if (known === undefined) continue;
    if (!verify(null, text, known.key, signature)) return err(`has a signature by ${name}+${id} that does not verify`);
    signers.push(known);
  }
  return signers.length === 0 ? err('is not signed by the given key') : ok(signers);
}
