/** What people are told when a sign-in at an issuer did not work: what happened, and what somebody can do about it. */
import type { ProviderFault } from '#signin/providers/provider.ts';
import { unreachable } from '#result.ts';

/** Besides what comes from the issuer. */
export type Trouble = ProviderFault | 'not_recorded' | 'used';

const TROUBLES: ReadonlySet<string> = new Set<Trouble>([
  'issuer_unreachable',
  'issuer_setup',
  'issuer_denied',
  'response_invalid',
  'subject_invalid',
  'groups_invalid',
  'groups_too_many',
  'groups_truncated',
  'fresh_unproven',
  'not_recorded',
  'used',
]);

/** It comes in an address, where anybody can write anything. */
export const isTrouble = (text: string | null): text is Trouble => text !== null && TROUBLES.has(text);

/** @param issuer as people know it */
export function troubleWords(trouble: Trouble, issuer: string): string {
  switch (trouble) {
    case 'issuer_unreachable':
      return `${issuer} cannot be reached at the moment. Try again in a minute.`;
    case 'issuer_setup':
      return `The gateway and ${issuer} do not agree on how to talk to each other. Whoever runs the gateway has to mend that.`;
    case 'issuer_denied':
      return `${issuer} did not let you sign in here. If you should be able to, ask whoever assigns applications there.`;
    case 'response_invalid':
      return `What ${issuer} answered does not belong to this sign-in. Begin again.`;
    case 'subject_invalid':
      return `${issuer} does not say who you are by an identifier that stays. Whoever runs the gateway has to mend that.`;
    case 'groups_invalid':
      return `${issuer} tells your groups in a form that cannot be read. Whoever runs the gateway has to mend that.`;
    case 'groups_too_many':
    case 'groups_truncated':
      return `You are in so many groups that ${issuer} does not tell all of them, so it cannot be said what you may do. Ask whoever runs the gateway to have ${issuer} send only the groups that matter here.`;
    case 'fresh_unproven':
      return `${issuer} did not say that you proved just now who you are. Sign out there and try again.`;
    case 'not_recorded':
      return 'What happens here has to be recorded, and at the moment that is not possible. Try again in a minute.';
    case 'used':
      return 'This sign-in was finished already. Begin again.';
    default:
      return unreachable(trouble);
  }
}
