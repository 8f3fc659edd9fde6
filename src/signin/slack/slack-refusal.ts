/** Why somebody in Slack does not get what they pressed for, and what they are told: what it is, and what to do. */
import type { VoteFault } from '#approvals/transitions.ts';
import type { ClickerFault } from '#signin/slack/clicker.ts';

export type SlackRefusal =
  | ClickerFault
  | VoteFault
  /** There is none, or it is not for this person to see. */
  | 'unknown_approval'
  | 'auditor'
  /** Somebody decided, or said something of it, since it was read. */
  | 'changed_meanwhile'
  | 'modal_unknown'
  | 'modal_old'
  | 'not_indexed'
  | 'damaged'
  | 'not_recorded'
  | 'not_in_force'
  | 'not_opened'
  | 'too_slow'
  | 'unreadable';

const AGAIN = 'Press Review again in a moment.';

const WORDS: Readonly<Record<SlackRefusal, string>> = {
  unlinked: 'This Slack account is not linked to anybody here.',
  not_signed_in: 'You are not signed in here, so what you may do is not known. Sign in, then press Review again.',
  sign_in_unknown: `Whether you may still sign in cannot be told at the moment. ${AGAIN}`,
  unknown_approval: 'There is no such request, or it is not for you to see.',
  auditor: 'Auditors look on; they do not decide.',
  not_pending: 'This request is over: it was decided, withdrawn, or nobody decided in time.',
  expired: 'This request is over: nobody decided in time.',
  own_request: 'Nobody decides what they ask for themselves, or what asks in their name.',
  not_an_approver: 'This request is not yours to decide: other groups decide it.',
  voted_already: 'You have decided already. Somebody else has to agree too.',
  statement_missing: 'Whoever asks has not said yet why; until then nobody can agree.',
  scope_not_offered: 'The rule does not offer that.',
  changed_meanwhile:
    'This request changed since you read it. Close this, press Review again, and read it as it is now.',
  modal_unknown: 'This form was not opened for you. Press Review yourself.',
  modal_old: 'This form was open for too long. Close it, press Review again, and read it as it is now.',
  not_indexed: `What is asked cannot be shown yet. ${AGAIN}`,
  damaged: 'The record of what is asked does not hold. Tell whoever runs the gateway, and do not agree.',
  not_recorded: `This has to be recorded, and at the moment that is not possible: nothing was decided. ${AGAIN}`,
  not_in_force: 'Your decision is recorded and may not be in force. Look at the message before you go on.',
  not_opened: `Slack did not open the form. ${AGAIN}`,
  too_slow: `Asking your identity provider about you took too long. ${AGAIN}`,
  unreadable: `The gateway cannot read its own state at the moment. ${AGAIN}`,
};

export const refusalWords = (refusal: SlackRefusal): string => WORDS[refusal];
