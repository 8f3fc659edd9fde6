/**
 * Who signed in, from claims that were verified: the same subject and groups as an access token of that issuer gives
 * (src/identity/token-caller.ts). Pure. An e-mail address or a name is only shown: whoever may change theirs would be somebody else.
 */
import type { IssuerSettings } from '#identity/issuer.ts';
import type { Claims } from '#identity/jws.ts';
import { profileOf } from '#identity/presets.ts';
import { isIdentifier, readGroups } from '#identity/token-caller.ts';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { ProviderFault, SignedInPerson } from '#signin/providers/provider.ts';
import { signInProfileOf } from '#signin/providers/sign-in-profile.ts';

const LOGIN_CLAIMS = ['preferred_username', 'email', 'name'];

export type PersonLimits = Pick<Limits, 'tokenSubjectChars' | 'tokenGroups' | 'tokenGroupChars'>;

/**
 * @param idToken says who it is
 * @param grouped says the groups: the ID token or userinfo
 */
export function personOf(
  { idToken, grouped }: { readonly idToken: Claims; readonly grouped: Claims },
  settings: IssuerSettings,
  limits: PersonLimits,
): Result<Omit<SignedInPerson, 'tokens'>, ProviderFault> {
  const subject = idToken[signInProfileOf(settings).subjectClaim];
  if (!isIdentifier(subject, limits)) return err('subject_invalid');
  const groups = readGroups(grouped, profileOf(settings), limits);
  if (!groups.ok) return err(groupsFault(groups.error));
  const authTime = idToken['auth_time'];
  return ok({
    subject,
    login: loginOf(idToken, limits) ?? loginOf(grouped, limits),
    groups: groups.value.map((name) => `${settings.namespace}:${name}`),
    provedAtMs: typeof authTime === 'number' && Number.isSafeInteger(authTime) ? authTime * 1_000 : undefined,
  });
}

const loginOf = (claims: Claims, limits: PersonLimits): string | undefined =>
  LOGIN_CLAIMS.map((name) => claims[name]).find((value): value is string => isIdentifier(value, limits));

const groupsFault = (fault: string): ProviderFault =>
  fault === 'groups_truncated' || fault === 'groups_too_many' ? fault : 'groups_invalid';
