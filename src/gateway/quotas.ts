/**
 * Every count that can make a call be refused with `rate_limited`, in one place. The counts live in the memory of this
 * process and begin at nothing when it starts: they are bounds on what one process takes, not an accounting. With
 * several worker processes (`server.workers`) each counts what reaches it, so that at most `workers` times a limit
 * passes in all.
 */
import { createCallerQuota } from '#gateway/caller-quota.ts';
import type { CallerQuota } from '#gateway/caller-quota.ts';
import { createConnectionQuota } from '#gateway/connection-quota.ts';
import type { ConnectionQuota } from '#gateway/connection-quota.ts';
import { createSourceQuota } from '#gateway/source-quota.ts';
import type { SourceLimits, SourceQuota } from '#gateway/source-quota.ts';

export type Quotas = {
  readonly sources: SourceQuota;
  readonly callers: CallerQuota;
  readonly connections: ConnectionQuota;
};

export type QuotaLimits = SourceLimits &
  Parameters<typeof createCallerQuota>[0] &
  Parameters<typeof createConnectionQuota>[0];

export const createQuotas = (limits: QuotaLimits): Quotas => ({
  sources: createSourceQuota(limits),
  callers: createCallerQuota(limits),
  connections: createConnectionQuota(limits),
});
