/**
 * Why a caller was not let in: the exact reasons, kept for the record, and the deliberately plainer words that go
 * over the wire. A reason is a constant: it never quotes the token.
 */
import { unreachable } from '#result.ts';

/** What is wrong with the Authorization header itself. */
export type BearerFault =
  | 'missing'
  | 'duplicate_authorization'
  | 'not_bearer'
  | 'malformed_authorization'
  | 'token_too_large';

/** What is wrong with the form of the token, before any of its words is believed. */
export type JwsFault =
  | 'token_too_large'
  | 'malformed_token'
  | 'non_canonical_base64url'
  | 'header_not_json'
  | 'header_duplicate_key'
  | 'payload_not_json'
  | 'payload_duplicate_claim';

/** What is wrong with the JOSE header under the profile of the issuer. */
export type HeaderFault =
  | 'crit_refused'
  | 'key_in_header'
  | 'header_key_refused'
  | 'type_refused'
  | 'algorithm_refused'
  | 'kid_missing'
  | 'kid_invalid';

/** What is wrong between the token and the keys its issuer publishes. */
export type KeyFault =
  | 'keys_unavailable'
  | 'unknown_key'
  | 'key_too_weak'
  | 'key_refused'
  | 'key_algorithm_mismatch'
  | 'bad_signature';

/** What is wrong with the claims of a well-signed token. */
export type ClaimsFault =
  | 'exp_invalid'
  | 'expired'
  | 'iat_invalid'
  | 'iat_in_future'
  | 'nbf_invalid'
  | 'not_yet_valid'
  | 'lifetime_too_long'
  | 'audience_invalid'
  | 'wrong_audience'
  | 'subject_invalid'
  | 'client_invalid'
  | 'kind_unproven'
  | 'id_token'
  | 'purpose_refused'
  | 'security_event_token'
  | 'cnf_refused'
  | 'groups_invalid'
  | 'groups_truncated'
  | 'groups_too_many'
  | 'scope_invalid';

/** What is wrong with a service account of Gatebook's own, or with where its key is shown. */
export type AccountFault = 'unknown_account' | 'account_ended' | 'wrong_network';

export type TokenFault =
  | BearerFault
  | JwsFault
  | HeaderFault
  | KeyFault
  | ClaimsFault
  | 'issuer_invalid'
  | 'unknown_issuer'
  | 'unknown_token'
  | AccountFault
  | 'revoked'
  | 'revocations_unknown';

/**
 * What the caller is told. No `error` when no credential was shown (RFC 6750 section 3: a request without
 * authentication information should not get an error code). 503 only when the gateway itself cannot tell.
 */
export type WireFault = {
  readonly status: 401 | 503;
  readonly error?: 'invalid_request' | 'invalid_token';
  readonly description?: string;
};

const INVALID_TOKEN: WireFault = { status: 401, error: 'invalid_token', description: 'The access token is not valid' };
const INVALID_REQUEST: WireFault = {
  status: 401,
  error: 'invalid_request',
  description: 'Send one Authorization header: Bearer, one space, the access token',
};

/** The one place where an exact reason becomes a public answer. */
export function wireFault(fault: TokenFault): WireFault {
  switch (fault) {
    case 'missing':
    case 'not_bearer':
      return { status: 401 };
    case 'duplicate_authorization':
    case 'malformed_authorization':
      return INVALID_REQUEST;
    case 'keys_unavailable':
      return { status: 503, description: 'The keys of the token issuer are not available' };
    case 'revocations_unknown':
      return { status: 503, description: 'Whether access was taken away cannot be told now' };
    case 'expired':
      return { status: 401, error: 'invalid_token', description: 'The access token expired' };
    case 'wrong_audience':
      return { status: 401, error: 'invalid_token', description: 'The access token is for another audience' };
    case 'id_token':
      return { status: 401, error: 'invalid_token', description: 'This is an ID token, not an access token' };
    case 'groups_truncated':
      return { status: 401, error: 'invalid_token', description: 'The access token carries a cut list of groups' };
    case 'token_too_large':
    case 'malformed_token':
    case 'non_canonical_base64url':
    case 'header_not_json':
    case 'header_duplicate_key':
    case 'payload_not_json':
    case 'payload_duplicate_claim':
    case 'crit_refused':
    case 'key_in_header':
    case 'header_key_refused':
    case 'type_refused':
    case 'algorithm_refused':
    case 'kid_missing':
    case 'kid_invalid':
    case 'unknown_key':
    case 'key_too_weak':
    case 'key_refused':
    case 'key_algorithm_mismatch':
    case 'bad_signature':
    case 'exp_invalid':
    case 'iat_invalid':
    case 'iat_in_future':
    case 'nbf_invalid':
    case 'not_yet_valid':
    case 'lifetime_too_long':
    case 'audience_invalid':
    case 'subject_invalid':
    case 'client_invalid':
    case 'kind_unproven':
    case 'purpose_refused':
    case 'security_event_token':
    case 'cnf_refused':
    case 'groups_invalid':
    case 'groups_too_many':
    case 'scope_invalid':
    case 'issuer_invalid':
    case 'unknown_issuer':
    case 'unknown_token':
    case 'unknown_account':
    case 'account_ended':
    case 'wrong_network':
    case 'revoked':
      return INVALID_TOKEN;
    default:
      return unreachable(fault);
  }
}
