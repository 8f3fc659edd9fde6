/** The record of what came back, durable before anybody sees it (P2). The answer to a call closes its intent. */
import type { AnswerMasked, AnswerRecorded, Exchange, Forwarded } from '#gateway/call.ts';
import { resultEntry, streamEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { recordId } from '#ledger/record.ts';
import type { LedgerEntry, Outcome } from '#ledger/record.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

function outcomeOf(answer: AnswerMasked): Outcome {
  if (answer.call.reply.gone()) return 'undelivered';
  const { message } = answer;
  if (answer.masked.flags.includes('schema_unfit')) return 'withheld';
  if (message.kind !== 'response' || message.outcome.type === 'error') return 'error';
  return message.isToolError ? 'tool_error' : 'ok';
}

/** Whether the answer to it closes an intent: not on a stream without a call, nor when the call has its result already. */
const isClosing = (call: Exchange): call is Forwarded => 'intent' in call && call.resumed !== 'closed';

function entryFor(answer: AnswerMasked, outcome: Outcome, gateway: Gateway): LedgerEntry {
  const { call, keptBack, message, masked, role, schema } = answer;
  const header = {
    upstreamStatus: call.answer.status,
    ...('intent' in call && call.resumed !== undefined ? { resumed: recordId(call.intent) } : {}),
    masking: masked.findings,
    ...(schema === undefined ? {} : { schema }),
    bytes: message.doc.bytes.length,
    durationMs: Math.round((gateway.monotonic() - call.startedMs) * 1_000) / 1_000,
  };
  switch (role) {
    case 'final':
      if (isClosing(call)) return resultEntry(call, gateway.masker, { ref: call.intent.n, outcome, header, masked });
      return streamEntry(call, gateway.masker, { ref: null, st: 'down', header, masked });
    case 'during':
    case 'late': {
      const ref = call.message?.kind === 'request' && isClosing(call) ? call.intent.n : null;
      const method = message.kind === 'response' ? {} : { method: message.method, name: message.name };
      const st = role === 'late' || keptBack !== undefined ? 'late' : 'down';
      const why = keptBack === undefined ? {} : { reason: keptBack };
      return streamEntry(call, gateway.masker, { ref, st, header: { ...header, ...method, ...why }, masked });
    }
    default:
      return unreachable(role);
  }
}

function count({ call, masked, role }: AnswerMasked, outcome: Outcome, gateway: Gateway): void {
  gateway.metrics.masked(masked.findings);
  if (role !== 'final' || !isClosing(call) || call.message.kind !== 'request') return;
  call.trace?.outcome(outcome);
  gateway.metrics.callClosed({
    connection: call.connectionName,
    method: call.message.method,
    outcome,
    code: undefined,
  });
}

export async function recordAnswer(answer: AnswerMasked, gateway: Gateway): Promise<Result<AnswerRecorded, Refusal>> {
  const outcome = outcomeOf(answer);
  const durable =
    answer.role === 'final' && isClosing(answer.call) ? answer.call.trace?.recording('result') : undefined;
  const record = await gateway.ledger.append(entryFor(answer, outcome, gateway));
  durable?.();
  if (record.ok) {
    count(answer, outcome, gateway);
    return ok({ ...answer, record: record.value } as AnswerRecorded);
  }
  return err({
    code: 'audit_unavailable',
    reason: record.error.reason,
    retryAfterMs: record.error.retryAfterMs,
    executed: 'unknown',
  });
}
