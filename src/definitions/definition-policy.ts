/** What a connection's `definitions:` makes of a definition's standing. Pure. */
import type { Standing } from '#definitions/known-definitions.ts';

export type DefinitionPolicy = {
  /** Of a definition that changed and that no admin accepted. */
  readonly change: 'alert' | 'hold' | 'block';
  /** Of one with hidden text that counts only because it was the first. */
  readonly hidden: 'alert' | 'block';
  /** Of what is called and was in no list. */
  readonly unknown: 'allow' | 'hold' | 'block';
};

export type DefinitionFault = 'definition_changed' | 'definition_hidden_text' | 'definition_unknown';

export type DefinitionVerdict = { readonly effect: 'hold' | 'deny'; readonly reason: DefinitionFault };

/** Why a call is not simply made; undefined when nothing speaks against it. */
export function verdictOn(standing: Standing, policy: DefinitionPolicy): DefinitionVerdict | undefined {
  if (standing.hidden && policy.hidden === 'block') return { effect: 'deny', reason: 'definition_hidden_text' };
  if (standing.changed && policy.change === 'block') return { effect: 'deny', reason: 'definition_changed' };
  // No room to know it: what holds for a change was looked at above.
  const isUnknown = !standing.isKnown && !standing.changed;
  if (isUnknown && policy.unknown === 'block') return { effect: 'deny', reason: 'definition_unknown' };
  if (standing.changed && policy.change === 'hold') return { effect: 'hold', reason: 'definition_changed' };
  if (isUnknown && policy.unknown === 'hold') return { effect: 'hold', reason: 'definition_unknown' };
  return undefined;
}

/** Whether an entry of a list is kept from the caller: only what could not be called either. */
export const isWithheld = (standing: Standing, policy: DefinitionPolicy): boolean =>
  (standing.hidden && policy.hidden === 'block') || (standing.changed && policy.change === 'block');
