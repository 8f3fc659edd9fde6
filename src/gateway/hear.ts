/** One message of the upstream, from its arrival to its release or its refusal: the one way down, whatever it came on. */
import type { Exchange, Heard, Responded, Understood } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import type { Stopped } from '#gateway/chain.ts';
import { eventFields } from '#gateway/event-fields.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { judgedBy } from '#gateway/lasting.ts';
import { ANSWER_STEPS } from '#gateway/pipeline.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { downwardHeaders } from '#gateway/steps/respond.ts';
import { countAnswer } from '#gateway/steps/spend-budget.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import type { Result } from '#result.ts';
import type { UpstreamMessage } from '#upstream/port.ts';

const NOTHING = Buffer.alloc(0);

/** A question that went nowhere is not open. */
function withdrawAsked(known: unknown, call: Exchange, gateway: Gateway): void {
  const { message, role } = known as Heard & Partial<Understood>;
  if (message?.kind !== 'request' || role !== 'during') return;
  gateway.asked.withdraw({ binding: bindingOf(call), idKey: message.idKey });
}

/** @param closed the call has its answer: what comes now is late. */
export async function hear(
  exchange: Exchange,
  heard: UpstreamMessage,
  closed: boolean,
  held: Gateway,
): Promise<Result<Responded, Stopped>> {
  const [call, gateway] = judgedBy(exchange, held);
  countAnswer(call, heard.bytes.length, gateway);
  const done = await runSteps(ANSWER_STEPS, { call, heard, closed } satisfies Heard, gateway);
  if (!done.ok) withdrawAsked(done.error.call, call, gateway);
  else if (done.value.keptBack !== undefined) withdrawAsked(done.value, call, gateway);
  return done;
}

/** A frame without a message: it primes the client to come back, or says when (MCP 2025-11-25, Sending Messages). */
export async function passFrame(call: Exchange, { sse }: UpstreamMessage, gateway: Gateway): Promise<void> {
  const { id, retryMs } = eventFields(call, sse, gateway);
  if (id === undefined && retryMs === undefined) return;
  await call.reply.event(encodeSseEvent({ data: NOTHING, id, retryMs }), downwardHeaders(call));
}
