/**
 * Separation of duties: who watches does not act, and nobody has a say in a matter of their own. Pure rules over plain facts;
 * refuses to know where roles come from, what a matter is about, and HTTP.
 */
import { callerKey } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** What a caller may be, by the groups of `roles:` in gatebook.yaml. */
export const ROLES = ['admin', 'policyApprover', 'approver', 'auditor', 'breakGlass'] as const;
export type Role = (typeof ROLES)[number];

type Principal = Pick<Caller, 'issuer' | 'subject'>;

/** `auditor`: an auditor changes nothing, whatever else they are. */
export type DutyFault = 'no_role' | 'auditor' | 'own_matter';

/** Whether somebody with these roles may do what needs one of `needed`; `anyone`: whoever is known. */
export function mayAct(
  roles: ReadonlySet<Role>,
  needed: readonly Role[] | 'anyone',
  changes: boolean,
): Result<true, Exclude<DutyFault, 'own_matter'>> {
  if (needed !== 'anyone' && !needed.some((role) => roles.has(role))) return err('no_role');
  return changes && roles.has('auditor') ? err('auditor') : ok(true);
}

/**
 * Whether a caller may say yes or no to what somebody asked for: a call that is held, a change, a client. Compared are
 * persons, not sign-ins or tokens: whoever signs in a second time, or through another client, is the same one.
 *
 * @param askedBy everybody whose matter it is; nobody for what a server or a program began by itself
 */
export function mayDecide(
  decider: { readonly caller: Principal; readonly roles: ReadonlySet<Role> },
  matter: { readonly needs: readonly Role[] | 'anyone'; readonly askedBy: readonly Principal[] },
): Result<true, DutyFault> {
  const may = mayAct(decider.roles, matter.needs, true);
  if (!may.ok) return may;
  const own = callerKey(decider.caller);
  return matter.askedBy.some((principal) => callerKey(principal) === own) ? err('own_matter') : ok(true);
}
