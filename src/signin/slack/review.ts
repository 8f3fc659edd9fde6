/**
 * Somebody pressed "Review": who they are, whether it is theirs to decide, and then what is asked, in a modal. That they read
 * it is in the book before Slack has a word of it.
 */
import type { Approval } from '#approvals/approval.ts';
import { approvalPath } from '#signin/approvals/approval-forms.ts';
import { recordAct } from '#signin/auth-record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { clickerOf } from '#signin/slack/clicker.ts';
import type { Clicker } from '#signin/slack/clicker.ts';
import { decisionModal } from '#signin/slack/decision-modal.ts';
import type { Clicked, SlackAccount } from '#signin/slack/interaction.ts';
import { sealModal } from '#signin/slack/opened-modal.ts';
import type { SlackApp, SlackParts } from '#signin/slack/slack-parts.ts';
import type { SlackRefusal } from '#signin/slack/slack-refusal.ts';

/** Gives 'too_slow' when the signal comes first; what is under way then goes on for whoever asks next. */
export async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T | 'too_slow'> {
  const over = Promise.withResolvers<'too_slow'>();
  const end = (): void => over.resolve('too_slow');
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  // Nobody waits for it any more when it fails too late.
  work.catch(() => undefined);
  return Promise.race([work, over.promise]).finally(() => signal.removeEventListener('abort', end));
}

/** A person at their Slack account, and a request that is theirs to decide now. */
export type Deciding = { readonly clicker: Clicker; readonly approval: Approval };

export async function authorize(
  id: string,
  by: SlackAccount,
  app: SlackApp,
  parts: SlackParts,
  signal: AbortSignal,
): Promise<Result<Deciding, SlackRefusal>> {
  const found = await within(clickerOf({ notifier: app.settings.name, ...by }, app, parts), signal);
  if (found === 'too_slow') return err(found);
  if (!found.ok) return found;
  const { decider, roles } = found.value;
  const approval = parts.approvals.find(id);
  // What one may not see is not there.
  if (approval === undefined || !parts.approvals.isShownTo(approval, decider, roles)) return err('unknown_approval');
  if (roles.has('auditor')) return err('auditor');
  const fault = parts.approvals.voteFault(approval, decider);
  return fault === undefined ? ok({ clicker: found.value, approval }) : err(fault);
}

/** Undefined when the modal is open. @param signal ends with the time in which Slack opens one */
export async function review(
  clicked: Clicked,
  source: string,
  app: SlackApp,
  parts: SlackParts,
  signal: AbortSignal,
): Promise<SlackRefusal | undefined> {
  const { settings, api } = app;
  const deciding = await authorize(clicked.approval, clicked.by, app, parts, signal);
  if (!deciding.ok) return deciding.error;
  const { clicker, approval } = deciding.value;
  const { id, connection, method, name, policy, terms, record } = approval;
  const member = { notifier: settings.name, ...clicked.by };
  const recorded = await recordAct(parts, 'approval_read', {
    signIn: clicker.signIn,
    connection,
    held: { method, name, decision: { effect: 'hold', policy, rule: terms.rule, approval: id } },
    source,
    detail: { approval: id, record, through: 'slack', notifier: member.notifier, team: member.team, user: member.user },
  });
  if (!recorded.ok) return 'not_recorded';
  const read = await within(parts.history.asked(record), signal);
  if (read === 'too_slow') return 'not_indexed';
  if (!read.ok) return read.error;
  const view = decisionModal({
    approval,
    scopes: parts.approvals.standing(approval, clicker.decider)?.scopes ?? [],
    lift: parts.ruleOf(terms.rule)?.lift,
    asked: read.value.arguments,
    beside: read.value.beside,
    sealed: sealModal(parts.seals.modal, member, approval, parts.clock() + parts.limits.slackModalMs),
    url: `${parts.publicUrl}${approvalPath(id)}`,
    limits: parts.limits,
  });
  const opened = await api.call('views.open', { trigger_id: clicked.trigger, view }, signal);
  if (opened.ok) return undefined;
  parts.log.warn({ notifier: settings.name, reason: opened.error.reason }, 'Slack did not open a form');
  return 'not_opened';
}
