/** One rule of `masking.rules`, read and checked: to which messages, values and callers it applies, and what it does. */
import type { Operator } from '#masking/operators/operator.ts';
import type { PointerPattern } from '#masking/plan-pointer.ts';

export type Direction = 'request' | 'response';
export type Copy = 'inline' | 'store';

/** What is left out applies to all. */
export type PlanRule<Does> = {
  readonly entities?: ReadonlySet<string>;
  readonly connections?: ReadonlySet<string>;
  /** By method and name of the call. */
  readonly calls?: (method: string, name: string) => boolean;
  readonly pointers?: readonly PointerPattern[];
  readonly direction?: Direction;
  /** Callers in one of these groups. */
  readonly groups?: readonly string[];
  readonly copies: ReadonlySet<Copy>;
  /** Undefined: it is exempt. */
  readonly operator: Does | undefined;
};

export type CompiledRule = PlanRule<Operator>;

/** What is known of a message before it is looked into. */
export type Situation = {
  readonly connection: string;
  readonly direction: Direction;
  /** Of the call it belongs to; '' for none. */
  readonly method: string;
  readonly name?: string;
  /** Of the caller; none when there is nobody. */
  readonly groups?: readonly string[];
};

export const SECRET = 'SECRET';

/** What of a rule speaks of other messages. */
export type Elsewhere = 'connections' | 'direction' | 'calls' | 'audience';

/** Undefined: the rule applies to the message. */
export function elsewhere(rule: CompiledRule, situation: Situation): Elsewhere | undefined {
  const { connections, calls, direction, groups } = rule;
  if (connections !== undefined && !connections.has(situation.connection)) return 'connections';
  if (direction !== undefined && direction !== situation.direction) return 'direction';
  if (calls !== undefined && !calls(situation.method, situation.name ?? '')) return 'calls';
  const isHeard = groups === undefined || situation.groups?.some((group) => groups.includes(group)) === true;
  return isHeard ? undefined : 'audience';
}

export const appliesTo = (rule: CompiledRule, situation: Situation): boolean =>
  elsewhere(rule, situation) === undefined;

/** An exemption never keeps a secret in the stored copy. */
export const covers = (rule: CompiledRule, type: string, copy: Copy): boolean =>
  rule.copies.has(copy) &&
  (rule.entities === undefined || rule.entities.has(type)) &&
  !(copy === 'store' && type === SECRET && rule.operator === undefined);
