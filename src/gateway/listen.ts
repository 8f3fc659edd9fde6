/**
 * A stream that a client of the legacy era opened with GET, from its head to the record of its end: what the server says of
 * its own accord, or the rest of a call that is resumed. Every message takes the same steps as an answer.
 */
import type { Exchange, Listening, ListenRecorded } from '#gateway/call.ts';
import { cutShortBy } from '#gateway/cut-short.ts';
import { controlEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { hear, passFrame } from '#gateway/hear.ts';
import { refusalOf, sendRefusal } from '#gateway/refuse.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { noteLostSession, relay } from '#gateway/relay.ts';
import { resumedCall } from '#gateway/resting-call.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';
import { exchangeEndOf, lasts } from '#gateway/lasting.ts';

/** Why a stream is over. `refusal`: the server, the caller or the gateway is at fault. */
type End = { readonly reason: string; readonly refusal?: Refusal };

const SERVER_ENDED: End = { reason: 'server_ended' };
const faulty = (refusal: Refusal): End => ({ reason: refusal.reason, refusal });

/** In the book, whatever it was that ended it. The record decides nothing any more, so nothing waits for it to succeed. */
export async function recordListenEnd(
  call: ListenRecorded & Partial<Listening>,
  { reason, refusal }: End,
  messages: number,
  gateway: Gateway,
): Promise<void> {
  const about = {
    reason,
    ...(refusal === undefined ? {} : { code: refusal.code }),
    // of the message that ended it, which is in no other record
    ...(refusal !== undefined && 'findings' in refusal ? { masking: refusal.findings } : {}),
    ...(refusal !== undefined && 'bytes' in refusal ? { bytes: refusal.bytes } : {}),
    ...(call.answer === undefined ? {} : { upstreamStatus: call.answer.status }),
    durationMs: Math.round((gateway.monotonic() - call.startedMs) * 1_000) / 1_000,
    detail: { opened: `${call.opened.shard}:${call.opened.n}`, messages },
  };
  await gateway.ledger.append(controlEntry(call, gateway.masker, 'listen_end', about));
}

/** What ends a stream from outside: its caller, the gateway, its session, its client. */
function outerEnd(call: Exchange, sessionEnded: () => boolean, gateway: Gateway): End | undefined {
  const refusal = exchangeEndOf(call, gateway, 'no') ?? cutShortBy(gateway, 'no');
  if (refusal !== undefined) return faulty(refusal);
  if (sessionEnded()) return { reason: 'session_ended' };
  if (call.gone.aborted) return { reason: 'client_gone' };
  return gateway.draining() && call.cut.signal.aborted ? { reason: 'draining' } : undefined;
}

/** How often messages came down, and why no more will. */
type Heard = { messages: number; end: End };

async function listenOn(call: Exchange, sessionEnded: () => boolean, gateway: Gateway): Promise<Heard> {
  let messages = 0;
  for await (const item of call.answer.messages) {
    if (!item.ok) {
      // The process that held the session is gone, and the session with it.
      const lost = item.error.reason === 'session_lost' ? call.session.wireId : undefined;
      const end = outerEnd(call, sessionEnded, gateway) ?? faulty(upstreamRefusal(item.error, undefined));
      if (lost !== undefined) gateway.sessions.end(lost);
      return { messages, end };
    }
    if (item.value.bytes.length === 0) {
      await passFrame(call, item.value, gateway);
      continue;
    }
    messages += 1;
    const done = await hear(call, item.value, false, gateway);
    if (!done.ok)
      return { messages, end: outerEnd(call, sessionEnded, gateway) ?? faulty(refusalOf(done.error, call, gateway)) };
    // A resumed call has its answer: nothing may follow it.
    if (done.value.role === 'final') break;
  }
  return { messages, end: outerEnd(call, sessionEnded, gateway) ?? SERVER_ENDED };
}

/** The server gives no stream: as its status says, or with a message of its own. */
async function relayNo(call: Listening, gateway: Gateway): Promise<void> {
  noteLostSession(call, gateway);
  const { form, status } = call.answer;
  if (form === 'json') {
    const { messages, end } = await listenOn(call, () => false, gateway);
    // What it said was under an id that nobody asked with, and went no further; its status still says no.
    const unsaid: Refusal | undefined = call.reply.started()
      ? undefined
      : { code: 'upstream_invalid', reason: `no_stream_${status}`, executed: 'no', refusedWith: status };
    const refusal = end.refusal ?? unsaid;
    if (refusal !== undefined) await sendRefusal(call, gateway, refusal);
    return recordListenEnd(
      call,
      refusal === undefined ? { reason: `status_${status}` } : faulty(refusal),
      messages,
      gateway,
    );
  }
  const refusal: Refusal =
    status === 405
      ? { code: 'method_not_allowed', reason: 'no_stream' }
      : status === 404
        ? { code: 'unknown_session', reason: 'ended_by_upstream', idText: undefined }
        : { code: 'upstream_invalid', reason: `no_stream_${status}`, executed: 'no' };
  await recordListenEnd(call, faulty(refusal), 0, gateway);
  return sendRefusal(call, gateway, refusal);
}

/** A stream ends with its session, and with its client: no server goes on for nobody. */
function whileWanted(
  call: Listening,
  gateway: Gateway,
): { readonly sessionEnded: () => boolean; readonly done: () => void } {
  let isEnded = false;
  const { wireId } = call.session;
  const forget =
    wireId === undefined
      ? undefined
      : gateway.sessions.whenEnded(wireId, () => {
          isEnded = true;
          call.cut.abort();
        });
  const leave = (): void => call.cut.abort();
  if (call.gone.aborted) leave();
  else call.gone.addEventListener('abort', leave, { once: true });
  return {
    sessionEnded: () => isEnded,
    done: () => {
      forget?.();
      call.gone.removeEventListener('abort', leave);
    },
  };
}

async function relayStream(call: Listening, exchange: Exchange, gateway: Gateway): Promise<void> {
  // What goes on with a call that is over was let in as a call, and stays one where there is no other room.
  if (exchange !== call && lasts(call.id, exchange, gateway) !== 'entered') gateway.admission.streams(call.id);
  gateway.metrics.streams(call.connectionName, 1);
  const wanted = whileWanted(call, gateway);
  try {
    call.reply.open(call.answer.headers, 'now');
    const { messages, end } = await listenOn(exchange, wanted.sessionEnded, gateway);
    await recordListenEnd(call, end, messages, gateway);
    call.reply.end();
  } finally {
    wanted.done();
    gateway.metrics.streams(call.connectionName, -1);
  }
}

export async function relayListening(call: Listening, gateway: Gateway): Promise<void> {
  if (call.answer.form !== 'sse') return relayNo(call, gateway);
  if (call.taken === undefined) return relayStream(call, call, gateway);
  const exchange = resumedCall(call.taken.call, call, call.taken.state);
  if (call.taken.state === 'closed') return relayStream(call, exchange, gateway);
  call.reply.open(call.answer.headers, 'now');
  await relay(exchange, gateway, call.id);
  return recordListenEnd(call, { reason: 'resumed' }, 0, gateway);
}

/** A stream that was recorded and then not opened. */
export async function refuseListening(call: ListenRecorded, refusal: Refusal, gateway: Gateway): Promise<void> {
  gateway.metrics.refused({ by: 'caller', connection: call.connectionName, code: refusal.code });
  await recordListenEnd(call, faulty(refusal), 0, gateway);
  return sendRefusal(call, gateway, refusal);
}
