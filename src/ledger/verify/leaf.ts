/** The leaf of docs/ledger-format.md section 3: exact keys, exact types, canonical bytes. Knows no order of records. */
import { type Result, err, ok } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import {
  type JsonObject,
  exactBase64,
  isCanonical,
  isCount,
  isObject,
  parseExactObject,
  quoted,
} from '#ledger/verify/canonical.ts';
import { HASH_BYTES } from '#ledger/verify/tree.ts';

const KINDS = ['intent', 'result', 'denied', 'stream', 'orphan', 'control', 'anchor'] as const;
export type LeafKind = (typeof KINDS)[number];

/** What the verifier needs of a leaf; the other keys are checked and let go. */
export type CheckedLeaf = {
  readonly n: number;
  /** Unix milliseconds, informative. */
  readonly t: number;
  readonly kind: LeafKind;
  readonly call: string;
  readonly ref: number | null;
  readonly st: string;
  readonly hc: string;
  readonly pc: string | null;
  readonly bc: readonly string[];
};

const KEYS = ['v', 'n', 't', 'kind', 'call', 'ref', 'st', 'hc', 'pc', 'bc', 'mask', 'pol'];
const MASK_FLAGS: readonly unknown[] = ['budget', 'failed', 'schema_repaired', 'schema_unfit', 'truncated'];
export const CALL_ID = /^[a-z2-7]{26}$/;
const STATUS = /^[A-Za-z0-9_.:/+-]{1,128}$/;
const POLICY = /^[0-9a-f]{16}$/;

const isKind = (value: unknown): value is LeafKind => KINDS.some((kind) => kind === value);
const isHash = (value: unknown): value is string =>
  typeof value === 'string' && exactBase64(value, HASH_BYTES) !== undefined;
const matches = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

/** The error completes the sentence "the leaf …". */
export function parseLeaf(bytes: Buffer): Result<CheckedLeaf, string> {
  const parsed = parseExactObject(bytes, KEYS);
  if (!parsed.ok) return parsed;
  const leaf = checkValues(parsed.value);
  if (!leaf.ok) return leaf;
  return isCanonical(bytes, parsed.value) ? leaf : err('is not canonical JSON');
}

function checkValues(leaf: JsonObject): Result<CheckedLeaf, string> {
  const { v, n, t, kind, call, ref, st, hc, pc, bc, mask, pol } = leaf;
  if (v !== 1) return err(`has version ${quoted(v)}, not 1`);
  if (!isCount(n)) return err('has no valid index "n"');
  if (!isCount(t)) return err('has no valid time "t"');
  if (!isKind(kind)) return err(`has the unknown kind ${quoted(kind)}`);
  if (!matches(call, CALL_ID)) return err('has no valid id of a call');
  if (ref !== null && !isCount(ref)) return err('has no valid "ref"');
  if (!matches(st, STATUS)) return err('has no valid status "st"');
  if (!isHash(hc)) return err('has no valid header commitment "hc"');
  if (pc !== null && !isHash(pc)) return err('has no valid payload commitment "pc"');
  if (!Array.isArray(bc) || bc.length === 0 || bc.length > BOUNDS.piecesPerRecord || !bc.every(isHash)) {
    return err('has no valid list of blob hashes "bc"');
  }
  if (!isMask(mask)) return err('has no valid masking evidence "mask"');
  if (pol !== null && !matches(pol, POLICY)) return err('has no valid policy version "pol"');
  return ok({ n, t, kind, call, ref, st, hc, pc, bc });
}

function isMask(mask: unknown): boolean {
  if (!isObject(mask) || !isCount(mask['n'])) return false;
  const flags = mask['f'];
  if (Object.keys(mask).length !== (flags === undefined ? 1 : 2)) return false;
  if (flags === undefined) return true;
  if (!Array.isArray(flags) || flags.length === 0) return false;
  const places = flags.map((flag) => MASK_FLAGS.indexOf(flag));
  return places.every((place, index) => place > (index === 0 ? -1 : (places[index - 1] ?? place)));
}
