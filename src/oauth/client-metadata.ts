/**
 * What a client says of itself (RFC 7591 section 2), as far as it is taken: an allow-list, each member bounded and checked.
 * Addresses of logos, terms and policies are left out: they are neither fetched nor shown. What is replaced is told to
 * the client, as the RFC has it: refresh tokens come with every code, and every client is `native`, so that loopback ports
 * are free (src/oauth/redirect-uri.ts).
 */
import { checkClientName } from '#oauth/client-name.ts';
import type { NameFault } from '#oauth/client-name.ts';
import { parseRedirectUri } from '#oauth/redirect-uri.ts';
import type { RedirectFault, RedirectUri } from '#oauth/redirect-uri.ts';
import { LIMITS } from '#limits.ts';
import { parseJson, toValue } from '#mcp/json.ts';
import type { JsonValue } from '#mcp/json.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type ClientAuth = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
export type ClientGrant = 'authorization_code' | 'refresh_token' | typeof DEVICE_CODE;
/** A public key (RFC 7517), its known members alone. */
export type ClientKey = Readonly<Record<string, string>>;

export type ClientMetadata = {
  readonly name: string | undefined;
  readonly redirects: readonly RedirectUri[];
  readonly auth: ClientAuth;
  readonly grants: readonly ClientGrant[];
  readonly keys: readonly ClientKey[];
};

/** `error` as RFC 7591 section 3.2.2 has it; `says` is for the client's developer and quotes nothing. */
export type MetadataFault = {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata';
  readonly reason: string;
  readonly says: string;
};

export type MetadataRules = {
  /** The URL of the document it stands in; undefined for a registration. */
  readonly documentUrl: string | undefined;
  /** Names of clients that the operator knows. */
  readonly knownNames: readonly string[];
};

type Members = { readonly [key: string]: JsonValue };

const fault = (reason: string, says: string): Result<never, MetadataFault> =>
  err({ error: 'invalid_client_metadata', reason, says });

const REDIRECTS: Readonly<Record<RedirectFault, string>> = {
  too_long: `is longer than ${LIMITS.redirectUriChars} characters`,
  characters: 'has characters that no URI has; hosts are written in ASCII',
  wildcard: 'has a wildcard; each redirect URI is one address',
  fragment: 'has a fragment',
  no_uri: 'is no absolute URI',
  userinfo: 'has a user name or password',
  spelling: 'is not spelled as browsers read it (default port, capitals, dot segments, other forms of an address)',
  encoded_separator: 'has an encoded slash, backslash, dot or zero',
  scheme: 'must be https, http on loopback (127.0.0.1, [::1], localhost), or a scheme of an app with a dot in it',
  host: 'has a host that is no public name',
};

const NAMES: Readonly<Record<NameFault, string>> = {
  too_long: `is longer than ${LIMITS.clientNameChars} characters`,
  empty: 'has no letters or digits',
  hidden_characters: 'has characters that nobody sees',
  mixed_scripts: 'mixes scripts in one word',
  looks_like_gatebook: 'looks like Gatebook itself',
  looks_like_known: 'looks like a client that is known here',
};

/** One JSON object without duplicate names, within the bounds of such a document. */
export function readMembers(bytes: Uint8Array): Result<Members, MetadataFault> {
  if (bytes.byteLength > LIMITS.clientMetadataBytes)
    return fault('too_large', `larger than ${LIMITS.clientMetadataBytes} bytes`);
  const parsed = parseJson(bytes, { depth: LIMITS.clientMetadataDepth, nodes: LIMITS.clientMetadataNodes });
  if (!parsed.ok) return fault('no_json', 'not one JSON object without duplicate names');
  const value = toValue(parsed.value.root);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault('no_object', 'not a JSON object');
  return ok(value);
}

export function parseClientMetadata(members: Members, rules: MetadataRules): Result<ClientMetadata, MetadataFault> {
  const name = nameOf(members, rules);
  if (!name.ok) return name;
  const grants = grantsOf(members);
  if (!grants.ok) return grants;
  const redirects = redirectsOf(members, grants.value.includes('authorization_code'));
  if (!redirects.ok) return redirects;
  const auth = authOf(members, rules);
  if (!auth.ok) return auth;
  const keys = keysOf(members, auth.value);
  if (!keys.ok) return keys;
  return ok({ name: name.value, redirects: redirects.value, auth: auth.value, grants: grants.value, keys: keys.value });
}

function nameOf(members: Members, rules: MetadataRules): Result<string | undefined, MetadataFault> {
  const given = members['client_name'];
  if (given === undefined) {
    return rules.documentUrl === undefined ? ok(undefined) : fault('name_missing', 'client_name is missing');
  }
  if (typeof given !== 'string') return fault('name_no_text', 'client_name is no text');
  const name = checkClientName(given, rules.knownNames);
  return name.ok ? name : fault(`name_${name.error}`, `client_name ${NAMES[name.error]}`);
}

const textsOf = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;

/** What is not known here is left out (RFC 7591 section 2); a client left with nothing could do nothing. */
function grantsOf(members: Members): Result<readonly ClientGrant[], MetadataFault> {
  const asked = members['grant_types'] === undefined ? ['authorization_code'] : textsOf(members['grant_types']);
  const types = members['response_types'] === undefined ? ['code'] : textsOf(members['response_types']);
  if (asked === undefined) return fault('grant_types', 'grant_types is no list of texts');
  if (types === undefined) return fault('response_types', 'response_types is no list of texts');
  const wantsCode = asked.includes('authorization_code');
  if (wantsCode && !types.includes('code')) return fault('response_types', 'response_types must have "code"');
  const grants: readonly ClientGrant[] = [
    ...(wantsCode ? (['authorization_code'] as const) : []),
    ...(asked.includes(DEVICE_CODE) ? ([DEVICE_CODE] as const) : []),
  ];
  if (grants.length === 0) return fault('grant_types', `grant_types must have authorization_code or ${DEVICE_CODE}`);
  return ok([...grants, 'refresh_token']);
}

function redirectsOf(members: Members, areNeeded: boolean): Result<readonly RedirectUri[], MetadataFault> {
  const refused = (reason: string, says: string): Result<never, MetadataFault> =>
    err({ error: 'invalid_redirect_uri', reason, says });
  const given = members['redirect_uris'] === undefined ? [] : textsOf(members['redirect_uris']);
  if (given === undefined) return refused('redirect_no_texts', 'redirect_uris is no list of texts');
  if (given.length > LIMITS.clientRedirectUris)
    return refused('redirect_too_many', `redirect_uris has more than ${LIMITS.clientRedirectUris}`);
  if (areNeeded && given.length === 0) return refused('redirect_missing', 'redirect_uris is missing');
  const redirects: RedirectUri[] = [];
  for (const [at, text] of given.entries()) {
    const parsed = parseRedirectUri(text);
    if (!parsed.ok) return refused(`redirect_${parsed.error}`, `redirect_uris[${at}] ${REDIRECTS[parsed.error]}`);
    redirects.push(parsed.value);
  }
  return ok(redirects);
}

/** A document can hold no secret (it is public), and says nothing where it has none. */
function authOf(members: Members, { documentUrl }: MetadataRules): Result<ClientAuth, MetadataFault> {
  const isDocument = documentUrl !== undefined;
  if (isDocument && (members['client_secret'] !== undefined || members['client_secret_expires_at'] !== undefined))
    return fault('secret_in_document', 'a document has no client_secret');
  const auth = members['token_endpoint_auth_method'] ?? (isDocument ? 'none' : 'client_secret_basic');
  switch (auth) {
    case 'none':
    case 'private_key_jwt':
      return ok(auth);
    case 'client_secret_basic':
    case 'client_secret_post':
      return isDocument ? fault('secret_in_document', 'a document has no shared secret') : ok(auth);
    default:
      return fault(
        'auth_method',
        'token_endpoint_auth_method must be none, client_secret_basic, client_secret_post or private_key_jwt',
      );
  }
}

const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const;
const KEY_TYPES: ReadonlySet<JsonValue> = new Set(['EC', 'OKP', 'RSA']);

/** In the document itself: keys behind another address could be changed by somebody else, and would have to be fetched. */
function keysOf(members: Members, auth: ClientAuth): Result<readonly ClientKey[], MetadataFault> {
  if (auth !== 'private_key_jwt') return ok([]);
  const set = members['jwks'];
  const given = typeof set === 'object' && set !== null && !Array.isArray(set) ? set['keys'] : undefined;
  if (!Array.isArray(given) || given.length === 0)
    return fault('keys_missing', 'private_key_jwt needs its public keys in jwks; jwks_uri is not fetched');
  if (given.length > LIMITS.registeredClientKeys)
    return fault('keys_too_many', `jwks has more than ${LIMITS.registeredClientKeys} keys`);
  const keys: ClientKey[] = [];
  for (const one of given) {
    const key = keyOf(one);
    if (key === undefined) return fault('key', 'jwks has a key that is no public key of type EC, OKP or RSA');
    keys.push(key);
  }
  return ok(keys);
}

function keyOf(one: JsonValue): ClientKey | undefined {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return undefined;
  if (!KEY_TYPES.has(one['kty'] ?? null) || one['d'] !== undefined || one['k'] !== undefined) return undefined;
  const kept: Record<string, string> = {};
  for (const member of PUBLIC_MEMBERS) {
    const value = one[member];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > LIMITS.clientKeyChars) return undefined;
    kept[member] = value;
  }
  return kept;
}
