/**
 * How signing in at the known identity providers differs, as data. The subject is what access tokens of the same issuer have
 * in another claim (src/identity/presets.ts), so that a person is the same caller by either way.
 *
 * Okta: developer.okta.com, "OpenID Connect & OAuth 2.0 API": `sub` of an ID token is the user id, which is `uid` of an
 * access token. Entra: learn.microsoft.com, "ID token claims reference": `sub` is another for each application, `oid` is not.
 */
import type { IssuerPreset, IssuerSettings } from '#identity/issuer.ts';

export type SignInProfile = {
  readonly subjectClaim: string;
  /** Of those an issuer says it has, where it says so. `openid` is always asked for. */
  readonly scopes: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** `prompt` with which somebody can become another (OpenID Connect Core 3.1.2.1; what an issuer does not know, it ignores). */
  readonly otherAccount: 'login' | 'select_account';
  /** JWS algorithms of ID tokens; undefined: what its metadata says, RS256 if nothing. */
  readonly algorithm: string | undefined;
};

const PROFILES: { readonly [K in IssuerPreset]: SignInProfile } = {
  // `groups` is a scope of the org server; a custom server puts its claim in by itself and would refuse the scope.
  okta: {
    subjectClaim: 'sub',
    scopes: ['profile', 'groups', 'offline_access'],
    parameters: {},
    otherAccount: 'login',
    algorithm: 'RS256',
  },
  entra: {
    subjectClaim: 'oid',
    scopes: ['profile', 'offline_access'],
    parameters: {},
    otherAccount: 'select_account',
    algorithm: 'RS256',
  },
  generic: {
    subjectClaim: 'sub',
    scopes: ['profile', 'offline_access'],
    parameters: {},
    otherAccount: 'login',
    algorithm: undefined,
  },
};

/** Google gives a refresh token only to who asks for it in its own words, and only with consent. */
const GOOGLE = 'https://accounts.google.com';
const GOOGLES_WORDS = {
  parameters: { access_type: 'offline', prompt: 'consent' },
  otherAccount: 'select_account',
} as const;

export function signInProfileOf({
  preset,
  issuer,
  subjectClaim,
}: Pick<IssuerSettings, 'preset' | 'issuer' | 'subjectClaim'>): SignInProfile {
  const profile = PROFILES[preset];
  return {
    ...profile,
    subjectClaim: preset === 'generic' ? (subjectClaim ?? profile.subjectClaim) : profile.subjectClaim,
    ...(issuer === GOOGLE ? GOOGLES_WORDS : {}),
  };
}

/** `configured` is asked for as it stands. */
export function scopesOf(
  profile: SignInProfile,
  configured: readonly string[] | undefined,
  supported: readonly string[] | undefined,
): string {
  const wanted = configured ?? profile.scopes.filter((scope) => supported?.includes(scope) ?? true);
  return [...new Set(['openid', ...wanted])].join(' ');
}
