/**
 * The leaf as bytes: canonical JSON (RFC 8785) of exactly the keys of docs/ledger-format.md section 3.
 * Every string in a leaf is plain ASCII that JSON never escapes, so canonical form is fixed key order and no spaces.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { LIMITS } from '#limits.ts';
import { OUTCOMES, RECORD_KINDS } from '#ledger/record.ts';
import type { Leaf, LeafMask, RecordKind } from '#ledger/record.ts';

export const CALL_PATTERN = /^[a-z2-7]{26}$/;
export const STATUS_PATTERN = /^[A-Za-z0-9_.:/+-]{1,128}$/;
const POLICY_PATTERN = /^[0-9a-f]{16}$/;
const HASH_PATTERN = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const CONTROL_PATTERN = /^[a-z_]{1,32}$/;
const STREAM_PATTERN = /^(?:up|down|late)$/;
export const MASK_FLAGS: readonly string[] = ['budget', 'failed', 'schema_repaired', 'schema_unfit', 'truncated'];
export const PIECES_MAX = 64;

const kinds: ReadonlySet<string> = new Set(RECORD_KINDS);
const outcomes: ReadonlySet<string> = new Set(OUTCOMES);
const isKind = (value: unknown): value is RecordKind => typeof value === 'string' && kinds.has(value);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const matches = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

function maskText(mask: LeafMask): string {
  if (mask.f === undefined || mask.f.length === 0) return `{"n":${mask.n}}`;
  return `{"f":["${mask.f.join('","')}"],"n":${mask.n}}`;
}

/** The canonical text. Trusts its input: entries are checked by `entryFault` before they reach the queue. */
export function encodeLeaf(leaf: Leaf): string {
  const pc = leaf.pc === null ? 'null' : `"${leaf.pc}"`;
  const pol = leaf.pol === null ? 'null' : `"${leaf.pol}"`;
  return (
    `{"bc":["${leaf.bc.join('","')}"],"call":"${leaf.call}","hc":"${leaf.hc}","kind":"${leaf.kind}",` +
    `"mask":${maskText(leaf.mask)},"n":${leaf.n},"pc":${pc},"pol":${pol},"ref":${leaf.ref},"st":"${leaf.st}","t":${leaf.t},"v":1}`
  );
}

/** What kinds may say in `st` (section 5 of the format). */
export function statusFits(kind: RecordKind, st: string): boolean {
  switch (kind) {
    case 'intent':
      return st === 'open';
    case 'result':
      return outcomes.has(st);
    case 'orphan':
      return st === 'orphan';
    case 'stream':
      return STREAM_PATTERN.test(st);
    case 'control':
      return CONTROL_PATTERN.test(st);
    case 'denied':
    case 'anchor':
      return STATUS_PATTERN.test(st);
    default:
      return false;
  }
}

const maskFits = (mask: LeafMask): boolean =>
  isCount(mask.n) &&
  (mask.f === undefined ||
    (mask.f.every((flag) => MASK_FLAGS.includes(flag)) &&
      mask.f.every((flag, i) => i === 0 || flag > (mask.f?.[i - 1] ?? ''))));

/** The part of a leaf its author chooses: undefined when well-formed, else what is wrong, in words. */
export function entryFault(entry: Pick<Leaf, 'kind' | 'call' | 'ref' | 'st' | 'mask' | 'pol'>): string | undefined {
  if (!isKind(entry.kind)) return `unknown kind ${JSON.stringify(entry.kind)}`;
  if (!matches(entry.call, CALL_PATTERN)) return 'call id is not 26 characters of lower-case base32';
  if (!statusFits(entry.kind, entry.st)) return `st ${JSON.stringify(entry.st)} does not fit kind ${entry.kind}`;
  const refNeeded = entry.kind === 'result' || entry.kind === 'orphan';
  const refForbidden = !refNeeded && entry.kind !== 'stream';
  if (entry.ref === null ? refNeeded : refForbidden || !isCount(entry.ref))
    return `ref ${entry.ref} does not fit kind ${entry.kind}`;
  if (!maskFits(entry.mask)) return 'mask is not a count and sorted known flags';
  if (entry.pol !== null && !matches(entry.pol, POLICY_PATTERN)) return 'pol is not 16 hex digits';
  return undefined;
}

/** Strict: whatever decodes would be encoded to the very same bytes. */
export function decodeLeaf(bytes: Buffer): Result<Leaf, string> {
  if (bytes.length > LIMITS.leafBytes)
    return err(`leaf has ${bytes.length} bytes, at most ${LIMITS.leafBytes} allowed`);
  const text = bytes.toString('latin1');
  let leaf: Leaf;
  try {
    leaf = JSON.parse(text) as Leaf;
  } catch {
    return err('leaf is not JSON');
  }
  if (typeof leaf !== 'object' || leaf === null || leaf.v !== 1) return err('leaf is not a version 1 object');
  if (!isCount(leaf.n) || !isCount(leaf.t)) return err('n or t is not an unsigned integer');
  if (typeof leaf.mask !== 'object' || leaf.mask === null || (leaf.mask.f !== undefined && !Array.isArray(leaf.mask.f)))
    return err('mask has the wrong shape');
  const fault = entryFault(leaf);
  if (fault !== undefined) return err(fault);
  if (!matches(leaf.hc, HASH_PATTERN) || (leaf.pc !== null && !matches(leaf.pc, HASH_PATTERN)))
    return err('hc or pc is not a SHA-256');
  if (
    !Array.isArray(leaf.bc) ||
    leaf.bc.length === 0 ||
    leaf.bc.length > PIECES_MAX ||
    !leaf.bc.every((hash) => matches(hash, HASH_PATTERN))
  ) {
    return err('bc is not a list of SHA-256 hashes');
  }
  if (encodeLeaf(leaf) !== text) return err('leaf is not in canonical form');
  return ok(leaf);
}
