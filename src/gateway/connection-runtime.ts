import type { DefinitionPolicy } from '#definitions/definition-policy.ts';
import type { Budget } from '#gateway/connection-quota.ts';
import type { ServerRequestPolicy } from '#gateway/server-request-policy.ts';
import type { CredentialHeader, Upstream } from '#upstream/port.ts';

/** A registered MCP server, ready to be called. */
export type ConnectionRuntime = {
  readonly name: string;
  /** This connection with exactly the server now behind it: sessions belong to it, and end when the server is another. */
  readonly incarnation: string;
  /** Digest of which server that is and as whom it is called: the same after a restart, and with a new secret. */
  readonly server: string;
  /** The resource URL callers' tokens may be for: `<publicUrl>/mcp/<name>`. */
  readonly url: string;
  readonly audiences: readonly string[];
  /** What may go through it in an hour; undefined for no bound of its own. */
  readonly budget: Budget | undefined;
  readonly upstream: Upstream;
  readonly credential: readonly CredentialHeader[];
  readonly transport: 'tcp' | 'pipe';
  /** Whether a caller's `baggage` header goes up: nothing of it is recorded. */
  readonly passesBaggage: boolean;
  /** Whether results of an unknown `resultType` go down. */
  readonly passesUnknownResults: boolean;
  /** The upstream is a process, or a stream, that lives for a session, so the gateway gives clients one. */
  readonly keepsSession: boolean;
  /** Clients of the old HTTP+SSE transport are served as its server would: a stream first, then messages to its endpoint. */
  readonly offersEndpoint: boolean;
  /** Each caller has a process of their own. */
  readonly isPerCaller: boolean;
  /** What the server may ask of clients. */
  readonly serverRequests: ServerRequestPolicy;
  /** An elicitation's words begin with the name of the connection. */
  readonly showsOrigin: boolean;
  /** What becomes of tools whose definition changed, hides text or is unknown. */
  readonly definitions: DefinitionPolicy;
  /** Every secret injected for this connection, in clear, for the masking of what comes back. */
  readonly secrets: readonly string[];
};
