/**
 * The way back: every message of the upstream, one at a time, recorded and then released. What follows the answer is
 * recorded as late for a moment and not released; then the exchange is cut.
 */
import type { AnswerRecorded, Forwarded, Heard } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import { cutShortBy } from '#gateway/cut-short.ts';
import type { Stopped } from '#gateway/chain.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { ANSWER_STEPS } from '#gateway/pipeline.ts';
import { measureAnswer, measureSilence } from '#gateway/measure.ts';
import { refusalOf, refuse, withhold } from '#gateway/refuse.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';
import { endOf } from '#gateway/tenure.ts';
import { countAnswer } from '#gateway/steps/spend-budget.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault, UpstreamMessage } from '#upstream/port.ts';

const LATE_MESSAGES_MAX = 64;

const idOf = (call: Forwarded): string | undefined =>
  call.message.kind === 'request' ? call.message.idText : undefined;

/** The upstream took the message and has nothing to say: right for a notification, not for a request. */
async function relaySilence(call: Forwarded, gateway: Gateway): Promise<void> {
  const end = endOf(call, gateway, 'unknown') ?? cutShortBy(gateway, 'unknown');
  if (end !== undefined) return refuse(call, gateway, end);
  const { status } = call.answer;
  if (status === 404 && call.session.wireId !== undefined) {
    gateway.sessions.end(call.session.wireId);
    return refuse(call, gateway, { code: 'unknown_session', reason: 'ended_by_upstream', idText: idOf(call) });
  }
  if (call.message.kind === 'request' || status >= 300) {
    return refuse(call, gateway, { code: 'upstream_invalid', reason: `no_message_${status}`, executed: 'unknown' });
  }
  await call.reply.empty(202, call.answer.headers);
  measureSilence(call, gateway);
}

/** Why the exchange ended without an answer to its request. */
function missingAnswer(call: Forwarded): Refusal {
  if (call.gone.aborted && (call.era === 'modern' || call.cut.signal.aborted))
    return { code: 'client_gone', reason: 'disconnected' };
  return { code: 'upstream_invalid', reason: 'stream_ended_without_response', executed: 'unknown' };
}

/** A step said no to a message: mostly before its record, and once after it. */
async function refuseMessage(call: Forwarded, stopped: Stopped, gateway: Gateway): Promise<void> {
  const refusal = refusalOf(stopped, call, gateway);
  const message = stopped.call as Heard & Partial<AnswerRecorded>;
  const isClosed = message.role === 'final' && message.record !== undefined;
  return isClosed ? withhold(call, gateway, refusal) : refuse(call, gateway, refusal);
}

/** What became of one message: whether the call is answered by now, and whether to listen on. */
type Heed = 'listen' | 'answered' | 'late' | 'over';

async function heed(
  call: Forwarded,
  item: Result<UpstreamMessage, UpstreamFault>,
  isAnswered: boolean,
  gateway: Gateway,
): Promise<Heed> {
  if (!item.ok) {
    if (isAnswered) return 'over';
    const end = endOf(call, gateway, item.error.executed) ?? cutShortBy(gateway, item.error.executed);
    const isCancelled = call.gone.aborted && (call.era === 'modern' || call.cut.signal.aborted);
    const fault = isCancelled ? missingAnswer(call) : upstreamRefusal(item.error, idOf(call));
    await refuse(call, gateway, end ?? fault);
    return 'over';
  }
  // A frame without data is no message (SSE priming, `retry:`); resuming a stream is not offered, so it has no meaning below.
  if (item.value.bytes.length === 0) return 'listen';
  countAnswer(call, item.value.bytes.length, gateway);
  const heardMs = gateway.monotonic();
  const heard: Heard = { call, heard: item.value, closed: isAnswered };
  const done = await runSteps(ANSWER_STEPS, heard, gateway);
  if (done.ok && done.value.role === 'final') {
    measureAnswer(done.value, heardMs, gateway);
    return 'answered';
  }
  if (done.ok) return done.value.role === 'late' ? 'late' : 'listen';
  if (!isAnswered) await refuseMessage(call, done.error, gateway);
  return 'over';
}

export async function relay(call: Forwarded, gateway: Gateway): Promise<void> {
  if (call.answer.form === 'none') return relaySilence(call, gateway);
  if (call.answer.form === 'sse') gateway.admission.streams(call.id);
  let isAnswered = false;
  let late = 0;
  let cutting: NodeJS.Timeout | undefined;
  // What expects no answer gets no stream; and a legacy call whose client left is waited for, but not for ever.
  if (call.message.kind !== 'request') cutting = setTimeout(() => call.cut.abort(), gateway.limits.lateListenMs);
  const stopWaiting = (): void => {
    cutting ??= setTimeout(() => call.cut.abort(), gateway.limits.unclaimedAnswerMs);
  };
  if (call.gone.aborted) stopWaiting();
  else call.gone.addEventListener('abort', stopWaiting, { once: true });
  const isStream = call.answer.form === 'sse';
  if (isStream) gateway.metrics.streams(call.connectionName, 1);
  try {
    for await (const item of call.answer.messages) {
      const heeded = await heed(call, item, isAnswered, gateway);
      if (heeded === 'over') return;
      if (heeded === 'answered') {
        isAnswered = true;
        call.reply.end();
        gateway.admission.leave(call.id);
        // A server that goes on talking, or never closes, must not hold the exchange open.
        clearTimeout(cutting);
        cutting = setTimeout(() => call.cut.abort(), gateway.limits.lateListenMs);
      }
      if (heeded === 'late') late += 1;
      if (late > LATE_MESSAGES_MAX) break;
    }
  } finally {
    call.gone.removeEventListener('abort', stopWaiting);
    clearTimeout(cutting);
    if (isStream) gateway.metrics.streams(call.connectionName, -1);
  }
  if (!isAnswered && call.message.kind === 'request')
    return refuse(
      call,
      gateway,
      endOf(call, gateway, 'unknown') ?? cutShortBy(gateway, 'unknown') ?? missingAnswer(call),
    );
  call.reply.end();
  if (!isAnswered) measureSilence(call, gateway);
}
