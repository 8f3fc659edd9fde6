/** What is put in the place of a sensitive value: the names there are, and how strict each is. */

export type OperatorSpec =
  | { readonly name: 'token' | 'redact' | 'format' | 'drop' | 'block' }
  | { readonly name: 'replace'; readonly text: string }
  /** `keep`: characters at the end that may stay. */
  | { readonly name: 'partial'; readonly keep: number };

export type OperatorName = OperatorSpec['name'];

export type Span = { readonly start: number; readonly end: number };

/** Puts something in the place of `value`, which is of the given type. Deterministic. */
export type Put = (type: string, value: string) => string;

export type Operator = {
  readonly name: OperatorName;
  readonly strictness: number;
  /** `drop` and `block` use it only where nothing can be taken away: in an object's key that other parts refer to. */
  readonly put: Put;
  /** Where its own output stands in a text: masking that again must not change it. Absent where every masker knows it. */
  readonly spans?: (text: string) => readonly Span[];
};

const RANK: Readonly<Record<OperatorName, number>> = {
  partial: 1,
  format: 2,
  token: 3,
  redact: 4,
  replace: 5,
  drop: 6,
  block: 7,
};

/** Of a value that passes as it came. */
export const PASS_STRICTNESS = 0;

/**
 * One number for each operator, more where less can be learned: a part of the value, a stand-in of its form, a stand-in
 * of its type, its type, that there was something, not even that. Of two partial ones, that which keeps less is stricter.
 */
export const strictnessOf = (spec: OperatorSpec): number =>
  RANK[spec.name] + (spec.name === 'partial' ? 1 / (2 + spec.keep) : 0);

/** What may show a secret's form or a part of it; a secret gets a token instead. */
export const isTooLooseForSecrets = (name: OperatorName | undefined): boolean =>
  name === 'partial' || name === 'format';
