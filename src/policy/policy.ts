/**
 * May this caller do this? The order of DESIGN section 6: no grant denies; what the levels in effect allow, minus what
 * any of them denies, is permitted; rules only narrow. Everything is compiled at load; a decision is plain values in,
 * plain values out, and says why. Knows no HTTP, no file and no clock.
 */
import type { Caller } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createAccess } from '#policy/access.ts';
import type { Access } from '#policy/access.ts';
import { createConditions } from '#policy/conditions.ts';
import type { Conditions } from '#policy/conditions.ts';
import type { Decision, DecisionReason, TraceStep } from '#policy/decision.ts';
import { createDecisionWork, useUnits } from '#policy/decision-work.ts';
import type { DecisionWork } from '#policy/decision-work.ts';
import { compileGrants } from '#policy/grants.ts';
import type { GrantSettings } from '#policy/grants.ts';
import type { PolicyInput } from '#policy/input.ts';
import { compileLevels } from '#policy/levels.ts';
import type { LevelSettings } from '#policy/levels.ts';
import { itself, methodUse, resourceUse, templateUse } from '#policy/method-use.ts';
import type { MethodUse } from '#policy/method-use.ts';
import type { PolicyProblem } from '#policy/problem.ts';
import { reachFault } from '#policy/reach.ts';
import type { AccountReach, ReachFault } from '#policy/reach.ts';
import { applyRules, compileRules, followedRuling, isLiftListed, liftedRuling } from '#policy/rules.ts';
import type { Rule, RuleSettings } from '#policy/rules.ts';

export type PolicySettings = {
  readonly levels: Readonly<Record<string, LevelSettings>>;
  readonly grants: readonly GrantSettings[];
  readonly rules: readonly RuleSettings[];
  /** By name; without it no service account of Gatebook's own has anything. */
  readonly accounts?: AccountReach;
  /** 16 hex digits that name these settings in records. */
  readonly version: string;
  readonly limits: Pick<Limits, 'conditionNodes' | 'conditionCost' | 'decisionCost'>;
};

export type Policy = {
  readonly version: string;
  /** Whether any rule may ask what the caller did lately: only then it has to be told. */
  readonly looksBack: boolean;
  /** What everything that one message asks for may take together: given to each of its decisions. */
  newWork(): DecisionWork;
  /** The decision about one message, with the whole trace. Never throws for what a caller sent. */
  decide(input: PolicyInput, work?: DecisionWork): Decision;
  /** Whether any grant names this connection for this caller: without one it is as if it did not exist. */
  hasGrant(caller: Caller, connection: string): boolean;
  /** Why not, exactly; for the record. */
  whyNoGrant(caller: Caller, connection: string): NoGrant;
  /**
   * Whether an entry of a list is shown: `use` is what the entry would be used by (tools/call, prompts/get,
   * resources/read), `name` its name or URI. Grants and levels decide; rules do not, they need the call.
   */
  permitsListed(caller: Caller, connection: string, use: string, name: string, work?: DecisionWork): boolean;
  /** The same for a resource template: shown when its literal prefix can match. */
  permitsTemplate(caller: Caller, connection: string, uriTemplate: string, work?: DecisionWork): boolean;
};

export type NoGrant = 'no_grant' | ReachFault;

export function createPolicy(settings: PolicySettings): Result<Policy, readonly PolicyProblem[]> {
  const { levels, problems: levelProblems } = compileLevels(settings.levels);
  const conditions = createConditions(settings.limits);
  const { rules, problems: ruleProblems } = compileRules(settings.rules, levels, conditions);
  const grantProblems = settings.grants.flatMap((grant, index): PolicyProblem[] =>
    levels.has(grant.level)
      ? []
      : [
          {
            path: ['grants', index, 'level'],
            message: `there is no level "${grant.level}"`,
            fix: 'name an existing level',
          },
        ],
  );
  const problems = [...levelProblems, ...grantProblems, ...ruleProblems];
  if (problems.length > 0) return err(problems);
  const { accounts = {} } = settings;
  const access = createAccess(compileGrants(settings.grants), levels, accounts);
  const whyNoGrant = (caller: Caller, connection: string): NoGrant =>
    reachFault(caller, connection, accounts, levels) ?? 'no_grant';
  const newWork = (): DecisionWork => createDecisionWork(settings.limits.decisionCost);
  const permitsUse = (
    caller: Caller,
    connection: string,
    name: string,
    read: () => MethodUse,
    work: DecisionWork,
  ): boolean => {
    const granted = access(caller, connection);
    if (granted === undefined || work.isOver()) return false;
    const use = read();
    work.spend(useUnits(use, name));
    const { permitted, reason } = permit(granted, use, undefined, work);
    if (permitted || reason !== 'not_permitted') return permitted;
    return isLiftListed({ rules, conditions, granted, use, literal: undefined, work }, { caller, connection });
  };
  return ok({
    version: settings.version,
    looksBack: rules.some(({ condition }) => condition.looksBack),
    newWork,
    decide(input, work = newWork()) {
      // (1) No grant for this connection.
      const granted = access(input.caller, input.connection);
      return granted === undefined
        ? noGrant(whyNoGrant(input.caller, input.connection), settings.version)
        : decide(input, granted, settings.version, rules, conditions, work);
    },
    hasGrant: (caller, connection) => access(caller, connection) !== undefined,
    whyNoGrant,
    permitsListed: (caller, connection, use, name, work = newWork()) =>
      permitsUse(
        caller,
        connection,
        name,
        () => (use === 'resources/read' ? resourceUse(name) : { kind: 'named', method: use, name, bases: [] }),
        work,
      ),
    permitsTemplate: (caller, connection, uriTemplate, work = newWork()) =>
      permitsUse(caller, connection, uriTemplate, () => templateUse(uriTemplate), work),
  });
}

const noGrant = (reason: NoGrant, policy: string): Decision => ({
  effect: 'deny',
  reason,
  level: undefined,
  rule: undefined,
  policy,
  trace: [],
});

function decide(
  input: PolicyInput,
  granted: Access,
  version: string,
  rules: readonly Rule[],
  conditions: Conditions,
  work: DecisionWork,
): Decision {
  const refuse = (reason: DecisionReason, level: string | undefined, trace: readonly TraceStep[]): Decision => ({
    effect: 'deny',
    reason,
    level,
    rule: undefined,
    policy: version,
    trace,
  });
  if (work.isOver()) return refuse('too_costly', undefined, granted.trace);
  const asked = new AskedOnce(input);
  // (2) Allowed by a level in effect and denied by none.
  const { method, name } = input.follows ?? input;
  const use = methodUse(method, name, () => asked.args);
  const seenName = use.kind === 'named' || use.kind === 'prefix' ? use.name : input.name;
  work.spend(useUnits(use, input.name));
  const literal = itself(use, input.method);
  const permission = permit(granted, use, literal, work);
  const trace: TraceStep[] = [...granted.trace, ...permission.trace];
  asked.name = seenName;
  const lifted =
    permission.reason === 'not_permitted'
      ? liftedRuling({ rules, conditions, granted, use, literal, work }, asked, trace)
      : undefined;
  if (lifted !== undefined && lifted.effect !== 'allow') return { ...lifted, policy: version, trace };
  const level = permission.level ?? lifted?.level ?? granted.first;
  if (!permission.permitted && lifted === undefined) return refuse(permission.reason, permission.level, trace);
  // (3) Rules only narrow. They see a resource's URI in the form that patterns see.
  if (rules.length > 0) {
    const ruling = applyRules(rules, conditions, asked, trace, work);
    const followed = ruling?.effect === 'deny' ? undefined : followedRuling(rules, conditions, asked, trace, work);
    const last = followed ?? ruling;
    if (last !== undefined) return { ...last, level, policy: version, trace };
  }
  // (4) Otherwise allowed.
  const reason = lifted === undefined ? permission.reason : 'permitted';
  return { effect: 'allow', reason, level, rule: undefined, policy: version, trace };
}

/** What was asked, with `args` built at most once: it may be a getter that makes a large tree. See `CallFacts` for why a class. */
class AskedOnce implements PolicyInput {
  readonly caller: Caller;
  readonly connection: string;
  readonly method: string;
  name: string;
  readonly findings: PolicyInput['findings'];
  readonly nowMs: number;
  readonly tool?: NonNullable<PolicyInput['tool']>;
  readonly follows?: NonNullable<PolicyInput['follows']>;
  readonly #input: PolicyInput;
  #args: { readonly value: unknown } | undefined;

  constructor(input: PolicyInput) {
    this.caller = input.caller;
    this.connection = input.connection;
    this.method = input.method;
    this.name = input.name;
    this.findings = input.findings;
    this.nowMs = input.nowMs;
    if (input.tool !== undefined) this.tool = input.tool;
    if (input.follows !== undefined) this.follows = input.follows;
    this.#input = input;
  }

  get recent(): PolicyInput['recent'] {
    return this.#input.recent;
  }

  get args(): unknown {
    this.#args ??= { value: this.#input.args };
    return this.#args.value;
  }
}

type Permission = {
  readonly permitted: boolean;
  readonly reason:
    | 'permitted'
    | 'implicit'
    | 'not_permitted'
    | 'denied_by_level'
    | 'above_key_level'
    | 'unsafe_uri'
    | 'too_costly';
  readonly level: string | undefined;
  readonly trace: readonly TraceStep[];
};

/** `literal` is the message itself where it follows another use: a deny for either takes it away. */
function permit(granted: Access, use: MethodUse, literal: MethodUse | undefined, work: DecisionWork): Permission {
  if (use.kind === 'unsafe') return { permitted: false, reason: 'unsafe_uri', level: undefined, trace: [] };
  work.spend(granted.units(use) + (literal === undefined ? 0 : granted.units(literal)));
  if (work.isOver()) return { permitted: false, reason: 'too_costly', level: undefined, trace: [] };
  const denied = granted.denied(use) ?? (literal === undefined ? undefined : granted.denied(literal));
  if (denied !== undefined)
    return { permitted: false, reason: 'denied_by_level', level: denied.level, trace: [step(denied, 'deny')] };
  if (use.kind === 'implicit')
    return { permitted: true, reason: 'implicit', level: undefined, trace: [{ step: 'implicit', method: use.method }] };
  const allowed = granted.allowed(use);
  if (allowed === undefined) return { permitted: false, reason: 'not_permitted', level: undefined, trace: [] };
  if (granted.isAboveKey(use)) return { permitted: false, reason: 'above_key_level', level: undefined, trace: [] };
  return { permitted: true, reason: 'permitted', level: allowed.level, trace: [step(allowed, 'allow')] };
}

const step = (
  { level, pattern }: { readonly level: string; readonly pattern: { readonly text: string } },
  effect: 'allow' | 'deny',
): TraceStep => ({
  step: 'level',
  level,
  pattern: pattern.text,
  effect,
});
