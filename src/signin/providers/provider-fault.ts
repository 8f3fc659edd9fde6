/** What an error of openid-client says about whose fault it is. The error itself quotes tokens and addresses: it goes nowhere. */
import type { ProviderFault } from '#signin/providers/provider.ts';

/** RFC 6749 section 5.2 and RFC 7591: the issuer does not know us, or does not let us do what we do. */
const SETUP: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
]);
const LATER: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

const textOf = (error: object, key: 'name' | 'code' | 'error'): string | undefined => {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
};
const statusOf = (error: object): number | undefined => {
  const value: unknown = Reflect.get(error, 'status');
  return typeof value === 'number' ? value : undefined;
};

/** RFC 6749 sections 4.1.2.1 and 5.2. */
function faultOfCode(code: string): ProviderFault {
  if (SETUP.has(code)) return 'issuer_setup';
  return LATER.has(code) ? 'issuer_unreachable' : 'issuer_denied';
}

export function providerFaultOf(error: unknown): ProviderFault {
  if (typeof error !== 'object' || error === null) return 'issuer_unreachable';
  const status = statusOf(error);
  switch (textOf(error, 'name')) {
    case 'AuthorizationResponseError':
      return faultOfCode(textOf(error, 'error') ?? '');
    case 'ResponseBodyError':
      // An overloaded server may answer with an error code of OAuth as well.
      return (status ?? 0) >= 500 || status === 429 ? 'issuer_unreachable' : faultOfCode(textOf(error, 'error') ?? '');
    case 'WWWAuthenticateChallengeError':
      return faultOfChallenge(status, error);
    default:
      return faultOfClientCode(textOf(error, 'code'), error);
  }
}

/** Userinfo (RFC 6750 section 3.1). The token endpoint answers so when it does not know us. */
function faultOfChallenge(status: number | undefined, error: object): ProviderFault {
  const challenges: unknown = Reflect.get(error, 'cause');
  const isAboutToken =
    Array.isArray(challenges) && challenges.some((one: { scheme?: unknown }) => one.scheme === 'bearer');
  if (status === 401 || status === 403) return isAboutToken ? 'issuer_denied' : 'issuer_setup';
  return 'issuer_unreachable';
}

function faultOfClientCode(code: string | undefined, error: object): ProviderFault {
  switch (code) {
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
    case 'OAUTH_INVALID_RESPONSE':
    case 'OAUTH_INVALID_REQUEST':
    case 'OAUTH_MISSING_SERVER_METADATA':
    case 'OAUTH_KEY_SELECTION_FAILED':
    case 'OAUTH_UNSUPPORTED_OPERATION':
      return 'response_invalid';
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return faultOfStatus(Reflect.get(error, 'cause'));
    default:
      return 'issuer_unreachable';
  }
}

/** An answer with no words of OAuth in it. */
function faultOfStatus(cause: unknown): ProviderFault {
  const status = cause instanceof Response ? cause.status : 500;
  if (status === 401 || status === 403) return 'issuer_denied';
  return status >= 500 || status === 408 || status === 429 ? 'issuer_unreachable' : 'issuer_setup';
}
