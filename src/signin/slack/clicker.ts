/**
 * Who clicked: from the member of a workspace to a person of this gateway who is signed in here now. The member is linked by
 * the configuration or by the person; what they may do comes from their sign-in, never from Slack.
 */
import type { Decider } from '#approvals/transitions.ts';
import type { SlackMember } from '#notify/slack/slack-links.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import type { Role } from '#policy/duties.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { AccountAnswer } from '#signin/asked.ts';
import type { SlackApp, SlackParts } from '#signin/slack/slack-parts.ts';

export type Clicker = {
  readonly signIn: SignIn;
  readonly decider: Decider;
  readonly roles: ReadonlySet<Role>;
};

export type ClickerFault = 'unlinked' | 'not_signed_in' | 'sign_in_unknown';

type Parts = Pick<SlackParts, 'accounts' | 'clock' | 'identity' | 'limits' | 'links' | 'rolesOf' | 'signIns'>;

/** Of somebody who has many: those the issuer spoke of last. */
const SIGN_INS_TRIED = 3;

/** One that holds; the issuer is asked where its word is nearly as old as it counts, which is a quarter of an hour. */
async function living({ id, checkedAtMs }: SignIn, { accounts, clock, limits }: Parts): Promise<AccountAnswer> {
  const isDue = clock() - checkedAtMs >= limits.issuerCheckDueMs;
  return isDue ? accounts.findChecked(id, undefined) : accounts.find(id, undefined);
}

/** Throws when sign-ins or links cannot be read. */
export async function clickerOf(
  member: SlackMember,
  { settings }: Pick<SlackApp, 'settings'>,
  parts: Parts,
): Promise<Result<Clicker, ClickerFault>> {
  // What the operator wrote goes before what somebody linked.
  const principal = settings.people.get(member.user) ?? parts.links.find(member);
  if (principal === undefined) return err('unlinked');
  if (!parts.identity.trusts(principal.issuer)) return err('not_signed_in');
  const lately = parts.signIns
    .of(principal.issuer, principal.subject)
    .filter(({ expiresAtMs }) => expiresAtMs > parts.clock())
    .toSorted((a, b) => b.checkedAtMs - a.checkedAtMs)
    .slice(0, SIGN_INS_TRIED);
  let isUnknown = false;
  for (const one of lately) {
    const signIn = await living(one, parts);
    if (signIn === 'unavailable') isUnknown = true;
    if (typeof signIn === 'string') continue;
    const caller = callerOf(signIn, undefined);
    const { issuer, subject, groups } = caller;
    return ok({ signIn, decider: { issuer, subject, groups }, roles: parts.rolesOf(caller) });
  }
  return err(isUnknown ? 'sign_in_unknown' : 'not_signed_in');
}
