/** The operator that a specification in gatebook.yaml means. */
import { createBlock } from '#masking/operators/block.ts';
import { createDrop } from '#masking/operators/drop.ts';
import { createFormat } from '#masking/operators/format/format.ts';
import type { MaskingKeys } from '#masking/operators/keys.ts';
import type { Operator, OperatorSpec } from '#masking/operators/operator.ts';
import { createPartial } from '#masking/operators/partial.ts';
import { createRedact } from '#masking/operators/redact.ts';
import { createReplace } from '#masking/operators/replace.ts';
import { createToken } from '#masking/operators/token.ts';
import { unreachable } from '#result.ts';

export function createOperator(spec: OperatorSpec, keys: MaskingKeys, earlier: readonly Uint8Array[] = []): Operator {
  switch (spec.name) {
    case 'token':
      return createToken(keys);
    case 'redact':
      return createRedact();
    case 'replace':
      return createReplace(spec.text);
    case 'partial':
      return createPartial(spec.keep);
    case 'format':
      return createFormat(keys, earlier);
    case 'drop':
      return createDrop();
    case 'block':
      return createBlock();
    default:
      return unreachable(spec);
  }
}
