/**
 * Why somebody asks for a call, where the rule that holds it wants to know: said once, by whoever asks, while the request is
 * pending; before that nobody can say yes to it. Plain data in, plain data out.
 */
import type { Approval, HoldTerms, Principal } from '#approvals/approval.ts';
import { answersFor } from '#approvals/people.ts';
import type { SamePeople } from '#approvals/people.ts';
import { isTicket } from '#approvals/ticket.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type Said = {
  readonly reason: string;
  readonly ticket?: string | undefined;
  /** What of a text may be kept and shown: a ticket is compared as it was said, and kept as this makes it. */
  readonly mask: (text: string) => string;
};

export type StatementFault =
  | 'not_the_requester'
  | 'not_pending'
  | 'expired'
  | 'stated_already'
  | 'reason_missing'
  | 'ticket_missing'
  | 'ticket_unfit';

const asksAnything = ({ asks }: HoldTerms): boolean => asks.reason || asks.ticket !== undefined;

/** Nobody can say yes to it yet. */
export const lacksStatement = ({ terms, statement }: Pick<Approval, 'terms' | 'statement'>): boolean =>
  statement === undefined && asksAnything(terms);

/** Why this person cannot say why it is asked, whatever they would say; undefined when they can. */
export function statementFault(
  { requester, state, expiresMs, statement }: Approval,
  by: Principal,
  nowMs: number,
  samePeople: SamePeople,
): 'not_the_requester' | 'not_pending' | 'expired' | 'stated_already' | undefined {
  if (!answersFor(requester, by, samePeople)) return 'not_the_requester';
  if (state !== 'pending') return 'not_pending';
  if (nowMs >= expiresMs) return 'expired';
  return statement === undefined ? undefined : 'stated_already';
}

/** Masked before it is cut: half a secret would not be found. */
const kept = (text: string, mask: Said['mask'], chars: number): string =>
  mask(text.toWellFormed()).slice(0, chars).toWellFormed();

export function state(
  approval: Approval,
  by: Principal,
  { reason, ticket = '', mask }: Said,
  at: { readonly nowMs: number; readonly samePeople: SamePeople },
): Result<Omit<Approval, 'revision'>, StatementFault> {
  const fault = statementFault(approval, by, at.nowMs, at.samePeople);
  if (fault !== undefined) return err(fault);
  const { asks } = approval.terms;
  const [why, which] = [reason.trim(), ticket.trim()];
  // Where neither is asked for, one of them is still something to say.
  if (why === '' && (asks.reason || which === '')) return err('reason_missing');
  if (asks.ticket !== undefined && which === '') return err('ticket_missing');
  if (asks.ticket !== undefined && !isTicket(asks.ticket, which)) return err('ticket_unfit');
  const { approvalReasonChars, approvalTicketChars } = LIMITS;
  return ok({
    ...approval,
    statement: {
      reason: kept(why, mask, approvalReasonChars),
      ...(which === '' ? {} : { ticket: kept(which, mask, approvalTicketChars) }),
      atMs: at.nowMs,
    },
  });
}
