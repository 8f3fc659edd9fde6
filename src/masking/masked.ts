/**
 * The type that keeps unmasked values out of the ledger: `Masked<T>` is made only in src/masking/ and is the only
 * thing `Ledger.append` takes (promise P3).
 */
import type { OperatorName } from '#masking/operators/operator.ts';

declare const maskedBrand: unique symbol;
export type Masked<T> = T & { readonly [maskedBrand]: true };

/** What was spotted and where: never the value, never a plain hash of it. */
export type Finding = {
  /** Name of the detector or rule that spotted it, e.g. `field-name`. */
  readonly rule: string;
  /** Presidio entity name; `SECRET` for secrets. */
  readonly type: string;
  /** RFC 6901 JSON Pointer into the message; an embedded spelling is reported at its leaf. Object keys that themselves matched are replaced in the pointer. */
  readonly pointer: string;
  readonly count: number;
  /** Which operator took its place in the stored copy; absent where something around it was replaced already. */
  readonly store?: OperatorName;
  /** The same of the caller's copy; absent where it passed as it came. */
  readonly inline?: OperatorName;
};

export type MaskFlag = 'truncated' | 'budget' | 'failed' | 'schema_repaired' | 'schema_unfit';

/** In the place of a stored copy that is in the book by now. */
export const NOTHING_STORED: Masked<Buffer> = Buffer.alloc(0) as Masked<Buffer>;
