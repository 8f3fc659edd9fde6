/** The whole message is refused and nothing of it is kept; the walk notes it. */
import { strictnessOf, type Operator } from '#masking/operators/operator.ts';
import { redacted } from '#masking/operators/redact.ts';

export const createBlock = (): Operator => ({
  name: 'block',
  strictness: strictnessOf({ name: 'block' }),
  put: redacted,
});
