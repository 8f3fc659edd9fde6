/**
 * Conditions of rules, in CEL: compiled and checked once at load, then evaluated per call within a budget. An evaluation
 * that errs, overspends or gives no boolean has failed, and whoever asked must deny. What a failure says never repeats a
 * value of the call.
 */
import { isCelError, parse, plan } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import type { Limits } from '#limits.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { conditionEnv, createBudget } from '#policy/condition-budget.ts';
import type { Budget } from '#policy/condition-budget.ts';
import { checkCondition } from '#policy/condition-check.ts';
import { filterOf } from '#policy/condition-filter.ts';
import type { ConditionFault } from '#policy/condition-check.ts';
import { toCelMap, toCelValue } from '#policy/condition-values.ts';
import { NOTHING_RECENT } from '#policy/input.ts';
import type { PolicyInput } from '#policy/input.ts';

export type Verdict =
  | { readonly outcome: 'matched' | 'not_matched' }
  | { readonly outcome: 'failed'; readonly detail: string };

/** What one call looks like to conditions; made once per call, read lazily by each. */
export type Facts = CallFacts;

export type Condition = {
  evaluate(facts: Facts): Verdict;
  /** Whether it may ask what the caller did lately. */
  readonly looksBack: boolean;
};

export type Conditions = {
  compile(text: string): Result<Condition, readonly ConditionFault[]>;
  facts(input: PolicyInput): Facts;
  /** What the last evaluation took, in the units of condition-budget.ts. */
  spent(): number;
};

const NOT_MATCHED: Verdict = { outcome: 'not_matched' };

export type ConditionsLimits = Pick<Limits, 'conditionNodes' | 'conditionCost'>;

export function createConditions(limits: ConditionsLimits): Conditions {
  const budget = createBudget(limits.conditionCost);
  const env = conditionEnv(budget);
  const instant = plan(env, parse('timestamp(ms)'));

  const compile: Conditions['compile'] = (text) => {
    const parsed = parseCondition(text);
    if (!parsed.ok) return parsed;
    budget.reset();
    const faults = checkCondition(parsed.value.expr, env, {
      nodes: limits.conditionNodes,
      macroDepth: LIMITS.conditionMacroDepth,
      recursion: LIMITS.conditionRecursion,
    });
    if (faults.length > 0) return err(faults);
    const run = plan(env, parsed.value);
    const mayMatch = filterOf(parsed.value.expr);
    return ok({
      // A name that says so in a text counts too: nothing but a count that nobody looks at comes of it.
      looksBack: /\brecent\b/.test(text),
      evaluate(facts) {
        budget.reset();
        if (mayMatch?.(facts) === false) return NOT_MATCHED;
        const result = run(facts as Readonly<Record<keyof Facts, CelInput>>);
        // Even when `||` made up for it: what was not looked at to the end must not decide.
        if (budget.isExceeded()) return { outcome: 'failed', detail: 'the condition is too costly for this call' };
        if (isCelError(result)) return { outcome: 'failed', detail: publicDetail(result.message, text) };
        if (typeof result !== 'boolean') return { outcome: 'failed', detail: 'the result is neither true nor false' };
        return { outcome: result ? 'matched' : 'not_matched' };
      },
    });
  };

  return {
    compile,
    facts: (input) => new CallFacts(input, budget, instant),
    spent: () => budget.spent(),
  };
}

/**
 * Each fact is made when the first condition asks for it. A class and no object literal with getters: of such a literal
 * the engine makes a new hidden class at every evaluation, which outlives the call until the next full collection and
 * keeps everything the getters see.
 */
class CallFacts {
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly #input: PolicyInput;
  readonly #budget: Budget;
  readonly #instant: ReturnType<typeof plan>;
  #args: CelInput | undefined;
  #tool: CelInput | undefined;
  #findings: CelInput | undefined;
  #caller: CelInput | undefined;
  #now: CelInput | undefined;
  #recent: CelInput | undefined;

  constructor(input: PolicyInput, budget: Budget, instant: ReturnType<typeof plan>) {
    this.connection = input.connection;
    this.method = input.method;
    this.name = input.name;
    this.#input = input;
    this.#budget = budget;
    this.#instant = instant;
  }

  get args(): CelInput {
    this.#args ??= toCelValue(this.#input.args ?? {}, this.#budget);
    return this.#args;
  }

  get tool(): CelInput {
    const { tool } = this.#input;
    this.#tool ??= toCelMap({ annotations: tool?.annotations ?? {}, changed: tool?.changed ?? false }, this.#budget);
    return this.#tool;
  }

  get findings(): CelInput {
    this.#findings ??= toCelValue(this.#input.findings, this.#budget);
    return this.#findings;
  }

  get caller(): CelInput {
    const { issuer, subject, kind, groups, client } = this.#input.caller;
    this.#caller ??= toCelMap({ issuer, subject, kind, groups, client: client ?? '' }, this.#budget);
    return this.#caller;
  }

  get recent(): CelInput {
    this.#recent ??= toCelMap(this.#input.recent ?? NOTHING_RECENT, this.#budget);
    return this.#recent;
  }

  get now(): CelInput {
    if (this.#now !== undefined) return this.#now;
    const value = this.#instant({ ms: BigInt(Math.trunc(this.#input.nowMs)) });
    if (isCelError(value)) throw value;
    this.#now = value;
    return value;
  }
}

function parseCondition(text: string): Result<ReturnType<typeof parse>, readonly ConditionFault[]> {
  if (text.length > LIMITS.conditionChars) {
    return err([{ message: `it is longer than ${LIMITS.conditionChars} characters`, fix: 'split the rule' }]);
  }
  // The parser tries brackets again and again: the time grows with the cube of their depth.
  if (bracketDepth(text) > LIMITS.conditionRecursion) return err([TOO_DEEP]);
  try {
    return ok(parse(text));
  } catch (error) {
    if (error instanceof RangeError) return err([TOO_DEEP]);
    const message = error instanceof Error ? error.message : 'it is no CEL';
    return err([{ message, fix: 'correct the expression: https://cel.dev' }]);
  }
}

const TOO_DEEP: ConditionFault = { message: 'it is nested too deep', fix: 'flatten it' };

/** How many brackets are open at once, those in texts left out. */
function bracketDepth(condition: string): number {
  const code = condition.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '');
  let [depth, deepest] = [0, 0];
  for (const character of code) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The library's messages may hold values of the call: only what is in the rule's own text, or a type, gets through. */
function publicDetail(message: string, condition: string): string {
  const field = /^field not found: (.{1,128})$/s.exec(message)?.[1];
  if (field !== undefined)
    return condition.includes(field) ? `the call has no "${field}"; guard it with has()` : 'a key is missing';
  if (message.startsWith('index ')) return 'an index is out of bounds';
  if (/^(found no matching overload|type mismatch|unresolved attribute)/.test(message))
    return 'a value is of a type that does not fit';
  return 'the condition could not be evaluated';
}
