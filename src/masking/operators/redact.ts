/** `[EMAIL_ADDRESS]`: says only that something was there, and of which type. */
import { strictnessOf, type Operator } from '#masking/operators/operator.ts';

export const redacted = (type: string): string => `[${type}]`;

export const createRedact = (): Operator => ({
  name: 'redact',
  strictness: strictnessOf({ name: 'redact' }),
  put: redacted,
});
