/**
 * The way back: every message of the upstream, one at a time, recorded and then released. What follows the answer is
 * recorded as late for a moment and not released; then the exchange is cut.
 */
import type { Forwarded, Heard } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { ANSWER_STEPS } from '#gateway/pipeline.ts';
import { refuse } from '#gateway/refuse.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';

const LATE_MESSAGES_MAX = 64;

const idOf = (call: Forwarded): string | undefined =>
  call.message.kind === 'request' ? call.message.idText : undefined;

/** The upstream took the message and has nothing to say: right for a notification, not for a request. */
async function relaySilence(call: Forwarded, gateway: Gateway): Promise<void> {
  const { status } = call.answer;
  if (status === 404 && call.session.wireId !== undefined) {
    gateway.sessions.end(call.session.wireId);
    return refuse(call, gateway, { code: 'unknown_session', reason: 'ended_by_upstream', idText: idOf(call) });
  }
  if (call.message.kind === 'request' || status >= 300) {
    return refuse(call, gateway, { code: 'upstream_invalid', reason: `no_message_${status}`, executed: 'unknown' });
  }
  await call.reply.empty(202, call.answer.headers);
}

/** Why the exchange ended without an answer to its request. */
function missingAnswer(call: Forwarded): Refusal {
  if (call.era === 'modern' && call.gone.aborted) return { code: 'client_gone', reason: 'disconnected' };
  return { code: 'upstream_invalid', reason: 'stream_ended_without_response', executed: 'unknown' };
}

export async function relay(call: Forwarded, gateway: Gateway): Promise<void> {
  if (call.answer.form === 'none') return relaySilence(call, gateway);
  let isClosed = call.message.kind !== 'request';
  let late = 0;
  for await (const item of call.answer.messages) {
    if (!item.ok) {
      if (isClosed) break;
      const isCancelled = call.era === 'modern' && call.gone.aborted;
      return refuse(call, gateway, isCancelled ? missingAnswer(call) : upstreamRefusal(item.error, idOf(call)));
    }
    // A frame without data is no message (SSE priming, `retry:`); resuming a stream is not offered, so it has no meaning below.
    if (item.value.bytes.length === 0) continue;
    const heard: Heard = { call, heard: item.value, closed: isClosed && call.message.kind === 'request' };
    const answered = await runSteps(ANSWER_STEPS, heard, gateway);
    if (!answered.ok) {
      if (heard.closed) break;
      return refuse(call, gateway, answered.error.refusal);
    }
    if (answered.value.role === 'final') {
      isClosed = true;
      call.reply.end();
    }
    if (answered.value.role === 'late') late += 1;
    if (late > LATE_MESSAGES_MAX) break;
  }
  if (!isClosed) return refuse(call, gateway, missingAnswer(call));
  call.reply.end();
}
