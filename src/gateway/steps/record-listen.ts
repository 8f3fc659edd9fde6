/** The record that somebody listens, where and in which session, durable before the server hears of it. */
import type { ListenAsked, ListenRecorded } from '#gateway/call.ts';
import { controlEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export async function recordListen(call: ListenAsked, gateway: Gateway): Promise<Result<ListenRecorded, Refusal>> {
  if (call.connection.upstream.listen === undefined) return err({ code: 'method_not_allowed', reason: 'no_stream' });
  const resumed = call.resumes?.call;
  const detail = { resumes: call.resumes === undefined ? null : (resumed ?? 'stream') };
  const opened = await gateway.ledger.append(controlEntry(call, gateway.masker, 'listen', { detail }));
  if (opened.ok) return ok({ ...call, opened: opened.value });
  return err({
    code: 'audit_unavailable',
    reason: opened.error.reason,
    retryAfterMs: opened.error.retryAfterMs,
    executed: 'no',
  });
}
