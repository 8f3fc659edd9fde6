/** How gatebook.yaml spells an operator. */
import type { OperatorSpec } from '#masking/operators/operator.ts';

export type OperatorChoice =
  | 'token'
  | 'redact'
  | 'format'
  | 'drop'
  | 'block'
  | 'partial'
  | { readonly replace: string }
  | { readonly partial: number };

/** What `partial` alone keeps. */
export const PARTIAL_KEEP = 4;

export function specOf(choice: OperatorChoice): OperatorSpec {
  if (choice === 'partial') return { name: 'partial', keep: PARTIAL_KEEP };
  if (typeof choice === 'string') return { name: choice };
  return 'replace' in choice ? { name: 'replace', text: choice.replace } : { name: 'partial', keep: choice.partial };
}
