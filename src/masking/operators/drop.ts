/** The member, the element of a list, or the whole text goes away; the walk does it. Where a place has to stay, it says the type. */
import { strictnessOf, type Operator } from '#masking/operators/operator.ts';
import { redacted } from '#masking/operators/redact.ts';

export const createDrop = (): Operator => ({
  name: 'drop',
  strictness: strictnessOf({ name: 'drop' }),
  put: redacted,
});
