/**
 * Which OAuth clients there are: the seam between the protocol and the rules of registration (src/signin/registration).
 * Metadata is what RFC 7591 section 2 names, as plain JSON.
 */
export type ClientMetadata = Readonly<Record<string, unknown>> & { readonly client_id: string };

/** Public; a client reads it. */
export type ClientRefusal = {
  readonly error: 'invalid_client_metadata' | 'invalid_redirect_uri' | 'unapproved_client' | 'temporarily_unavailable';
  readonly description: string;
};

export type ClientSource = {
  /** A client that may ask for tokens now; undefined when there is none of this id, or it may not (any more). */
  find(clientId: string): Promise<ClientMetadata | undefined>;
  /** RFC 7591: a client that registers itself. `metadata` has its id and, where it gets one, its secret. */
  register(metadata: ClientMetadata, source: string): Promise<ClientRefusal | undefined>;
};
