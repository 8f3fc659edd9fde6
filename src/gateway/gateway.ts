/** What the steps may use: the composed parts of one running gateway. Plain wiring, made in src/bin. */
import type { Logger } from 'pino';
import type { Approvals } from '#approvals/approvals.ts';
import type { Fingerprints } from '#approvals/fingerprint.ts';
import type { HoldStates } from '#approvals/hold-state.ts';
import type { Holds } from '#approvals/holds.ts';
import type { Bindings } from '#bindings/bindings.ts';
import type { Admission } from '#gateway/admission.ts';
import type { Definitions } from '#definitions/definitions.ts';
import type { AskedIds } from '#gateway/asked-ids.ts';
import type { ConnectionRuntime } from '#gateway/connection-runtime.ts';
import type { HeldCalls } from '#gateway/held-calls.ts';
import type { EventIds } from '#gateway/event-ids.ts';
import type { OwnAnswers } from '#gateway/own-answers.ts';
import type { OwnQuestions } from '#gateway/own-questions.ts';
import type { Quotas } from '#gateway/quotas.ts';
import type { Metrics } from '#gateway/metrics.ts';
import type { RecentCalls } from '#gateway/recent-calls.ts';
import type { RefusalBook } from '#gateway/refusal-book.ts';
import type { ResumableCalls } from '#gateway/resumable-calls.ts';
import type { Sessions } from '#gateway/sessions.ts';
import type { ThrottleBook } from '#gateway/throttle-book.ts';
import type { TrustedProxies } from '#gateway/source.ts';
import type { Tracing } from '#gateway/tracing.ts';
import type { Identity } from '#identity/identity.ts';
import type { LedgerPort } from '#ledger/port.ts';
import type { Limits } from '#limits.ts';
import type { Masker } from '#masking/masker.ts';
import type { Policy } from '#policy/policy.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export type Gateway = {
  /** The gateway in force now, for what outlives a reload; this one until it is replaced. */
  readonly inForce: () => Gateway;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Milliseconds that never go back, for durations. */
  readonly monotonic: () => number;
  readonly newId: () => string;
  readonly publicUrl: string;
  /** The gateway is its own authorization server: clients get their tokens here. */
  readonly signsIn: boolean;
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
  readonly approvals: Approvals;
  readonly heldCalls: HeldCalls;
  readonly fingerprints: Fingerprints;
  readonly holdStates: HoldStates;
  readonly holds: Holds;
  readonly ownAnswers: OwnAnswers;
  readonly ownQuestions: OwnQuestions;
  readonly definitions: Definitions;
  readonly eventIds: EventIds;
  readonly resumables: ResumableCalls;
  readonly asked: AskedIds;
  readonly admission: Admission;
  readonly quotas: Quotas;
  readonly recentCalls: RecentCalls;
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
