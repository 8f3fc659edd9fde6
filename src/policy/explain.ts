/**
 * A decision with everything that was considered on the way, also what came to nothing: why a grant gave nothing, which
 * patterns matched in each level in effect, which rules were not asked and why. For people; `decide` stays short.
 */
import { patternAllows, patternDenies } from '#policy/access.ts';
import type { Decision, DecisionEffect } from '#policy/decision.ts';
import { compileGrants, isFor, matchCaller } from '#policy/grants.ts';
import type { PolicyInput } from '#policy/input.ts';
import { compileLevels } from '#policy/levels.ts';
import { itself, methodUse } from '#policy/method-use.ts';
import type { MethodUse } from '#policy/method-use.ts';
import type { PolicySettings } from '#policy/policy.ts';

export type GrantExplained =
  | { readonly index: number; readonly level: string; readonly outcome: 'matched'; readonly matched: string }
  | { readonly index: number; readonly level: string; readonly outcome: 'other_connection' }
  | {
      readonly index: number;
      readonly level: string;
      readonly outcome: 'not_matched';
      readonly because: readonly string[];
    };

/** A level in effect: its patterns, and those of the levels it extends, that match the call. */
export type LevelExplained = {
  readonly level: string;
  readonly allows: readonly PatternMatched[];
  readonly denies: readonly PatternMatched[];
};
/** `from`: the level that the pattern stands in. */
export type PatternMatched = { readonly from: string; readonly pattern: string };

export type RuleExplained = {
  readonly rule: string;
  readonly effect: DecisionEffect;
  readonly outcome: 'matched' | 'not_matched' | 'failed' | 'not_asked';
  /** Why it failed or was not asked. */
  readonly detail?: string;
};

export type Explanation = {
  readonly grants: readonly GrantExplained[];
  readonly levels: readonly LevelExplained[];
  /** The level that the key shown is for at most: it has to allow as well, and what it denies is denied. */
  readonly keyLevel?: LevelExplained | undefined;
  /** What decides about the call, where that is not the call itself: reading for subscribing, the ref of a completion. */
  readonly follows: { readonly method: string; readonly name: string } | undefined;
  readonly rules: readonly RuleExplained[];
};

/** `decision` is what the policy made of these settings said about `input`. */
export function explainDecision(settings: PolicySettings, input: PolicyInput, decision: Decision): Explanation {
  const use = methodUse(input.method, input.name, () => input.args);
  const grants = compileGrants(settings.grants).map((grant): GrantExplained => {
    const { index, level } = grant;
    if (!isFor(grant, input.connection)) return { index, level, outcome: 'other_connection' };
    const match = matchCaller(grant, input.caller);
    return match.matches
      ? { index, level, outcome: 'matched', matched: match.matched }
      : { index, level, outcome: 'not_matched', because: match.because };
  });
  const inEffect = new Set(grants.flatMap(({ level, outcome }) => (outcome === 'matched' ? [level] : [])));
  const keyLevel = input.caller.key?.level;
  return {
    grants,
    levels: explainLevels(settings, inEffect, use, itself(use, input.method)),
    keyLevel:
      keyLevel === undefined ? undefined : explainLevels(settings, [keyLevel], use, itself(use, input.method))[0],
    follows: followed(use, input),
    rules: explainRules(settings, decision),
  };
}

function explainLevels(
  settings: PolicySettings,
  inEffect: Iterable<string>,
  use: MethodUse,
  literal: MethodUse | undefined,
): readonly LevelExplained[] {
  const { levels } = compileLevels(settings.levels);
  return [...inEffect].flatMap((name): LevelExplained[] => {
    const level = levels.get(name);
    if (level === undefined) return [];
    const denying = level.deny.filter(
      ({ pattern }) => patternDenies(pattern, use) || (literal !== undefined && patternDenies(pattern, literal)),
    );
    const matched = (patterns: typeof level.allow): readonly PatternMatched[] => {
      const texts = new Map(patterns.map((found) => [`${found.level} ${found.pattern.text}`, found]));
      return [...texts.values()].map(({ level: from, pattern }) => ({ from, pattern: pattern.text }));
    };
    const allowing = level.allow.filter(({ pattern }) => patternAllows(pattern, use));
    return [{ level: name, allows: matched(allowing), denies: matched(denying) }];
  });
}

function followed(use: MethodUse, input: PolicyInput): Explanation['follows'] {
  if (use.kind !== 'named' && use.kind !== 'prefix') return undefined;
  if (use.method === input.method && use.name === input.name) return undefined;
  return { method: use.method, name: use.name };
}

function explainRules(settings: PolicySettings, decision: Decision): readonly RuleExplained[] {
  const asked = new Map(decision.trace.flatMap((step) => (step.step === 'rule' ? [[step.rule, step] as const] : [])));
  const offers = new Map(decision.trace.flatMap((step) => (step.step === 'lift' ? [[step.rule, step] as const] : [])));
  const refusedBy =
    decision.reason === 'denied_by_rule' || decision.reason === 'condition_failed' ? decision.rule : undefined;
  const endedBy = settings.rules.find(({ name }) => {
    const step = asked.get(name);
    return step !== undefined && step.effect !== 'deny' && step.outcome === 'matched';
  });
  const whyNotAsked = ({ name, effect, lift }: PolicySettings['rules'][number]): string => {
    const isUnpermitted = offers.size > 0 || decision.reason === 'not_permitted';
    if (isUnpermitted && lift !== undefined && !offers.has(name))
      return `level ${lift}, to which it lifts, does not permit it either`;
    if (offers.size > 0 && effect === 'hold' && lift === undefined) return 'it holds what levels permit';
    if (asked.size === 0) return 'rules only narrow, and the call is not permitted';
    return endedBy !== undefined && effect !== 'deny'
      ? `rule ${endedBy.name} ended the search`
      : `rule ${refusedBy ?? ''} had already denied`;
  };
  return settings.rules.map((settled): RuleExplained => {
    const { name: rule, effect } = settled;
    const [step, offer] = [asked.get(rule), offers.get(rule)];
    if (step === undefined) return { rule, effect, outcome: 'not_asked', detail: whyNotAsked(settled) };
    const lifting =
      offer === undefined
        ? undefined
        : `it lifts to level ${offer.level}, which permits it by the pattern ${offer.pattern}`;
    const detail = step.detail ?? lifting;
    return { rule, effect, outcome: step.outcome, ...(detail === undefined ? {} : { detail }) };
  });
}
