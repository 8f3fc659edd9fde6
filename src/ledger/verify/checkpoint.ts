/** C2SP checkpoints (https://c2sp.org/tlog-checkpoint): what a signed note of a log says about its tree. */
import { type Result, err, ok } from '#result.ts';
import { exactBase64 } from '#ledger/verify/canonical.ts';
import { type VerifierKey, parseNote, verifyNote } from '#ledger/verify/note.ts';
import { HASH_BYTES } from '#ledger/verify/tree.ts';

export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  readonly extensions: readonly string[];
  /** Known keys whose signatures hold, in the order of the lines. */
  readonly signers: readonly VerifierKey[];
  /** Name and key id of the first signature line, known or not. */
  readonly firstSigner: string;
};

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/** Parses the note and verifies its signatures; the error completes the sentence "the checkpoint …". */
export function readCheckpoint(bytes: Uint8Array, keys: readonly VerifierKey[]): Result<Checkpoint, string> {
  const note = parseNote(bytes);
  if (!note.ok) return note;
  const [origin, sizeText, rootText, ...extensions] = note.value.text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '') return err('has no origin');
  const size = sizeText !== undefined && SIZE.test(sizeText) ? Number(sizeText) : undefined;
  if (size === undefined || !Number.isSafeInteger(size)) return err('has no valid tree size');
  const root = rootText === undefined ? undefined : exactBase64(rootText, HASH_BYTES);
  if (root === undefined) return err('has no valid root hash');
  if (extensions.includes('')) return err('has an empty extension line');
  const signers = verifyNote(note.value, keys);
  if (!signers.ok) return signers;
  const first = note.value.signatures[0];
  const firstSigner = first === undefined ? '' : `${first.name}+${first.id}`;
  return ok({ origin, size, root, extensions, signers: signers.value, firstSigner });
}

export const signerName = (key: VerifierKey): string => `${key.name}+${key.id}`;
