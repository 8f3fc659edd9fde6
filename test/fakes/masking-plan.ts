/** Operators and plans for tests that look at where something is put, not at what. */
import type { Operator, Put } from '#masking/operators/operator.ts';
import { strictnessOf } from '#masking/operators/operator.ts';
import { RuledPlan, type MessagePlan } from '#masking/plan-message.ts';

export const fakeOperator = (put: Put): Operator => ({
  name: 'redact',
  strictness: strictnessOf({ name: 'redact' }),
  put,
});

type Masks = { readonly put: Put; readonly types: readonly string[] };

export const fakePlan = (store: Masks, inline: Masks): MessagePlan =>
  new RuledPlan([], {
    store: { operator: fakeOperator(store.put), types: new Set(store.types) },
    inline: { operator: fakeOperator(inline.put), types: new Set(inline.types) },
    forSecrets: fakeOperator(store.put),
  });
