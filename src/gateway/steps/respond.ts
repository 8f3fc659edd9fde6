/** Releases one recorded message to the caller, in the form the upstream chose. */
import type { AnswerRecorded, Responded } from '#gateway/call.ts';
import { answerServer } from '#gateway/answer-server.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { Delivery } from '#gateway/reply.ts';
import { endOf } from '#gateway/tenure.ts';
import { callerKey } from '#identity/caller.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';
import type { HeaderPair } from '#upstream/port.ts';

/** A legacy session begins when the upstream accepted `initialize`; its own id stays on this side. */
function beginSession(answer: AnswerRecorded, gateway: Gateway): readonly HeaderPair[] {
  const { call, message } = answer;
  const { wireId } = call.session;
  const isAccepted = message.kind === 'response' && message.outcome.type === 'result' && answer.role === 'final';
  if (!isAccepted || call.message.kind !== 'request' || call.message.method !== 'initialize' || wireId === undefined)
    return [];
  // A server without sessions gets clients without sessions (P8); a process has one, whether it knows or not.
  if (call.answer.sessionId === undefined && !call.connection.keepsSession) return [];
  const { caller } = call.verified;
  const owner = { caller: callerKey(caller), connection: call.connection.incarnation, client: caller.client };
  gateway.sessions.begin(owner, { ...call.session, upstreamId: call.answer.sessionId });
  return [['mcp-session-id', wireId]];
}

async function release(answer: AnswerRecorded, headers: readonly HeaderPair[], gateway: Gateway): Promise<Delivery> {
  const { call, heard, masked } = answer;
  switch (call.answer.form) {
    case 'json':
      return call.reply.json(call.answer.status, headers, masked.send);
    case 'sse': {
      // The name of an event is the server's own words too.
      const name = heard.sse?.event;
      const event = name === undefined ? undefined : gateway.masker.maskText(name, call.secrets);
      return call.reply.event(encodeSseEvent({ data: masked.send, event }), headers);
    }
    case 'none':
      throw new Error('an answer without messages gave one');
    default:
      return unreachable(call.answer.form);
  }
}

export async function respond(answer: AnswerRecorded, gateway: Gateway): Promise<Result<Responded, Refusal>> {
  if (answer.isDenied === true) await answerServer(answer, gateway);
  if (answer.role === 'late' || answer.keptBack !== undefined) return ok({ ...answer, delivery: 'gone' });
  // The record's sync was a wait: nothing is released to somebody who became nobody meanwhile.
  const end = endOf(answer.call, gateway, 'unknown');
  if (end !== undefined) return err(end);
  const headers = [...answer.call.answer.headers, ...beginSession(answer, gateway)];
  return ok({ ...answer, delivery: await release(answer, headers, gateway) });
}
