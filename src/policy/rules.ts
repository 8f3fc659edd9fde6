/**
 * What rules say of a call, in their order: a matching deny wins wherever it stands; otherwise the first matching allow or
 * hold counts. They narrow what levels permit; only a hold with `lift` is also for what none of them allows (lift.ts).
 */
import type { Caller } from '#identity/caller.ts';
import type { Access } from '#policy/access.ts';
import type { Condition, Conditions, Verdict } from '#policy/conditions.ts';
import type { Decision, DecisionEffect, TraceStep } from '#policy/decision.ts';
import type { DecisionWork } from '#policy/decision-work.ts';
import type { PolicyInput } from '#policy/input.ts';
import type { Level } from '#policy/levels.ts';
import { createLift } from '#policy/lift.ts';
import type { Lift } from '#policy/lift.ts';
import type { MethodUse } from '#policy/method-use.ts';
import type { PolicyProblem } from '#policy/problem.ts';

export type RuleSettings = {
  readonly name: string;
  readonly when: string;
  readonly effect: DecisionEffect;
  /** Of a hold: the level that people can grant for the call. */
  readonly lift?: string | undefined;
};

export type Rule = {
  readonly name: string;
  readonly effect: DecisionEffect;
  readonly condition: Condition;
  readonly lift: Lift | undefined;
};

/** `level`: the one that a lift grants; otherwise the one that permitted the call. */
export type Ruling = Pick<Decision, 'effect' | 'reason' | 'rule'>;
export type LiftedRuling = Ruling & Pick<Decision, 'level'>;

export function compileRules(
  settings: readonly RuleSettings[],
  levels: ReadonlyMap<string, Level>,
  conditions: Conditions,
): { readonly rules: readonly Rule[]; readonly problems: readonly PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const rules = settings.flatMap(({ name, when, effect, lift }, index): Rule[] => {
    const level = lift === undefined ? undefined : levels.get(lift);
    if (lift !== undefined && (level === undefined || effect !== 'hold'))
      problems.push({
        path: ['rules', index, 'lift'],
        message: effect === 'hold' ? `there is no level "${lift}"` : 'only a hold lifts',
        fix: effect === 'hold' ? 'name an existing level' : 'remove it, or use `then: hold`',
      });
    const condition = conditions.compile(when);
    if (condition.ok)
      return [{ name, effect, condition: condition.value, lift: level === undefined ? undefined : createLift(level) }];
    problems.push(
      ...condition.error.map(({ message, fix }) => ({
        path: ['rules', index, 'when'],
        message: `this condition cannot work: ${message}`,
        fix,
      })),
    );
    return [];
  });
  return { rules, problems };
}

/** One evaluation, however simple. */
const RULE_UNITS = 20;

/** A failure denies. */
export function applyRules(
  rules: readonly Rule[],
  conditions: Conditions,
  asked: PolicyInput,
  trace: TraceStep[],
  work: DecisionWork,
): Ruling | undefined {
  const facts = conditions.facts(asked);
  let first: Ruling | undefined;
  for (const { name, effect, condition } of rules) {
    if (effect !== 'deny' && first !== undefined) continue;
    const verdict = condition.evaluate(facts);
    // Each evaluation has a bound of its own: what they took together counts before the next decision.
    work.spend(RULE_UNITS + conditions.spent());
    const isPast = (effect === 'hold' || verdict.outcome === 'failed') && hadItsSay(condition, conditions, asked, work);
    if (isPast) {
      trace.push({ step: 'rule', rule: name, effect, outcome: 'not_matched', detail: HAD_ITS_SAY });
      continue;
    }
    trace.push({ step: 'rule', rule: name, effect, ...verdict });
    if (verdict.outcome === 'failed') return { effect: 'deny', reason: 'condition_failed', rule: name };
    if (verdict.outcome === 'not_matched') continue;
    if (effect === 'deny') return { effect: 'deny', reason: 'denied_by_rule', rule: name };
    first =
      effect === 'hold'
        ? { effect: 'hold', reason: 'held_by_rule', rule: name }
        : { effect: 'allow', reason: 'permitted', rule: name };
  }
  return first;
}

/** A call of which no more is known than whose it is and what it is for; whoever looks at the rest is noticed. */
class CallInName implements PolicyInput {
  readonly caller: Caller;
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly #nowMs: number | undefined;
  isLookedInto = false;

  constructor(of: Pick<PolicyInput, 'caller' | 'connection' | 'method' | 'name'>, nowMs?: number) {
    this.caller = of.caller;
    this.connection = of.connection;
    this.method = of.method;
    this.name = of.name;
    this.#nowMs = nowMs;
  }

  get args(): unknown {
    this.isLookedInto = true;
    return {};
  }

  get findings(): PolicyInput['findings'] {
    this.isLookedInto = true;
    return [];
  }

  get recent(): PolicyInput['recent'] {
    this.isLookedInto = true;
    return undefined;
  }

  get tool(): NonNullable<PolicyInput['tool']> {
    this.isLookedInto = true;
    return { changed: false };
  }

  get nowMs(): number {
    this.isLookedInto ||= this.#nowMs === undefined;
    return this.#nowMs ?? 0;
  }
}

/** `unknown`: it depends on what is not known of the call. */
function verdictInName(
  condition: Condition,
  conditions: Conditions,
  call: CallInName,
  work: DecisionWork,
): Verdict | 'unknown' {
  const verdict = condition.evaluate(conditions.facts(call));
  work.spend(RULE_UNITS + conditions.spent());
  return call.isLookedInto ? 'unknown' : verdict;
}

/** The call that made what a message is about, as if it were made now. */
const madeAgain = (asked: PolicyInput, method: string): CallInName =>
  new CallInName({ caller: asked.caller, connection: asked.connection, method, name: asked.name }, asked.nowMs);

const HAD_ITS_SAY = 'it was asked when the call was made that this is about';

/**
 * Of a rule that would hold, or fails for want of what only the call had that a message is about: nobody is asked about each
 * look at a task whose call they agreed to.
 */
function hadItsSay(condition: Condition, conditions: Conditions, asked: PolicyInput, work: DecisionWork): boolean {
  if (asked.follows === undefined) return false;
  const made = madeAgain(asked, asked.follows.method);
  const { outcome } = condition.evaluate(conditions.facts(made));
  work.spend(RULE_UNITS + conditions.spent());
  // One that is about the message itself does not match the call, whatever its arguments were.
  return outcome === 'matched' || (outcome === 'failed' && made.isLookedInto);
}

/**
 * A rule that looks at the arguments, or at what was recent then, had its say when the call was made, as had the person it was
 * held for: they are not known any more. Of the others a deny counts.
 */
export function followedRuling(
  rules: readonly Rule[],
  conditions: Conditions,
  asked: PolicyInput,
  trace: TraceStep[],
  work: DecisionWork,
): Ruling | undefined {
  if (asked.follows === undefined) return undefined;
  for (const { name, effect, condition } of rules) {
    if (effect !== 'deny') continue;
    const verdict = verdictInName(condition, conditions, madeAgain(asked, asked.follows.method), work);
    if (verdict === 'unknown' || verdict.outcome === 'not_matched') continue;
    trace.push({ step: 'rule', rule: name, effect, ...verdict });
    return { effect, reason: verdict.outcome === 'failed' ? 'condition_failed' : 'denied_by_rule', rule: name };
  }
  return undefined;
}

/** A use that no level in effect allows and none denies. */
export type Unpermitted = {
  readonly rules: readonly Rule[];
  readonly conditions: Conditions;
  readonly granted: Access;
  readonly use: MethodUse;
  readonly literal: MethodUse | undefined;
  readonly work: DecisionWork;
};

type Offer = { readonly level: string; readonly pattern: string };

/** What holds could lift it, by their names; a key stays what it is for. */
function offersOf({ rules, granted, use, literal, work }: Unpermitted): ReadonlyMap<string, Offer> {
  const offers = new Map<string, Offer>();
  for (const { name, lift } of rules) {
    if (lift === undefined) continue;
    work.spend(lift.units(use));
    const found = lift.offers(use, literal);
    if (found !== undefined) offers.set(name, { level: lift.level, pattern: found.pattern.text });
  }
  return offers.size > 0 && granted.isAboveKey(use) ? new Map() : offers;
}

/**
 * What becomes of it by a hold that lifts: people are asked, a deny stays a deny, an allow before it ends the search and widens
 * nothing. `allow`: it is about a call that was lifted when it was made. Undefined: it stays what it is.
 */
export function liftedRuling(
  unpermitted: Unpermitted,
  asked: PolicyInput,
  trace: TraceStep[],
): LiftedRuling | undefined {
  const { rules, conditions, work } = unpermitted;
  const offers = offersOf(unpermitted);
  if (offers.size === 0 || work.isOver()) return undefined;
  if (asked.follows !== undefined) return liftedBefore(offers, unpermitted, asked, asked.follows.method, trace);
  const offered = rules.filter(({ name, effect }) => effect !== 'hold' || offers.has(name));
  for (const [rule, offer] of offers) trace.push({ step: 'lift', rule, ...offer });
  const ruling = applyRules(offered, conditions, asked, trace, work);
  if (ruling === undefined || ruling.effect === 'allow') return undefined;
  return { ...ruling, level: ruling.effect === 'hold' ? offers.get(ruling.rule ?? '')?.level : undefined };
}

function liftedBefore(
  offers: ReadonlyMap<string, Offer>,
  { rules, conditions, work }: Unpermitted,
  asked: PolicyInput,
  method: string,
  trace: TraceStep[],
): LiftedRuling | undefined {
  for (const { name, condition } of rules) {
    const offer = offers.get(name);
    if (offer === undefined) continue;
    const verdict = verdictInName(condition, conditions, madeAgain(asked, method), work);
    if (verdict !== 'unknown' && verdict.outcome !== 'matched') continue;
    trace.push({ step: 'lift', rule: name, ...offer });
    return { effect: 'allow', reason: 'permitted', rule: undefined, level: offer.level };
  }
  return undefined;
}

/** Whether an entry of a list is shown because people could be asked for it: who cannot see it could not ask. */
export function isLiftListed(
  unpermitted: Unpermitted,
  { caller, connection }: Pick<PolicyInput, 'caller' | 'connection'>,
): boolean {
  const { rules, conditions, use, work } = unpermitted;
  const offers = offersOf(unpermitted);
  if (offers.size === 0 || !('name' in use)) return false;
  const { method, name } = use;
  let isShown = false;
  let isEnded = false;
  for (const { name: rule, effect, condition } of rules) {
    if (work.isOver()) return false;
    if (effect !== 'deny' && (isEnded || (effect === 'hold' && !offers.has(rule)))) continue;
    const verdict = verdictInName(condition, conditions, new CallInName({ caller, connection, method, name }), work);
    // What is not known of the call yet may speak for it, and speaks against nothing.
    const isCertain = verdict !== 'unknown' && verdict.outcome !== 'not_matched';
    if (effect === 'hold' && (verdict === 'unknown' || verdict.outcome === 'matched')) isShown = true;
    if (!isCertain) continue;
    if (effect === 'deny' || verdict.outcome === 'failed') return false;
    isEnded = true;
  }
  return isShown;
}
