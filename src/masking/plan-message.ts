/**
 * What happens to each finding in messages of one kind: which operator in the stored copy, which in the caller's. The stored
 * copy is never looser than the caller's, whatever the rules say. Verdicts are made once and then found again.
 */
import type { PathPart } from '#masking/finding-notes.ts';
import { isTooLooseForSecrets, PASS_STRICTNESS, type Operator } from '#masking/operators/operator.ts';
import { pointerMatches } from '#masking/plan-pointer.ts';
import { covers, SECRET, type CompiledRule, type Copy } from '#masking/plan-rule.ts';

/** Which rule said so: its index in `masking.rules`, or the defaults; `raised`: the caller's copy asked for more. */
export type Source = number | 'default' | 'raised';

export type Verdict = {
  /** Undefined: it stays as it came. */
  readonly store: Operator | undefined;
  readonly inline: Operator | undefined;
  readonly storeBy: Source;
  readonly inlineBy: Source;
  readonly isBlocked: boolean;
};

export type Default = { readonly operator: Operator; readonly types: ReadonlySet<string> };

export type MessagePlan = {
  /** `path`: where the value stands, from the root of the message. */
  decide(type: string, path: readonly PathPart[]): Verdict;
  /** Whether anything at all can be masked in the caller's copy. */
  readonly masksInline: boolean;
};

type Numbered = { readonly rule: CompiledRule; readonly index: number };
type Chosen = { readonly operator: Operator | undefined; readonly by: Source };

const strictness = (operator: Operator | undefined): number => operator?.strictness ?? PASS_STRICTNESS;

const isAt = ({ pointers }: CompiledRule, path: readonly PathPart[]): boolean =>
  pointers === undefined || pointers.some((pattern) => pointerMatches(pattern, path));

export type PlanDefaults = {
  readonly store: Default;
  /** Undefined: by default nothing is masked in the caller's copy. */
  readonly inline: Default | undefined;
  /** In the place of an operator that would show something of a secret. */
  readonly forSecrets: Operator;
};

export class RuledPlan implements MessagePlan {
  readonly masksInline: boolean;
  readonly #rules: readonly Numbered[];
  readonly #defaults: PlanDefaults;
  readonly #types = new Map<string, TypePlan>();

  constructor(rules: readonly Numbered[], defaults: PlanDefaults) {
    this.#rules = rules;
    this.#defaults = defaults;
    this.masksInline =
      (defaults.inline?.types.size ?? 0) > 0 ||
      rules.some(({ rule }) => rule.copies.has('inline') && rule.operator !== undefined);
  }

  decide(type: string, path: readonly PathPart[]): Verdict {
    let plan = this.#types.get(type);
    if (plan === undefined) {
      plan = new TypePlan(type, this.#rules, this.#defaults);
      this.#types.set(type, plan);
    }
    return plan.decide(path);
  }
}

/** For one type of finding. */
class TypePlan {
  readonly #type: string;
  readonly #defaults: PlanDefaults;
  readonly #store: readonly Numbered[];
  readonly #inline: readonly Numbered[];
  /** By the two rules; one entry where no rule looks at the place. */
  readonly #verdicts = new Map<number, Verdict>();

  constructor(type: string, rules: readonly Numbered[], defaults: PlanDefaults) {
    this.#type = type;
    this.#defaults = defaults;
    this.#store = rules.filter(({ rule }) => covers(rule, type, 'store'));
    this.#inline = rules.filter(({ rule }) => covers(rule, type, 'inline'));
  }

  decide(path: readonly PathPart[]): Verdict {
    const store = firstAt(this.#store, path);
    const inline = firstAt(this.#inline, path);
    const key = (store + 1) * (this.#inline.length + 1) + inline + 1;
    let verdict = this.#verdicts.get(key);
    if (verdict === undefined) {
      verdict = this.#verdict(this.#store[store], this.#inline[inline]);
      this.#verdicts.set(key, verdict);
    }
    return verdict;
  }

  #verdict(storeRule: Numbered | undefined, inlineRule: Numbered | undefined): Verdict {
    const store = this.#chosen(storeRule, 'store');
    const inline = this.#chosen(inlineRule, 'inline');
    const isRaised = strictness(store.operator) < strictness(inline.operator);
    return {
      store: isRaised ? inline.operator : store.operator,
      inline: inline.operator,
      storeBy: isRaised ? 'raised' : store.by,
      inlineBy: inline.by,
      isBlocked: store.operator?.name === 'block' || inline.operator?.name === 'block',
    };
  }

  #chosen(ruled: Numbered | undefined, copy: Copy): Chosen {
    if (ruled !== undefined) return { operator: this.#fit(ruled.rule.operator), by: ruled.index };
    const fallback = this.#defaults[copy];
    const isMasked = fallback?.types.has(this.#type) === true;
    return { operator: isMasked ? this.#fit(fallback.operator) : undefined, by: 'default' };
  }

  #fit(operator: Operator | undefined): Operator | undefined {
    const isLoose = operator !== undefined && this.#type === SECRET && isTooLooseForSecrets(operator.name);
    return isLoose ? this.#defaults.forSecrets : operator;
  }
}

/** Index of the first rule that applies at a place, or -1. */
function firstAt(rules: readonly Numbered[], path: readonly PathPart[]): number {
  for (let index = 0; index < rules.length; index++) {
    const ruled = rules[index];
    if (ruled !== undefined && isAt(ruled.rule, path)) return index;
  }
  return -1;
}
