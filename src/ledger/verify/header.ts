/**
 * The header frame of a segment (docs/ledger-format.md section 2). It lies outside the tree, so nothing in it is
 * believed: every field must be what the records before it say.
 */
import { type Result, err, ok } from '#result.ts';
import { exactBase64, isCanonical, isCount, parseExactObject, quoted } from '#ledger/verify/canonical.ts';
import { isOpenIntent } from '#ledger/verify/grammar.ts';
import { HASH_BYTES } from '#ledger/verify/tree.ts';

/** What must stand in the header, known before it is read. */
export type ExpectedHeader = {
  readonly origin: string;
  readonly segment: number;
  /** Size of the file, in bytes. */
  readonly bytes: number;
  readonly first: number;
  readonly edge: readonly Buffer[];
  readonly open: readonly (readonly [number, string])[];
  /** The verifier keys that were given. */
  readonly vkeys: readonly string[];
};

const KEYS = ['format', 'v', 'origin', 'segment', 'size', 'first', 'edge', 'open', 'keys', 't'];

/** The keys in force in this segment; the error completes the sentence "the header …". */
export function checkHeader(body: Buffer, expected: ExpectedHeader): Result<readonly string[], string> {
  const parsed = parseExactObject(body, KEYS);
  if (!parsed.ok) return parsed;
  const { format, v, origin, segment, size, first, edge, open, keys, t } = parsed.value;
  if (format !== 'gatebook-ledger') return err(`names the format ${quoted(format)}`);
  if (v !== 1) return err(`has version ${quoted(v)}, this verifier knows only 1`);
  if (origin !== expected.origin) return err(`names the origin ${quoted(origin)}, the key is for "${expected.origin}"`);
  if (segment !== expected.segment)
    return err(`says it is segment ${quoted(segment)}, its file is ${expected.segment}`);
  if (size !== expected.bytes) return err(`says the file has ${quoted(size)} bytes, it has ${expected.bytes}`);
  if (first !== expected.first) return err(`says the first record is ${quoted(first)}, it must be ${expected.first}`);
  if (!Array.isArray(edge) || !sameEdge(edge, expected.edge)) {
    return err(`does not repeat the right edge of the tree of ${expected.first} records`);
  }
  if (!Array.isArray(open) || !sameOpen(open, expected.open)) {
    return err(`does not repeat the ${expected.open.length} intents that are open at record ${expected.first}`);
  }
  if (!isCount(t)) return err('has no valid time "t"');
  if (!Array.isArray(keys) || keys.length === 0) return err('names no verifier key');
  const inForce: string[] = [];
  for (const key of keys) {
    const known = expected.vkeys.find((vkey) => vkey === key);
    if (known === undefined) return err(`names the verifier key ${quoted(key)}, which was not given`);
    inForce.push(known);
  }
  return isCanonical(body, parsed.value) ? ok(inForce) : err('is not canonical JSON');
}

const sameEdge = (edge: readonly unknown[], expected: readonly Buffer[]): boolean =>
  edge.length === expected.length &&
  edge.every((hash, index) => {
    const bytes = typeof hash === 'string' ? exactBase64(hash, HASH_BYTES) : undefined;
    return bytes !== undefined && expected[index]?.equals(bytes) === true;
  });

const sameOpen = (open: readonly unknown[], expected: ExpectedHeader['open']): boolean =>
  open.length === expected.length &&
  open.every((entry, index) => {
    const [n, call] = expected[index] ?? [];
    return isOpenIntent(entry) && entry[0] === n && entry[1] === call;
  });
