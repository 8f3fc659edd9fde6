/**
 * Recognises what masking has put in place, so that it is not masked again: mask(mask(x)) = mask(x). Tokens of every key and
 * redactions always; what else an operator makes, where that operator is in use.
 */
import { ENTITIES } from '#masking/engine/entities.ts';
import type { Operator, Span } from '#masking/operators/operator.ts';
import { TOKEN_CHARS } from '#masking/operators/token.ts';

export type Placeholders = {
  /** Where they stand in a text, ascending, not overlapping. */
  readonly spans: (text: string) => readonly Span[];
  /** Whether a value is nothing but one; masking it again would only change it. */
  readonly isWhole: (value: string) => boolean;
};

/** By the types there are: whatever else stands in such brackets is no work of masking, and may be a value. */
const bracketedForm = (types: readonly string[]): RegExp =>
  new RegExp(`\\[(?:${types.join('|')})(?::k\\d{1,9}:[a-z2-7]{${TOKEN_CHARS}})?\\]`, 'g');
const BRACKETED = bracketedForm(ENTITIES);
const NONE: readonly Span[] = [];
/** A longer value is no placeholder as a whole. */
const WHOLE_CHARS_MAX = 512;

const bracketedSpans = (text: string, form: RegExp): readonly Span[] =>
  text.includes('[')
    ? [...text.matchAll(form)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }))
    : NONE;

/** The first of those that overlap stays. */
function ordered(spans: readonly Span[]): readonly Span[] {
  const kept: Span[] = [];
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start < end) continue;
    kept.push(span);
    end = span.end;
  }
  return kept;
}

/** `types`: what is found besides the built-in entities. */
export function createPlaceholders(operators: readonly Operator[] = [], types: readonly string[] = []): Placeholders {
  const bracketed = types.length === 0 ? BRACKETED : bracketedForm([...ENTITIES, ...types]);
  const forms = operators.flatMap(({ spans }) => (spans === undefined ? [] : [spans]));
  const spansOf = (text: string): readonly Span[] => {
    const inBrackets = bracketedSpans(text, bracketed);
    if (forms.length === 0) return inBrackets;
    const found = forms.flatMap((form) => form(text));
    return found.length === 0 ? inBrackets : ordered([...inBrackets, ...found]);
  };
  return {
    spans: spansOf,
    isWhole(value) {
      if (value.length > WHOLE_CHARS_MAX || (forms.length === 0 && !value.startsWith('['))) return false;
      const [only] = spansOf(value);
      return only?.start === 0 && only.end === value.length;
    },
  };
}

/** Of tokens and redactions alone. */
export const PLACEHOLDERS = createPlaceholders();
