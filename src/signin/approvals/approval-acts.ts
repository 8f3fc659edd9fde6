/** What somebody does with a request on its page: decide, say why they ask, withdraw, look at what is masked. */
import { isApprovalScope } from '#approvals/approval.ts';
import type { StatementFault } from '#approvals/statement.ts';
import type { VoteFault } from '#approvals/transitions.ts';
import { approvalPath } from '#signin/approvals/approval-forms.ts';
import { readApproval } from '#signin/approvals/approval-read.ts';
import { keptText, look, lookAndRead, recordRead } from '#signin/approvals/approval-visit.ts';
import type { ApprovalPagesParts } from '#signin/approvals/approval-visit.ts';
import { signInPath } from '#signin/entry.ts';
import { notice } from '#signin/pages/answer.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, Visit } from '#signin/route.ts';

/** The page as it is now. */
export async function show(visit: Visit, parts: ApprovalPagesParts, note?: string): Promise<SignInAnswer> {
  const seen = look(visit, parts);
  if ('status' in seen) return seen;
  return (await recordRead('approval_read', visit, seen, parts)) ?? readApproval(seen, parts, { note });
}

const UNRECORDED = (title: string): SignInAnswer =>
  notice(503, title, 'It has to be recorded, and at the moment that is not possible. Try again in a minute.');

const VOTE_WORDS: Readonly<Record<VoteFault | 'unknown_approval' | 'changed_meanwhile', string>> = {
  not_pending: 'Nothing was decided: it was over already.',
  expired: 'Nothing was decided: its time was over.',
  not_an_approver: 'Nothing was decided: it is not yours to decide.',
  own_request: 'Nothing was decided: you ask for it yourself.',
  voted_already: 'Nothing was decided: you have decided already.',
  scope_not_offered: 'Nothing was decided: the rule does not offer that.',
  statement_missing: 'Nothing was decided: whoever asks has not said why yet.',
  unknown_approval: 'Nothing was decided: there is no such request any more.',
  changed_meanwhile: 'Nothing was decided: somebody else decided at the same moment. Look again.',
};

export async function decide(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const sent = await lookAndRead(visit, parts);
  if ('status' in sent) return sent;
  const { present, approval, person, isAuditor, form } = sent;
  // What they wrote is lost; who they are is worth more.
  if (!parts.sessions.isFresh(present)) return redirect(signInPath(approvalPath(approval.id), true));
  const effect = form.get('decision');
  const scope = form.get('scope') ?? 'once';
  if ((effect !== 'approve' && effect !== 'deny') || !isApprovalScope(scope) || isAuditor)
    return notice(400, 'Nothing was decided', 'Load the page again and press a button there.');
  const reason = keptText(form.get('reason') ?? '', parts);
  const voted = await parts.approvals.vote(approval.id, person, { effect, scope, reason });
  if (voted.ok) return show(visit, parts, effect === 'deny' ? 'You denied it.' : 'You approved it.');
  if (typeof voted.error === 'object') return UNRECORDED('Nothing was decided');
  return show(visit, parts, VOTE_WORDS[voted.error]);
}

const STATEMENT_WORDS: Readonly<Record<StatementFault | 'unknown_approval' | 'changed_meanwhile', string>> = {
  not_the_requester: 'Nothing was kept: only whoever asks can say why.',
  not_pending: 'Nothing was kept: it was over already.',
  expired: 'Nothing was kept: its time was over.',
  stated_already: 'Nothing was kept: it was said before.',
  reason_missing: 'Nothing was kept: say a reason.',
  ticket_missing: 'Nothing was kept: name the ticket.',
  ticket_unfit: 'Nothing was kept: the ticket does not have the form that the rule wants.',
  unknown_approval: 'Nothing was kept: there is no such request any more.',
  changed_meanwhile: 'Nothing was kept: somebody decided at the same moment. Look again.',
};

export async function state(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const sent = await lookAndRead(visit, parts);
  if ('status' in sent) return sent;
  const { approval, person, isAuditor, form } = sent;
  if (isAuditor) return notice(400, 'Nothing was kept', 'Auditors see this and change nothing.');
  const stated = await parts.approvals.state(approval.id, person, {
    reason: form.get('reason') ?? '',
    ticket: form.get('ticket') ?? '',
    mask: (text) => parts.masker.maskStoredText(text, parts.masker.secretsOf([])),
  });
  if (stated.ok) return show(visit, parts, 'They can read now why you ask.');
  if (typeof stated.error === 'object') return UNRECORDED('Nothing was kept');
  return show(visit, parts, STATEMENT_WORDS[stated.error]);
}

export async function withdraw(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const sent = await lookAndRead(visit, parts);
  if ('status' in sent) return sent;
  const { approval, person, isAuditor } = sent;
  if (isAuditor || parts.approvals.statementFault(approval, person) === 'not_the_requester')
    return notice(403, 'Nothing was withdrawn', 'Only whoever asks can withdraw it.');
  if (approval.state !== 'pending') return show(visit, parts, 'It was over already.');
  await parts.approvals.withdraw(approval.id, person);
  const isWithdrawn = parts.approvals.find(approval.id)?.state === 'withdrawn';
  return show(visit, parts, isWithdrawn ? 'You withdrew it.' : 'It was over already.');
}

/** What is masked in the book is shown from memory alone, to whom the configuration names, after it is in the book that they see it. */
export async function unmask(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const sent = await lookAndRead(visit, parts);
  if ('status' in sent) return sent;
  const { present, approval, person } = sent;
  if (!parts.showsTo.some((group) => person.groups.includes(group)))
    return notice(403, 'Nothing was shown', 'You may not see what is masked.');
  if (!parts.sessions.isFresh(present)) return redirect(signInPath(approvalPath(approval.id), true));
  const unmasked = parts.heldCalls.argumentsOf(approval.id);
  if (unmasked === undefined)
    return show(
      visit,
      parts,
      'It cannot be shown: the call does not wait in this process any more, or is too long. The masked copy is all there is.',
    );
  return (await recordRead('approval_shown', visit, sent, parts)) ?? readApproval(sent, parts, { unmasked });
}
