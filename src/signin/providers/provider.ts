/**
 * Where people sign in: one identity provider, as the rest of signing in sees it. The seam for other kinds of sources: OpenID
 * Connect is one (openid-provider.ts).
 */
import type { Result } from '#result.ts';

/** Kept sealed with the sign-in, for asking the issuer again. */
export type UpstreamTokens = {
  readonly refresh: string | undefined;
  /** For userinfo, where there is no refresh token. */
  readonly access: string | undefined;
  /** The issuer's `sub`, which userinfo must say too; not always what is taken as the subject (Entra). */
  readonly sub: string;
};

export type SignedInPerson = {
  readonly subject: string;
  /** For people to read, never for identity. */
  readonly login: string | undefined;
  /** Namespaced. */
  readonly groups: readonly string[];
  /** When they last proved to the issuer who they are; undefined when it does not say. */
  readonly provedAtMs: number | undefined;
  readonly tokens: UpstreamTokens;
};

/** Stable codes, for records and for the words people read (src/signin/pages/trouble.ts). */
export type ProviderFault =
  /** Not reached, too slow, out of order: later it may work. */
  | 'issuer_unreachable'
  /** It does not know us, or is set up otherwise than it should be: somebody has to mend it. */
  | 'issuer_setup'
  /** It said no to this person. */
  | 'issuer_denied'
  /** Its answer is not one to what was asked: state, `iss`, nonce, signature, audience or times. */
  | 'response_invalid'
  | 'subject_invalid'
  | 'groups_invalid'
  | 'groups_too_many'
  | 'groups_truncated'
  /** The person was to prove again who they are, and the issuer does not say that they did. */
  | 'fresh_unproven';

/** What one way to the issuer and back is held together by. All three are unpredictable, and none is used twice. */
export type WayBack = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
};

/** `fresh`: prove again who you are; `other`: choose another account; `any`: a session at the issuer is enough. */
export type Proof = 'any' | 'fresh' | 'other';

export type Provider = {
  /** Key under `issuers`. */
  readonly namespace: string;
  readonly issuer: string;
  /** What people know it as. */
  readonly label: string;
  /** Where the browser is sent. */
  authorizationUrl(way: WayBack, proof: Proof): Promise<Result<URL, ProviderFault>>;
  /** @param query of the request at the callback, as it came. @param begunAtMs when the browser was sent there. */
  finish(
    query: URLSearchParams,
    way: WayBack,
    asked: { readonly proof: Proof; readonly begunAtMs: number },
  ): Promise<Result<SignedInPerson, ProviderFault>>;
  /** Whether the person may still sign in, and what groups they have now. `issuer_denied` is the issuer's clear no. */
  checkAgain(tokens: UpstreamTokens, subject: string): Promise<Result<SignedInPerson, ProviderFault>>;
};

/** Exactly this is registered at the issuer; one address for each, so that an answer of one is never taken for another's (RFC 9700 section 4.4.2). */
export const callbackPath = (namespace: string): string => `/signin/callback/${namespace}`;
