/**
 * Signing in at an OpenID provider: authorization code with PKCE (RFC 7636), state, nonce and `iss` (RFC 9207), by openid-client,
 * which is loaded when the first person comes. What it verified is read once more by our own strict parser: two readings
 * of one token would be two identities.
 */
import type * as OpenidClient from 'openid-client';
import type { webcrypto } from 'node:crypto';
import { isTrustworthyJwksUri } from '#identity/issuer-url.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import { parseCompactJws } from '#identity/jws.ts';
import type { Claims } from '#identity/jws.ts';
import type { Limits } from '#limits.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';
import { createIssuerRequests } from '#signin/providers/issuer-requests.ts';
import type { ProviderFetch } from '#signin/providers/issuer-requests.ts';
import { personOf } from '#signin/providers/person-claims.ts';
import { providerFaultOf } from '#signin/providers/provider-fault.ts';
import { callbackPath } from '#signin/providers/provider.ts';
import type { Proof, Provider, ProviderFault, SignedInPerson, WayBack } from '#signin/providers/provider.ts';
import { scopesOf, signInProfileOf } from '#signin/providers/sign-in-profile.ts';
import type { SignInProfile } from '#signin/providers/sign-in-profile.ts';

export type ProviderSettings = {
  readonly issuer: IssuerSettings;
  readonly label: string;
  readonly clientId: string;
  /** Neither: a public client, held by PKCE alone. */
  readonly authentication: { readonly secret: string } | { readonly key: webcrypto.CryptoKey } | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly groupsFrom: 'id_token' | 'userinfo';
};

export type ProviderLimits = Pick<
  Limits,
  | 'issuerDocumentBytes'
  | 'issuerFetchMs'
  | 'issuerKeysFreshMs'
  | 'issuerKeysStaleMs'
  | 'issuerRefetchCooldownMs'
  | 'tokenClockSkewMs'
  | 'tokenJsonDepth'
  | 'tokenJsonNodes'
  | 'tokenSubjectChars'
  | 'tokenGroups'
  | 'tokenGroupChars'
>;

export type ProviderOptions = {
  readonly settings: ProviderSettings;
  readonly publicUrl: string;
  readonly fetch: ProviderFetch;
  readonly limits: ProviderLimits;
  /** Unix milliseconds. */
  readonly now: () => number;
};

type Library = typeof OpenidClient;
type Discovered = { readonly library: Library; readonly config: OpenidClient.Configuration; readonly atMs: number };

export function createOpenidProvider(options: ProviderOptions): Provider {
  const { issuer, label } = options.settings;
  const discovered = createDiscovery(options);
  const redirectUri = `${options.publicUrl}${callbackPath(issuer.namespace)}`;

  return {
    namespace: issuer.namespace,
    issuer: issuer.issuer,
    label,
    async authorizationUrl(way, proof) {
      const found = await discovered();
      if (!found.ok) return found;
      const { library, config } = found.value;
      try {
        const parameters = await askedFor(library, config, options.settings, way, proof);
        const url = library.buildAuthorizationUrl(config, { ...parameters, redirect_uri: redirectUri });
        return isTrustworthyJwksUri(url.href, issuer.issuer) ? ok(url) : err('issuer_setup');
      } catch (error) {
        return err(asSetup(providerFaultOf(error)));
      }
    },
    async finish(query, way, { proof, begunAtMs }) {
      const found = await discovered();
      if (!found.ok) return found;
      const { library, config } = found.value;
      try {
        const current = new URL(redirectUri);
        current.search = query.toString();
        const tokens = await library.authorizationCodeGrant(config, current, {
          expectedState: way.state,
          expectedNonce: way.nonce,
          pkceCodeVerifier: way.codeVerifier,
          idTokenExpected: true,
        });
        const person = await readPerson(found.value, options, tokens, undefined);
        if (!person.ok || proof !== 'fresh') return person;
        return isProvedSince(person.value, begunAtMs, options.limits) ? person : err('fresh_unproven');
      } catch (error) {
        // At this endpoint `invalid_grant` is about the code, which is not the person's fault.
        const fault = providerFaultOf(error);
        return err(fault === 'issuer_denied' && isInvalidGrant(error) ? 'response_invalid' : fault);
      }
    },
    async checkAgain(tokens, subject) {
      const found = await discovered();
      if (!found.ok) return found;
      const { library, config } = found.value;
      try {
        if (tokens.refresh === undefined) return await checkByUserinfo(found.value, options, tokens, subject);
        const refreshed = await library.refreshTokenGrant(config, tokens.refresh);
        const person = await readPerson(found.value, options, refreshed, tokens);
        return samePerson(person, subject);
      } catch (error) {
        return err(providerFaultOf(error));
      }
    },
  };
}

/** Somebody who is not known any more is not there: the issuer's metadata says nothing about a person. */
const asSetup = (fault: ProviderFault): ProviderFault => (fault === 'issuer_unreachable' ? fault : 'issuer_setup');

const isInvalidGrant = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, 'error') === 'invalid_grant';

const isProvedSince = (
  { provedAtMs }: Pick<SignedInPerson, 'provedAtMs'>,
  begunAtMs: number,
  limits: Pick<Limits, 'tokenClockSkewMs'>,
): boolean => provedAtMs !== undefined && provedAtMs >= begunAtMs - limits.tokenClockSkewMs;

const samePerson = (
  person: Result<SignedInPerson, ProviderFault>,
  subject: string,
): Result<SignedInPerson, ProviderFault> =>
  person.ok && person.value.subject !== subject ? err('response_invalid') : person;

async function askedFor(
  library: Library,
  config: OpenidClient.Configuration,
  settings: ProviderSettings,
  way: WayBack,
  proof: Proof,
): Promise<Record<string, string>> {
  const profile = signInProfileOf(settings.issuer);
  const supported = config.serverMetadata().scopes_supported;
  return {
    scope: scopesOf(profile, settings.scopes, supported),
    state: way.state,
    nonce: way.nonce,
    code_challenge: await library.calculatePKCECodeChallenge(way.codeVerifier),
    code_challenge_method: 'S256',
    ...profile.parameters,
    ...promptOf(proof, profile),
  };
}

function promptOf(proof: Proof, { otherAccount }: SignInProfile): Readonly<Record<string, string>> {
  switch (proof) {
    case 'any':
      return {};
    case 'other':
      return { prompt: otherAccount };
    case 'fresh':
      // OpenID Connect Core 3.1.2.1: with `max_age` the ID token must say when.
      return { prompt: 'login', max_age: '0' };
    default:
      return unreachable(proof);
  }
}

type Answered = {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
  readonly id_token?: string | undefined;
};

/** @param before undefined at the sign-in itself, where there is always an ID token. */
async function readPerson(
  { library, config }: Discovered,
  { settings, limits }: ProviderOptions,
  answered: Answered,
  before: { readonly refresh: string | undefined; readonly sub: string } | undefined,
): Promise<Result<SignedInPerson, ProviderFault>> {
  const idToken = answered.id_token === undefined ? undefined : claimsOf(answered.id_token, limits);
  if (answered.id_token !== undefined && idToken === undefined) return err('response_invalid');
  const sub = idToken?.['sub'] ?? before?.sub;
  if (typeof sub !== 'string' || (before !== undefined && sub !== before.sub)) return err('response_invalid');
  // A refresh may bring no ID token (OpenID Connect Core 12.2): then userinfo says whether somebody is still there.
  const userinfo =
    idToken !== undefined && settings.groupsFrom === 'id_token'
      ? undefined
      : ((await library.fetchUserInfo(config, answered.access_token, sub)) as Claims);
  const said = idToken ?? userinfo;
  if (said === undefined) return err('response_invalid');
  const person = personOf({ idToken: said, grouped: userinfo ?? said }, settings.issuer, limits);
  if (!person.ok) return person;
  const refresh = answered.refresh_token ?? before?.refresh;
  return ok({
    ...person.value,
    tokens: { sub, refresh, access: refresh === undefined ? answered.access_token : undefined },
  });
}

/** Where the issuer gave no refresh token: as long as its access token lasts. */
async function checkByUserinfo(
  { library, config }: Discovered,
  { settings, limits }: ProviderOptions,
  tokens: Parameters<Provider['checkAgain']>[0],
  subject: string,
): Promise<Result<SignedInPerson, ProviderFault>> {
  if (tokens.access === undefined) return err('issuer_denied');
  const userinfo = (await library.fetchUserInfo(config, tokens.access, tokens.sub)) as Claims;
  const person = personOf({ idToken: userinfo, grouped: userinfo }, settings.issuer, limits);
  return samePerson(person.ok ? ok({ ...person.value, tokens }) : person, subject);
}

/** Once more, strictly: no claim twice, bounded. The signature was checked by the library. */
function claimsOf(idToken: string, limits: ProviderLimits): Claims | undefined {
  // 500 groups make a token that no Authorization header could carry; this one comes in a body.
  const jws = parseCompactJws(idToken, { ...limits, tokenBytes: limits.issuerDocumentBytes });
  return jws.ok ? jws.value.claims : undefined;
}

/** Metadata for a while; what was good before stands in when the issuer cannot be asked. */
function createDiscovery(options: ProviderOptions): () => Promise<Result<Discovered, ProviderFault>> {
  const { limits, now } = options;
  let last: Discovered | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<Result<Discovered, ProviderFault>> | undefined;
  const isStandIn = ({ atMs }: Discovered): boolean => now() - atMs < limits.issuerKeysStaleMs;
  const ask = async (): Promise<Result<Discovered, ProviderFault>> => {
    const found = await discover(options);
    if (found.ok) last = found.value;
    else failedAtMs = now();
    return !found.ok && last !== undefined && isStandIn(last) ? ok(last) : found;
  };
  return async () => {
    if (last !== undefined && now() - last.atMs < limits.issuerKeysFreshMs) return ok(last);
    // Not everybody who comes waits for an issuer that is away.
    if (last !== undefined && isStandIn(last) && now() - failedAtMs < limits.issuerRefetchCooldownMs) return ok(last);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function discover({ settings, fetch, limits, now }: ProviderOptions): Promise<Result<Discovered, ProviderFault>> {
  const { issuer, jwksUri } = settings.issuer;
  const library = await import('openid-client');
  const requests = createIssuerRequests(issuer, fetch, limits);
  const isPlain = issuer.startsWith('http:');
  try {
    const first = await library.discovery(new URL(issuer), settings.clientId, undefined, library.None(), {
      [library.customFetch]: requests,
      timeout: limits.issuerFetchMs / 1_000,
      ...(isPlain ? { execute: [library.allowInsecureRequests] } : {}),
    });
    const metadata: OpenidClient.ServerMetadata = { ...first.serverMetadata() };
    // To the letter (RFC 8414 section 3.3): it is the identity of everybody who signs in there.
    if (metadata.issuer !== issuer) return err('issuer_setup');
    const config = new library.Configuration(
      { ...metadata, ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }) },
      settings.clientId,
      clientMetadata(library, settings, limits),
      authenticationOf(library, settings, metadata.token_endpoint_auth_methods_supported),
    );
    config[library.customFetch] = requests;
    config.timeout = limits.issuerFetchMs / 1_000;
    if (isPlain) library.allowInsecureRequests(config);
    // TLS alone would vouch for the token (Core 3.1.3.7); the signature does as well.
    library.enableNonRepudiationChecks(config);
    return ok({ library, config, atMs: now() });
  } catch (error) {
    return err(asSetup(providerFaultOf(error)));
  }
}

function clientMetadata(
  library: Library,
  { issuer }: ProviderSettings,
  limits: ProviderLimits,
): Partial<OpenidClient.ClientMetadata> {
  const { algorithm } = signInProfileOf(issuer);
  return {
    [library.clockTolerance]: limits.tokenClockSkewMs / 1_000,
    ...(algorithm === undefined ? {} : { id_token_signed_response_alg: algorithm }),
  };
}

function authenticationOf(
  library: Library,
  { authentication }: ProviderSettings,
  supported: readonly string[] | undefined,
): OpenidClient.ClientAuth {
  if (authentication === undefined) return library.None();
  if ('key' in authentication) return library.PrivateKeyJwt(authentication.key);
  // Without a word of it, in the header (OpenID Connect Discovery section 3); but what signs of a secret are encoded there
  // (RFC 6749 section 2.3.1) is read differently by many.
  return supported?.includes('client_secret_post') === true
    ? library.ClientSecretPost(authentication.secret)
    : library.ClientSecretBasic(authentication.secret);
}
