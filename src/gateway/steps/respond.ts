/** Releases one recorded message to the caller, in the form the upstream chose. */
import type { AnswerRecorded, Exchange, Responded } from '#gateway/call.ts';
import { answerServer } from '#gateway/answer-server.ts';
import { eventFields } from '#gateway/event-fields.ts';
import { answerStatus } from '#gateway/answer-status.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { Delivery } from '#gateway/reply.ts';
import { bindingOf, ownerOf, wireIdOf } from '#gateway/session-binding.ts';
import { exchangeEndOf } from '#gateway/lasting.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';
import type { HeaderPair } from '#upstream/port.ts';

/** A legacy session begins when the upstream accepted `initialize`; its own id stays on this side. */
function beginSession({ call, message, role }: AnswerRecorded, gateway: Gateway): void {
  const isAccepted = message.kind === 'response' && message.outcome.type === 'result' && role === 'final';
  if (!isAccepted || call.message?.kind !== 'request' || call.message.method !== 'initialize') return;
  // It began when this was answered for the first time.
  if ('resumed' in call && call.resumed === 'closed') return;
  // A server without sessions gets clients without sessions (P8); a process has one, whether it knows or not.
  if (wireIdOf(call) === undefined) return;
  const owner = ownerOf(call);
  gateway.sessions.begin(owner, { ...call.session, upstreamId: call.answer.sessionId });
}

/** With the head of an answer to `initialize`, which in a stream goes out before the answer is known. */
export function downwardHeaders(call: Exchange): readonly HeaderPair[] {
  const { headers } = call.answer;
  if (call.message?.kind !== 'request' || call.message.method !== 'initialize') return headers;
  const wireId = wireIdOf(call);
  return wireId === undefined ? headers : [...headers, ['mcp-session-id', wireId]];
}

async function release(answer: AnswerRecorded, headers: readonly HeaderPair[], gateway: Gateway): Promise<Delivery> {
  const { call, heard, masked } = answer;
  switch (call.answer.form) {
    case 'json':
      // A call that waited for people may have begun a stream.
      return call.reply.started()
        ? call.reply.event(encodeSseEvent({ data: masked.send }), headers)
        : call.reply.json(answerStatus(answer), headers, masked.send);
    case 'sse': {
      // The name of an event is the server's own words too.
      const name = heard.sse?.event;
      const event =
        name === undefined ? undefined : gateway.masker.maskSentText(name, call.connection.name, call.secrets);
      const fields = eventFields(call, heard.sse, gateway);
      return call.reply.event(encodeSseEvent({ data: masked.send, event, ...fields }), headers);
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
  const end = exchangeEndOf(answer.call, gateway, 'unknown');
  if (end !== undefined) return err(end);
  beginSession(answer, gateway);
  const { call, message } = answer;
  if (message.kind === 'request') gateway.asked.released({ binding: bindingOf(call), idKey: message.idKey });
  const isRefused = message.kind === 'response' && message.outcome.type === 'error';
  const headers = isRefused ? call.answer.headers : downwardHeaders(call);
  return ok({ ...answer, delivery: await release(answer, headers, gateway) });
}
