/**
 * How access tokens of the known identity providers look, as data. A new provider is an entry here, not a branch
 * somewhere else. Refuses to know a particular issuer or token.
 *
 * Okta: developer.okta.com, "OpenID Connect & OAuth 2.0 API", access token payload and reserved claims.
 * Entra: learn.microsoft.com, "Access token claims reference". Generic: RFC 9068 where it says something.
 */
import type { Algorithm } from '#identity/algorithms.ts';
import { isAlgorithm } from '#identity/algorithms.ts';
import type { IssuerPreset, IssuerSettings } from '#identity/issuer.ts';

/**
 * How a token shows that no person stands behind it. Everything not proven is a person: `clients:` grants are for
 * service accounts alone, and a person must not get in through them.
 */
export type KindRule =
  /** A person exactly if `personClaim` is there; otherwise `sub` must be the client id. */
  | { readonly by: 'person_claim'; readonly personClaim: string }
  /** A service account exactly if `claim` has `value`. */
  | { readonly by: 'claim_value'; readonly claim: string; readonly value: string }
  /** A service account if `sub` is the client id and no claim or scope tells of somebody signing in (RFC 9068 section 2.2). */
  | {
      readonly by: 'sub_is_client';
      readonly signInClaims: readonly string[];
      readonly signInScopes: readonly string[];
    };

export type IssuerProfile = {
  readonly algorithms: readonly Algorithm[];
  /** The only JOSE header parameters a token may have. */
  readonly headerKeys: readonly string[];
  /** Lower case, without `application/`; an absent `typ` is allowed by every profile. */
  readonly types: readonly string[];
  /** Stable subject of a person. */
  readonly subjectClaim: string;
  /** Stable subject of a service account. */
  readonly serviceSubjectClaim: string;
  /** The client id; where several are present they must agree. */
  readonly clientClaims: readonly string[];
  /** Access tokens of this provider always name their client, ID tokens do not: without one it is an ID token. */
  readonly clientRequired: boolean;
  readonly kind: KindRule;
  /** The first one present carries the scopes, as an array or separated by spaces. */
  readonly scopeClaims: readonly string[];
  readonly groupsClaim: string;
  /** A list of exactly this length was cut off by the provider; undefined when it says so in other ways. */
  readonly groupsCutAt: number | undefined;
};

const PRESETS: { readonly [K in IssuerPreset]: IssuerProfile } = {
  okta: {
    algorithms: ['RS256'],
    headerKeys: ['alg', 'kid', 'typ'],
    types: ['jwt', 'at+jwt'],
    subjectClaim: 'uid',
    serviceSubjectClaim: 'cid',
    clientClaims: ['cid'],
    clientRequired: true,
    // `uid` "isn't included in the access token if there is no user bound to it"; reserved, cannot be overridden.
    kind: { by: 'person_claim', personClaim: 'uid' },
    scopeClaims: ['scp'],
    groupsClaim: 'groups',
    // Groups.startsWith and friends give up to 100 groups and stop there in silence.
    groupsCutAt: 100,
  },
  entra: {
    algorithms: ['RS256'],
    headerKeys: ['alg', 'kid', 'typ', 'x5t'],
    types: ['jwt', 'at+jwt'],
    subjectClaim: 'oid',
    serviceSubjectClaim: 'oid',
    // `azp` in version 2.0 tokens, `appid` in 1.0. An ID token for the same application has neither.
    clientClaims: ['azp', 'appid'],
    clientRequired: true,
    kind: { by: 'claim_value', claim: 'idtyp', value: 'app' },
    scopeClaims: ['scp'],
    groupsClaim: 'groups',
    // Over 200 groups Entra leaves the claim out and sets `_claim_names` or `hasgroups`.
    groupsCutAt: undefined,
  },
  generic: {
    algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'],
    headerKeys: ['alg', 'kid', 'typ'],
    types: ['jwt', 'at+jwt'],
    subjectClaim: 'sub',
    serviceSubjectClaim: 'sub',
    clientClaims: ['client_id', 'azp'],
    clientRequired: false,
    // `openid` asks who signed in (OpenID Connect Core 3.1.2.1), which a client on its own has no use for.
    kind: { by: 'sub_is_client', signInClaims: ['auth_time', 'amr', 'acr', 'sid'], signInScopes: ['openid'] },
    scopeClaims: ['scope', 'scp'],
    groupsClaim: 'groups',
    groupsCutAt: undefined,
  },
};

/** The preset with the issuer's own settings over it. */
export function profileOf(settings: IssuerSettings): IssuerProfile {
  const preset = PRESETS[settings.preset];
  return {
    ...preset,
    algorithms: settings.algorithms?.filter(isAlgorithm) ?? preset.algorithms,
    subjectClaim: settings.subjectClaim ?? preset.subjectClaim,
    clientClaims: settings.clientClaim === undefined ? preset.clientClaims : [settings.clientClaim],
    groupsClaim: settings.groupsClaim ?? preset.groupsClaim,
  };
}
