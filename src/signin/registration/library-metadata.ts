/** A client as the authorization server's library wants it (RFC 7591 section 2), and as the client itself is told. */
import type { ClientMetadata as KnownMetadata } from '#oauth/client-metadata.ts';
import type { ClientMetadata } from '#signin/client-source.ts';

type Described = {
  readonly id: string;
  readonly metadata: KnownMetadata;
  /** What stands for its secret: a keyed digest for the library, the secret itself for the client. */
  readonly secret: string | undefined;
};

export const libraryMetadata = ({ id, metadata, secret }: Described): ClientMetadata => ({
  client_id: id,
  ...(metadata.name === undefined ? {} : { client_name: metadata.name }),
  // Loopback ports are free and schemes of apps are taken; which hosts are welcome was judged already.
  application_type: 'native',
  redirect_uris: metadata.redirects.map(({ uri }) => uri),
  grant_types: [...metadata.grants],
  response_types: metadata.grants.includes('authorization_code') ? ['code'] : [],
  token_endpoint_auth_method: metadata.auth,
  ...(metadata.keys.length === 0 ? {} : { jwks: { keys: metadata.keys.map((key) => ({ ...key })) } }),
  ...(secret === undefined ? {} : { client_secret: secret }),
});

/** RFC 7591 section 3.2.1. */
export const registrationAnswer = (described: Described, issuedAtMs: number): Readonly<Record<string, unknown>> => ({
  ...libraryMetadata(described),
  client_id_issued_at: Math.floor(issuedAtMs / 1_000),
  // Zero: it does not end by itself.
  ...(described.secret === undefined ? {} : { client_secret_expires_at: 0 }),
});
