/**
 * `masking` of gatebook.yaml, made ready once: rules in order, the first that matches a finding decides, for each copy by
 * itself; where none does, the defaults do. A message asks for its plan with a walk over the rules and no allocation.
 */
import type { Operator } from '#masking/operators/operator.ts';
import { RuledPlan, type Default, type MessagePlan, type PlanDefaults } from '#masking/plan-message.ts';
import { appliesTo, type CompiledRule, type Situation } from '#masking/plan-rule.ts';
import { LIMITS } from '#limits.ts';

export type PlanSettings = {
  readonly rules: readonly CompiledRule[];
  readonly store: Default;
  readonly inline: (Default & { readonly connections: ReadonlySet<string> }) | undefined;
  readonly forSecrets: Operator;
};

export type Plan = { readonly forMessage: (situation: Situation) => MessagePlan };

/** Each rule either applies to a message or not: where the answers lead. */
type Fork = { plan?: MessagePlan; yes?: Fork; no?: Fork };

export function createPlan({ rules, store, inline, forSecrets }: PlanSettings): Plan {
  const defaults = (isInline: boolean): PlanDefaults => ({
    store,
    inline: isInline ? inline : undefined,
    forSecrets,
  });
  const roots: Readonly<Record<'inline' | 'plain', Fork>> = { inline: {}, plain: {} };
  let forks = 0;

  const chosen = (situation: Situation) =>
    rules.flatMap((rule, index) => (appliesTo(rule, situation) ? [{ rule, index }] : []));

  return {
    forMessage(situation) {
      const isInline =
        inline !== undefined && (inline.connections.has('*') || inline.connections.has(situation.connection));
      let fork = isInline ? roots.inline : roots.plain;
      for (const rule of rules) {
        const way = appliesTo(rule, situation) ? 'yes' : 'no';
        let next = fork[way];
        if (next === undefined) {
          // so many kinds of messages are not worth remembering
          if (forks >= LIMITS.maskingForks) return new RuledPlan(chosen(situation), defaults(isInline));
          next = {};
          fork[way] = next;
          forks++;
        }
        fork = next;
      }
      fork.plan ??= new RuledPlan(chosen(situation), defaults(isInline));
      return fork.plan;
    },
  };
}
