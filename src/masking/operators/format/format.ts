/**
 * A stand-in of the same form: digits for digits, letters for letters, length and separators kept, check digits right. Keyed,
 * so the same for the same value. What has no form here, or a shape that its form cannot keep, gets a token.
 */
import { createCheckedForm } from '#masking/operators/format/checked-form.ts';
import { dateForm } from '#masking/operators/format/date-form.ts';
import { emailForm } from '#masking/operators/format/email-form.ts';
import type { Form } from '#masking/operators/format/form.ts';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import { lettersForm } from '#masking/operators/format/letters-form.ts';
import { addressForm, macForm } from '#masking/operators/format/network-form.ts';
import type { MaskingKeys } from '#masking/operators/keys.ts';
import { strictnessOf, type Operator, type Span } from '#masking/operators/operator.ts';
import { createToken } from '#masking/operators/token.ts';

/** The first that can. */
const formsOf = (key: Uint8Array): readonly Form[] => [
  emailForm,
  addressForm,
  macForm,
  dateForm,
  lettersForm,
  createCheckedForm(key),
];

/** Entities of which a stand-in of the same form can be made. */
export const FORMED_ENTITIES: ReadonlySet<string> = new Set(formsOf(new Uint8Array(32)).flatMap(({ types }) => types));

const isWhole = (spans: readonly Span[], length: number): boolean =>
  spans.length === 1 && spans[0]?.start === 0 && spans[0].end === length;

/** `earlier`: what was made with them is recognised too. */
export function createFormat(keys: MaskingKeys, earlier: readonly Uint8Array[] = []): Operator {
  const token = createToken(keys);
  const forms = formsOf(keys.key);
  const known: readonly Form[] = [...forms, ...earlier.map(createCheckedForm)];
  const spans = (text: string): readonly Span[] => known.flatMap((form) => form.spans(text));
  return {
    name: 'format',
    strictness: strictnessOf({ name: 'format' }),
    put(type, value) {
      for (const form of forms) {
        if (!form.types.includes(type)) continue;
        const made = form.make(value, new KeyedDraw(keys.key, type, value), type);
        // only what is recognised again is a stand-in
        if (made !== undefined && isWhole(form.spans(made), made.length)) return made;
      }
      return token.put(type, value);
    },
    spans,
  };
}
