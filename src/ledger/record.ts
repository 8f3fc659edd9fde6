/** The words of the book: what can be written, and the leaf that is hashed. Formats: docs/ledger-format.md. */
import type { Masked } from '#masking/masked.ts';

export const RECORD_KINDS = ['intent', 'result', 'denied', 'stream', 'orphan', 'control', 'anchor'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** How an intent ended. Exactly one of these in one `result`, or one `orphan`. */
export const OUTCOMES = ['ok', 'tool_error', 'error', 'timeout', 'cancelled', 'undelivered', 'withheld'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Short masking evidence inside the leaf: number of findings and flags; no rule names, no personal data. */
export type LeafMask = { readonly n: number; readonly f?: readonly string[] };

/** The leaf: canonical JSON (RFC 8785), at most 4 KiB, no personal data. */
export type Leaf = {
  readonly v: 1;
  /** Index in the log: the order. */
  readonly n: number;
  /** Unix milliseconds, informative. */
  readonly t: number;
  readonly kind: RecordKind;
  /** Random id of the call, 26 characters of lower-case base32; shared by an intent and its result. */
  readonly call: string;
  /** Index of the intent this record closes or belongs to. */
  readonly ref: number | null;
  /** `open` for an intent, the outcome for a result, the code for a denial, up|down|late for stream, the act for control. */
  readonly st: string;
  /** Base64 SHA-256 commitments to the stored header and payload; `pc` is null when there is no payload. */
  readonly hc: string;
  readonly pc: string | null;
  /** Base64 SHA-256 of each stored blob piece. */
  readonly bc: readonly string[];
  readonly mask: LeafMask;
  /** Policy version in force, or null. */
  readonly pol: string | null;
};

/** What a step hands to the ledger. */
export type LedgerEntry = {
  readonly kind: RecordKind;
  readonly call: string;
  readonly ref: number | null;
  readonly st: string;
  /** The masked header, JSON text: who, what, where, decision. */
  readonly header: Masked<string>;
  /** The masked JSON-RPC message exactly as stored, or null when there is none. */
  readonly payload: Masked<Buffer> | null;
  readonly mask: LeafMask;
  readonly pol: string | null;
  /** Whose subject key seals the blob: `callerKey(caller)`. */
  readonly subject: string;
};

/** Where a durable record is: `${shard}:${n}`. */
export type RecordRef = { readonly shard: string; readonly n: number };
export const recordId = (ref: RecordRef): string => `${ref.shard}:${ref.n}`;

/**
 * Why the ledger did not take an entry. `not_open`: the intent it belongs to has been closed meanwhile (a message
 * racing with the end of its call; it may be recorded as `late`), or the call already has an open intent.
 */
export type LedgerRefusal = {
  readonly reason: 'latched' | 'low_space' | 'queue_full' | 'closed' | 'too_large' | 'not_open';
  readonly retryAfterMs: number;
};
