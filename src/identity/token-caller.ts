/**
 * Reads the principal out of verified claims by the issuer's profile: which claim is the subject, whether a person
 * or a service account, its groups and scopes. Pure. Refuses to know times and audiences.
 *
 * Names are compared byte for byte everywhere. They are not brought to Unicode normal form: two groups that differ
 * only in form are two groups to the identity provider, and folding them here would give one the rights of the other.
 */
import type { Caller, CallerKind } from '#identity/caller.ts';
import type { Claims } from '#identity/jws.ts';
import { isObject } from '#identity/jws.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { IssuerProfile } from '#identity/presets.ts';
import type { ClaimsFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok, unreachable } from '#result.ts';

type CallerExpected = {
  readonly settings: Pick<IssuerSettings, 'issuer' | 'namespace'>;
  readonly profile: IssuerProfile;
  readonly limits: Limits;
};

export function callerOf(
  claims: Claims,
  audiences: readonly string[],
  { settings, profile, limits }: CallerExpected,
): Result<Caller, ClaimsFault> {
  // RFC 9068 section 2.2 requires `sub` of every access token, whatever claim the profile takes as the subject.
  if (!isIdentifier(claims['sub'], limits)) return err('subject_invalid');

  const clientValue = firstPresent(claims, profile.clientClaims);
  if (clientValue === undefined && profile.clientRequired) return err('id_token');
  if (clientValue !== undefined && !isIdentifier(clientValue, limits)) return err('client_invalid');
  const others = profile.clientClaims.filter((name) => claims[name] !== undefined && claims[name] !== clientValue);
  if (others.length > 0) return err('client_invalid');

  const scopes = readScopes(firstPresent(claims, profile.scopeClaims), limits);
  if (scopes === undefined) return err('scope_invalid');
  // An ID token is addressed to the client itself and grants no scope.
  if (clientValue !== undefined && scopes.length === 0 && audiences.includes(clientValue)) return err('id_token');

  const kind = kindOf(claims, { client: clientValue, scopes }, profile);
  if (kind === undefined) return err('kind_unproven');
  const subject = claims[kind === 'person' ? profile.subjectClaim : profile.serviceSubjectClaim];
  if (!isIdentifier(subject, limits)) return err('subject_invalid');

  const groups = readGroups(claims, profile, limits);
  if (!groups.ok) return groups;

  const namespaced = (name: string): string => `${settings.namespace}:${name}`;
  return ok({
    issuer: settings.issuer,
    namespace: settings.namespace,
    subject,
    kind,
    groups: groups.value.map(namespaced),
    client: clientValue === undefined ? undefined : namespaced(clientValue),
    scopes: scopes.map(namespaced),
  });
}

function firstPresent(claims: Claims, names: readonly string[]): unknown {
  for (const name of names) if (claims[name] !== undefined) return claims[name];
  return undefined;
}

/** Control and format characters (a direction override shows another name), and separators of lines and paragraphs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Non-empty, bounded, and every character can be seen: it goes into maps, records and terminals. */
export const isIdentifier = (value: unknown, limits: Pick<Limits, 'tokenSubjectChars'>): value is string =>
  typeof value === 'string' && value !== '' && value.length <= limits.tokenSubjectChars && !UNSEEN.test(value);

/** undefined: the token is neither provably a person's nor provably a service account's. */
function kindOf(
  claims: Claims,
  { client, scopes }: { readonly client: string | undefined; readonly scopes: readonly string[] },
  { kind }: IssuerProfile,
): CallerKind | undefined {
  const subjectIsClient = client !== undefined && claims['sub'] === client;
  switch (kind.by) {
    case 'person_claim':
      if (claims[kind.personClaim] !== undefined) return 'person';
      return subjectIsClient ? 'service_account' : undefined;
    case 'claim_value':
      return claims[kind.claim] === kind.value ? 'service_account' : 'person';
    case 'sub_is_client': {
      const signedIn =
        kind.signInClaims.some((name) => claims[name] !== undefined) ||
        kind.signInScopes.some((name) => scopes.includes(name));
      return subjectIsClient && !signedIn ? 'service_account' : 'person';
    }
    default:
      return unreachable(kind);
  }
}

/** RFC 6749 section 3.3: `%x21 / %x23-5B / %x5D-7E`. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** RFC 9068 section 2.2.3 (one string) or Okta's array; empty when there is none, undefined when malformed. */
function readScopes(value: unknown, limits: Pick<Limits, 'tokenScopes'>): readonly string[] | undefined {
  if (value === undefined || value === '') return [];
  const scopes: readonly unknown[] | undefined =
    typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : undefined;
  if (scopes === undefined || scopes.length > limits.tokenScopes) return undefined;
  return scopes.every((scope): scope is string => typeof scope === 'string' && SCOPE.test(scope)) ? scopes : undefined;
}

/**
 * A cut list must never be read as the whole: a deny that hangs on a group that was cut off would not match. No
 * groups at all is normal, for service accounts above all.
 */
export function readGroups(
  claims: Claims,
  profile: IssuerProfile,
  limits: Pick<Limits, 'tokenGroups' | 'tokenGroupChars'>,
): Result<readonly string[], ClaimsFault> {
  // Entra's overage marks; `_claim_names` is also how OpenID Connect Core 5.6.2 says "the claim is elsewhere".
  const elsewhere = claims['_claim_names'];
  if (elsewhere !== undefined) {
    if (!isObject(elsewhere)) return err('groups_invalid');
    if (elsewhere[profile.groupsClaim] !== undefined) return err('groups_truncated');
  }
  const hasGroups = claims['hasgroups'];
  const groupsLeftOut = hasGroups !== undefined && hasGroups !== false && hasGroups !== 'false';
  if (groupsLeftOut && profile.groupsClaim === 'groups') return err('groups_truncated');

  const groups = claims[profile.groupsClaim];
  if (groups === undefined) return ok([]);
  if (!Array.isArray(groups)) return err('groups_invalid');
  if (groups.length > limits.tokenGroups) return err('groups_too_many');
  if (groups.length === profile.groupsCutAt) return err('groups_truncated');
  const names: string[] = [];
  for (const group of groups as readonly unknown[]) {
    if (typeof group !== 'string' || group === '' || group.length > limits.tokenGroupChars)
      return err('groups_invalid');
    names.push(group);
  }
  return ok(names);
}
