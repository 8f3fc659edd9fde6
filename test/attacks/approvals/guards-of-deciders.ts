/** Who may say yes, and to how much. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const TRANSITIONS = 'src/approvals/transitions.ts';

export const DECIDER_GUARDS: readonly Guard[] = [
  {
    guard: 'nobody decides what they ask for',
    attacks: ['own-request', 'own-request-elsewhere', 'own-request-page'],
    patches: [
      without(
        TRANSITIONS,
        'const isOwn = isAsking(requester, by, samePeople);',
        'const isOwn = isAsking(requester, by, samePeople) && nowMs < 0;',
      ),
    ],
  },
  {
    guard: 'one person is one, through whatever identity',
    attacks: ['own-request-elsewhere'],
    patches: [
      without(
        'src/approvals/people.ts',
        '  return samePeople.some(',
        '  return samePeople.slice(samePeople.length).some(',
      ),
    ],
  },
  {
    guard: 'only a member of a group that is asked sees it and decides',
    attacks: ['no-approver', 'group-removed'],
    patches: [
      without(
        TRANSITIONS,
        '!isOwn && terms.approvers.some((group) => by.groups.includes(group));',
        '!isOwn && terms.approvers.length > 0;',
      ),
      without(
        'src/approvals/may-see.ts',
        'terms.approvers.some((group) => caller.groups.includes(group)) ||',
        'terms.approvers.length > 0 ||',
      ),
    ],
  },
  {
    guard: 'nobody votes twice',
    attacks: ['vote-twice'],
    patches: [
      without(
        TRANSITIONS,
        'if (votes.some((vote) => isSamePerson(vote.by, by, samePeople)))',
        "if (votes.some((vote) => isSamePerson(vote.by, by, samePeople) && vote.reason === 'never'))",
      ),
    ],
  },
  {
    guard: 'nobody agrees to more than is offered',
    attacks: ['scope-widened'],
    patches: [
      without(
        TRANSITIONS,
        "if (verdict.effect === 'approve' && !offeredTo(stands.value, approval).includes(verdict.scope))",
        "if (verdict.effect === 'approve' && offeredTo(stands.value, approval).length === 0)",
      ),
    ],
  },
];
