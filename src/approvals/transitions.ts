/**
 * How an approval changes: pending → approved | denied | expired | withdrawn | void, approved → used | expired | void. Plain
 * data in, plain data out; what is refused says why. Whoever keeps the result does so by compare-and-set.
 */
import type { Approval, ApprovalScope, Principal, Vote } from '#approvals/approval.ts';
import { isAsking, isSamePerson } from '#approvals/people.ts';
import type { SamePeople } from '#approvals/people.ts';
import { lacksStatement } from '#approvals/statement.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

export type Changed = Omit<Approval, 'revision'>;

/** Whoever wants to decide, with the namespaced groups his sign-in brought. */
export type Decider = Principal & {
  readonly groups: readonly string[];
  /** Id of the record of the glass they broke, while that is in force. */
  readonly glass?: string;
};

export type VoteFault =
  | 'not_pending'
  | 'expired'
  | 'not_an_approver'
  | 'own_request'
  | 'voted_already'
  | 'scope_not_offered'
  | 'statement_missing';

type StandingFault = Exclude<VoteFault, 'scope_not_offered' | 'statement_missing'>;

/** As what somebody may decide; broken glass counts only where they could not have decided without it. */
function standing(
  { state, expiresMs, requester, terms, votes }: Approval,
  by: Decider,
  nowMs: number,
  samePeople: SamePeople,
): Result<'approver' | 'break_glass', StandingFault> {
  if (state !== 'pending') return err('not_pending');
  if (nowMs >= expiresMs) return err('expired');
  const isOwn = isAsking(requester, by, samePeople);
  const isApprover = !isOwn && terms.approvers.some((group) => by.groups.includes(group));
  const opens = terms.breakGlass === 'self' || (terms.breakGlass === 'others' && !isOwn);
  if (!isApprover && (by.glass === undefined || !opens)) return err(isOwn ? 'own_request' : 'not_an_approver');
  if (votes.some((vote) => isSamePerson(vote.by, by, samePeople))) return err('voted_already');
  return ok(isApprover ? 'approver' : 'break_glass');
}

/** Why this person may not decide, whatever he would say; undefined when he may. */
export function voteFault(
  approval: Approval,
  by: Decider,
  nowMs: number,
  samePeople: SamePeople,
): StandingFault | undefined {
  const stands = standing(approval, by, nowMs, samePeople);
  return stands.ok ? undefined : stands.error;
}

export type Standing = {
  readonly as: 'approver' | 'break_glass';
  /** What they may agree to. */
  readonly scopes: readonly ApprovalScope[];
};

/** As what this person may decide, and about what; undefined when they may not. */
export function standingOf(
  approval: Approval,
  by: Decider,
  nowMs: number,
  samePeople: SamePeople,
): Standing | undefined {
  const stands = standing(approval, by, nowMs, samePeople);
  return stands.ok ? { as: stands.value, scopes: offeredTo(stands.value, approval) } : undefined;
}

export type Verdict = {
  readonly effect: Vote['effect'];
  /** Of a yes. The narrowest that any of those who said yes named is what counts. */
  readonly scope: ApprovalScope;
  readonly reason: string;
};

const BREADTH: Readonly<Record<ApprovalScope, number>> = { once: 0, call: 1, tool: 2 };

const narrowest = (scopes: readonly ApprovalScope[]): ApprovalScope =>
  scopes.reduce((least, scope) => (BREADTH[scope] < BREADTH[least] ? scope : least));

const ONLY_ONCE: readonly ApprovalScope[] = ['once'];

/** Whatever the rule offers: who breaks the glass lets one call pass, and no more than that. */
const offeredTo = (as: Standing['as'], { terms }: Approval): readonly ApprovalScope[] =>
  as === 'break_glass' ? ONLY_ONCE : terms.scopes;

/** Of a vote that would not have been possible otherwise. */
export const isOfGlass = ({ isBreakGlass }: Vote): boolean => isBreakGlass === true;

export function vote(
  approval: Approval,
  by: Decider,
  verdict: Verdict,
  at: { readonly nowMs: number; readonly samePeople: SamePeople },
): Result<Changed, VoteFault> {
  const stands = standing(approval, by, at.nowMs, at.samePeople);
  if (!stands.ok) return stands;
  const { terms } = approval;
  const isByGlass = stands.value === 'break_glass';
  // A no is always possible.
  if (verdict.effect === 'approve' && lacksStatement(approval)) return err('statement_missing');
  if (verdict.effect === 'approve' && !offeredTo(stands.value, approval).includes(verdict.scope))
    return err('scope_not_offered');
  const cast: Vote = {
    by: { issuer: by.issuer, subject: by.subject },
    ...verdict,
    atMs: at.nowMs,
    ...(isByGlass ? { isBreakGlass: true } : {}),
  };
  const votes = [...approval.votes, cast];
  if (verdict.effect === 'deny') return ok({ ...approval, votes, state: 'denied' });
  if (votes.length < terms.needed) return ok({ ...approval, votes });
  return ok({
    ...approval,
    votes,
    state: 'approved',
    scope: narrowest(votes.map(({ scope }) => scope)),
    usableUntilMs: at.nowMs + Math.min(terms.validMs, votes.some(isOfGlass) ? LIMITS.breakGlassApprovalMs : Infinity),
  });
}

/** Whether it permits the call now: approved, and not over by a millisecond. */
export const isUsable = (approval: Approval, nowMs: number): boolean =>
  approval.state === 'approved' && approval.usableUntilMs !== undefined && nowMs < approval.usableUntilMs;

/** Undefined when it cannot be used (any more). One for a while stays as it is. */
export function use(approval: Approval, nowMs: number): Changed | undefined {
  if (!isUsable(approval, nowMs)) return undefined;
  return approval.scope === 'once' ? { ...approval, state: 'used' } : approval;
}

/** A used one whose server asked for a further round: with this state the call may go on, once. */
export const mayGoOn = ({ state, continues }: Approval, stateDigest: string): boolean =>
  state === 'used' && continues === stateDigest;

/** A no to exactly this stands as long as a request would have waited: until then nobody is asked again. */
export const stillDenied = ({ state, votes, terms }: Approval, nowMs: number): boolean =>
  state === 'denied' && nowMs < (votes.at(-1)?.atMs ?? 0) + terms.waitMs;

/** When time alone ends it; undefined once it is over. */
export function endOf({ state, expiresMs, usableUntilMs }: Changed): number | undefined {
  switch (state) {
    case 'pending':
      return expiresMs;
    case 'approved':
      return usableUntilMs;
    case 'denied':
    case 'expired':
    case 'withdrawn':
    case 'used':
    case 'void':
      return undefined;
    default:
      return unreachable(state);
  }
}

/** What time alone made of it; undefined while it did nothing. */
export function lapse(approval: Approval, nowMs: number): Changed | undefined {
  const endMs = endOf(approval);
  return endMs !== undefined && nowMs >= endMs ? { ...approval, state: 'expired' } : undefined;
}

/** Of one that is not over yet. */
export const isOpen = ({ state }: Pick<Approval, 'state'>): boolean => state === 'pending' || state === 'approved';

/** Undefined when it is over already. `withdrawn`: whoever asked does not want it any more. */
export const end = (approval: Approval, state: 'withdrawn' | 'void'): Changed | undefined =>
  isOpen(approval) && !(state === 'withdrawn' && approval.state !== 'pending') ? { ...approval, state } : undefined;
