/**
 * Tells clients where to get a token: OAuth 2.0 Protected Resource Metadata (RFC 9728) of a connection, and the
 * WWW-Authenticate challenge (RFC 6750 section 3) that points to it. Builds text and URLs; serves nothing.
 */
import type { TokenFault } from '#identity/token-fault.ts';
import { wireFault } from '#identity/token-fault.ts';

/** RFC 9728 section 2. */
export type ResourceMetadata = {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly scopes_supported?: readonly string[];
  readonly resource_name?: string;
};

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The connection's own URL, which is also an audience its tokens may carry. @param publicUrl absolute, with or without path. */
export const resourceUrl = (publicUrl: string, connection: string): string =>
  `${withoutTrailingSlash(publicUrl)}/mcp/${encodeURIComponent(connection)}`;

/** RFC 9728 section 3.1: the well-known name goes between host and path. */
export function resourceMetadataUrl(publicUrl: string, connection: string): string {
  const { origin, pathname } = new URL(resourceUrl(publicUrl, connection));
  return `${origin}${WELL_KNOWN}${pathname}`;
}

/** The API as a resource of its own: its tokens are not those of a connection. */
export const apiResourceUrl = (publicUrl: string): string => `${withoutTrailingSlash(publicUrl)}/api`;

export function apiMetadataUrl(publicUrl: string): string {
  const { origin, pathname } = new URL(apiResourceUrl(publicUrl));
  return `${origin}${WELL_KNOWN}${pathname}`;
}

/** @param issuers those whose tokens the API takes. */
export const apiMetadata = (publicUrl: string, issuers: readonly string[]): ResourceMetadata => ({
  resource: apiResourceUrl(publicUrl),
  authorization_servers: issuers,
  bearer_methods_supported: ['header'],
  resource_name: 'Gatebook API',
});

export function resourceMetadata(connection: {
  readonly publicUrl: string;
  readonly name: string;
  readonly issuers: readonly string[];
  readonly scopes?: readonly string[];
}): ResourceMetadata {
  return {
    resource: resourceUrl(connection.publicUrl, connection.name),
    authorization_servers: connection.issuers,
    // Tokens in the query or the body are never read.
    bearer_methods_supported: ['header'],
    ...(connection.scopes === undefined ? {} : { scopes_supported: connection.scopes }),
    resource_name: connection.name,
  };
}

/** Why a challenge is sent: a refused token, a good one that lacks a scope (HTTP 403), or one of somebody who signed in too long ago. */
export type ChallengeCause =
  | { readonly fault: TokenFault }
  | { readonly missingScopes: readonly string[] }
  | { readonly maxAgeSeconds: number };

/** Value of WWW-Authenticate. RFC 9728 section 5.1 for `resource_metadata`. */
export function challenge(metadataUrl: string, cause: ChallengeCause): string {
  const parameters = [`resource_metadata="${quoted(metadataUrl)}"`];
  if ('missingScopes' in cause) {
    parameters.push('error="insufficient_scope"');
    // RFC 6750 section 3.1: the attribute is optional, and groups are no scopes.
    if (cause.missingScopes.length > 0) parameters.push(`scope="${quoted(cause.missingScopes.join(' '))}"`);
  } else if ('maxAgeSeconds' in cause) {
    // RFC 9470 section 3.
    parameters.push('error="insufficient_user_authentication"', `max_age="${cause.maxAgeSeconds}"`);
  } else {
    const { error, description } = wireFault(cause.fault);
    if (error !== undefined) parameters.push(`error="${error}"`);
    if (error !== undefined && description !== undefined) parameters.push(`error_description="${quoted(description)}"`);
  }
  return `Bearer ${parameters.join(', ')}`;
}

/** RFC 6750 section 3 allows `%x20-21 / %x23-5B / %x5D-7E` in values: what else there is cannot end the quotes. */
const quoted = (text: string): string => text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');

const withoutTrailingSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url);
