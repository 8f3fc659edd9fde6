/** What the steps may use: the composed parts of one running gateway. Plain wiring, made in src/bin. */
import type { Logger } from 'pino';
import type { Bindings } from '#bindings/bindings.ts';
import type { Admission } from '#gateway/admission.ts';
import type { DefinitionPolicy } from '#definitions/definition-policy.ts';
import type { Definitions } from '#definitions/definitions.ts';
import type { Budget } from '#gateway/connection-quota.ts';
import type { Quotas } from '#gateway/quotas.ts';
import type { Metrics } from '#gateway/metrics.ts';
import type { RefusalBook } from '#gateway/refusal-book.ts';
import type { Sessions } from '#gateway/sessions.ts';
import type { ServerRequestPolicy } from '#gateway/server-request-policy.ts';
import type { ThrottleBook } from '#gateway/throttle-book.ts';
import type { TrustedProxies } from '#gateway/source.ts';
import type { Tracing } from '#gateway/tracing.ts';
import type { Identity } from '#identity/identity.ts';
import type { LedgerPort } from '#ledger/port.ts';
import type { Limits } from '#limits.ts';
import type { Masker } from '#masking/masker.ts';
import type { Policy } from '#policy/policy.ts';
import type { CredentialHeader, Upstream } from '#upstream/port.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** A registered MCP server, ready to be called. */
export type ConnectionRuntime = {
  readonly name: string;
  /** This connection with exactly the server now behind it: sessions belong to it, and end when the server is another. */
  readonly incarnation: string;
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

export type Gateway = {
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Milliseconds that never go back, for durations. */
  readonly monotonic: () => number;
  readonly newId: () => string;
  readonly publicUrl: string;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Undefined where any name will do. */
  readonly allowedHosts: ReadonlySet<string> | undefined;
  readonly proxies: TrustedProxies;
  readonly identity: Identity;
  readonly policy: Policy;
  readonly masker: Masker;
  readonly ledger: LedgerPort;
  readonly connections: ReadonlyMap<string, ConnectionRuntime>;
  readonly sessions: Sessions;
  /** Which call made the tasks and states that servers gave out. */
  readonly bindings: Bindings;
  readonly definitions: Definitions;
  readonly admission: Admission;
  readonly quotas: Quotas;
  readonly refusals: RefusalBook;
  readonly throttles: ThrottleBook;
  readonly metrics: Metrics;
  /** Undefined when no SDK was loaded. */
  readonly tracing: Tracing | undefined;
  readonly limits: Limits;
  readonly log: Log;
  /** True from the moment the gateway is going to stop: it says that it is not ready, and keeps no connection open. */
  readonly leaving: () => boolean;
  /** True from the moment the gateway takes no new calls. */
  readonly draining: () => boolean;
  /** Aborted when calls on their way have had their time. */
  readonly stopping: AbortSignal;
};
