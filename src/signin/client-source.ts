/**
 * Which OAuth clients there are: the seam between the protocol and the rules of registration (src/signin/registration).
 * Metadata is what RFC 7591 section 2 names, as plain JSON, for the library: `application_type` is always `native`, so that
 * loopback ports are free; `client_secret` is a keyed digest, which `isSecretOf` compares.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Standing } from '#oauth/registered-client.ts';
import type { Result } from '#result.ts';

export type ClientMetadata = Readonly<Record<string, unknown>> & { readonly client_id: string };

/** `says` is public: the person in the browser and the client read it. `reason` is a stable code for records. */
export type ClientRefusal = {
  readonly error: 'invalid_client' | 'temporarily_unavailable';
  readonly reason: string;
  readonly says: string;
};

export type ClientSource = {
  /**
   * The client of this id, from gatebook.yaml, a registration or a document, which is fetched where that is due; also one that
   * still waits for an admin: see `standing`. Undefined when there is none. It must be called while `from` runs.
   */
  find(clientId: string): Promise<Result<ClientMetadata, ClientRefusal> | undefined>;
  /** Runs what one request does; fetches are counted for the network address it came from. */
  from<T>(source: string, run: () => T): T;
  /**
   * Whether it may have tokens: asked before consent, where a `waiting` one gets a page, and at every token request. Throws
   * when the state cannot be read.
   */
  standing(clientId: string): Standing | undefined;
  /** What an admin is told to type: short, without slashes. */
  handle(clientId: string): string;
  /** A person, signed in, asked for one that waits: it is put before the admins. */
  asked(clientId: string): Promise<void>;
  /** Tokens were issued to it: it is kept. */
  used(clientId: string): void;
  /** Compares in constant time what a client showed with `client_secret` of its metadata. */
  isSecretOf(metadataSecret: string, shown: string): boolean;
  /** The whole registration endpoint (RFC 7591), CORS included. */
  register(request: IncomingMessage, response: ServerResponse): Promise<void>;
};
