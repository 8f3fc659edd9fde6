/**
 * Somebody sent the modal: everything is asked again that was asked before it was opened, and the request has to be the very
 * one that was read. Only then is it a vote.
 */
import type { VoteFault } from '#approvals/transitions.ts';
import type { Unavailable } from '#approvals/approval-parts.ts';
import type { Submitted } from '#signin/slack/interaction.ts';
import { isStill, openModal } from '#signin/slack/opened-modal.ts';
import { authorize } from '#signin/slack/review.ts';
import type { SlackApp, SlackParts } from '#signin/slack/slack-parts.ts';
import type { SlackRefusal } from '#signin/slack/slack-refusal.ts';

const refusalOf = (fault: VoteFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable): SlackRefusal =>
  typeof fault === 'object' ? 'not_recorded' : fault;

function reasonOf({ reason }: Submitted, { masker, limits }: Pick<SlackParts, 'masker' | 'limits'>): string {
  const masked = masker.maskStoredText(reason, masker.secretsOf([]));
  return masked.slice(0, limits.approvalReasonChars).toWellFormed();
}

/** Undefined when it counts. */
export async function decide(
  submitted: Submitted,
  app: SlackApp,
  parts: SlackParts,
  signal: AbortSignal,
): Promise<SlackRefusal | undefined> {
  const opened = openModal(parts.seals.modal, { notifier: app.settings.name, ...submitted.by }, submitted.sealed);
  if (opened === undefined) return 'modal_unknown';
  if (parts.clock() >= opened.untilMs) return 'modal_old';
  const deciding = await authorize(opened.id, submitted.by, app, parts, signal);
  if (!deciding.ok) return deciding.error;
  const { clicker, approval } = deciding.value;
  // Nothing is waited for from here to the vote: what is compared is what is voted on.
  if (!isStill(opened, approval)) return 'changed_meanwhile';
  const { chosen } = submitted;
  const scope = chosen.effect === 'approve' ? chosen.scope : 'once';
  const verdict = { effect: chosen.effect, scope, reason: reasonOf(submitted, parts) };
  try {
    const voted = await parts.approvals.vote(opened.id, clicker.decider, verdict);
    return voted.ok ? undefined : refusalOf(voted.error);
  } catch (error) {
    parts.log.error({ error: String(error) }, 'a decision is recorded and perhaps not in force');
    return 'not_in_force';
  }
}
