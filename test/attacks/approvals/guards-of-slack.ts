/** What stands between a request that says it is Slack's and a decision. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const INTERACTIONS = 'src/signin/slack/interactions.ts';
const SIGNATURE = 'src/signin/slack/signature.ts';

export const SLACK_GUARDS: readonly Guard[] = [
  {
    guard: 'a signature counts once',
    attacks: ['slack-replayed'],
    patches: [
      without(
        INTERACTIONS,
        "if (!(await claimSignature(visit, app, signature.value, parts))) return err('signature_replayed');",
        'await claimSignature(visit, app, signature.value, parts);',
      ),
    ],
  },
  {
    guard: 'Slack signed it',
    attacks: ['slack-forged'],
    patches: [
      without(
        SIGNATURE,
        'timingSafeEqual(signature, expected) ?',
        'signature.length === expected.length || timingSafeEqual(signature, expected) ?',
      ),
    ],
  },
  {
    guard: 'a signature is of now',
    attacks: ['slack-old'],
    patches: [without(SIGNATURE, '> validMs) return', '> validMs * 1_000) return')],
  },
  {
    guard: 'a member is one of the workspace of the notifier',
    attacks: ['slack-other-workspace'],
    patches: [
      without(
        INTERACTIONS,
        'interaction.value.by.team === app.settings.team ?',
        'interaction.value.by.team !== undefined ?',
      ),
    ],
  },
  {
    guard: 'nobody decides what they ask for, also in Slack',
    attacks: ['slack-own-request'],
    patches: [
      without(
        'src/approvals/transitions.ts',
        'const isOwn = isAsking(requester, by, samePeople);',
        'const isOwn = isAsking(requester, by, samePeople) && nowMs < 0;',
      ),
    ],
  },
];
