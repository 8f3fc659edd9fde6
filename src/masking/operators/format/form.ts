/**
 * A form that stand-ins of some types have. Its values lie where there are no real ones (ranges set aside for documentation,
 * numbers nobody issues, with a keyed check where that is not enough), so that a stand-in is recognised as one.
 */
import type { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import type { Span } from '#masking/operators/operator.ts';

export type Form = {
  readonly types: readonly string[];
  /** Undefined when a value has a shape that this form cannot keep. */
  readonly make: (value: string, draw: KeyedDraw, type: string) => string | undefined;
  readonly spans: (text: string) => readonly Span[];
};

export const matchSpans = (pattern: RegExp, text: string): readonly Span[] =>
  [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }));

/** The letters and digits of `template` replaced in order by those of `chars`; what separates them stays. */
export function fill(template: string, chars: string): string {
  let at = 0;
  return template.replaceAll(/[A-Za-z0-9]/g, () => chars[at++] ?? '');
}
