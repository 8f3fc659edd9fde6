/** What a call gets that was still on its way when the gateway's time to stop was over. */
import type { Gateway } from '#gateway/gateway.ts';
import type { Executed, Refusal } from '#gateway/refusal.ts';

/** Undefined while calls may go on. `executed`: whether its server may have acted. */
export const cutShortBy = (gateway: Pick<Gateway, 'stopping'>, executed: Executed): Refusal | undefined =>
  gateway.stopping.aborted ? { code: 'stopping', reason: 'cut_short', executed } : undefined;
