/**
 * Asks a person's issuer whether they may still sign in, and keeps what it says: groups as they are now, and the token for
 * asking the next time. Whoever calls sees to it that only one asks for a sign-in at a time: issuers take a refresh token
 * that comes twice for stolen.
 */
import type { Seal } from '#oauth/seal.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import type { CheckAgain } from '#signin/asked.ts';
import type { Provider, ProviderFault } from '#signin/providers/provider.ts';
import { openTokens, sealTokens } from '#signin/providers/upstream-tokens.ts';
import { unreachable } from '#result.ts';

export type CheckParts = {
  /** By namespace. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly signIns: Pick<SignInStore, 'update'>;
  readonly seal: Seal;
  readonly clock: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
};

export async function checkAgain(signIn: SignIn, parts: CheckParts): Promise<CheckAgain> {
  const provider = parts.providers.get(signIn.namespace);
  // Taken out of the configuration, or another issuer under the same name: nobody vouches for this person any more.
  if (provider?.issuer !== signIn.issuer) return 'refused';
  const { sealedRefresh } = signIn;
  const tokens = sealedRefresh === undefined ? undefined : openTokens(parts.seal, sealedRefresh, signIn.id);
  if (tokens === undefined) return 'refused';
  const said = await provider.checkAgain(tokens, signIn.subject);
  if (!said.ok) {
    parts.log.warn({ issuer: signIn.namespace, reason: said.error }, 'an issuer did not say yes to a person again');
    return outcomeOf(said.error);
  }
  await parts.signIns.update(signIn.id, {
    groups: inOrderOf(signIn.groups, said.value.groups),
    checkedAtMs: parts.clock(),
    sealedRefresh: sealTokens(parts.seal, said.value.tokens, signIn.id),
  });
  return 'holds';
}

/** An issuer tells the same groups in any order; what hangs on them should not take that for others (src/identity/caller.ts). */
function inOrderOf(before: readonly string[], now: readonly string[]): readonly string[] {
  const told = new Set(now);
  return before.length === told.size && before.every((group) => told.has(group)) ? before : now;
}

/** Only what is about the person is a no; what somebody has to mend, or what passes, is not. */
function outcomeOf(fault: ProviderFault): CheckAgain {
  switch (fault) {
    case 'issuer_unreachable':
    case 'issuer_setup':
      return 'unreachable';
    // Another person than before, or somebody about whom it cannot be said what they may do.
    case 'issuer_denied':
    case 'response_invalid':
    case 'subject_invalid':
    case 'groups_invalid':
    case 'groups_too_many':
    case 'groups_truncated':
    case 'fresh_unproven':
      return 'refused';
    default:
      return unreachable(fault);
  }
}
