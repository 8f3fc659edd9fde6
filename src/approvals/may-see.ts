/** Who sees a request for approval: whoever watches sees all; others what they may decide, decided, asked for, or answer for. */
import type { Approval } from '#approvals/approval.ts';
import { callerKey } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { Role } from '#policy/duties.ts';

export function maySee(
  { requester, terms, votes }: Approval,
  caller: Pick<Caller, 'issuer' | 'subject' | 'groups'>,
  roles: ReadonlySet<Role>,
): boolean {
  const own = callerKey(caller);
  return (
    roles.has('admin') ||
    roles.has('auditor') ||
    terms.approvers.some((group) => caller.groups.includes(group)) ||
    votes.some(({ by }) => callerKey(by) === own) ||
    callerKey(requester) === own ||
    (requester.owner !== undefined && callerKey(requester.owner) === own)
  );
}
