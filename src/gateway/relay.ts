/**
 * The way back: every message of the upstream, one at a time, recorded and then released. What follows the answer is
 * recorded as late for a moment and not released; then the exchange is cut. A legacy call whose server ends the stream before
 * the answer, or whose stream breaks, waits to be resumed where the client was given an event id to do it with.
 */
import type { AnswerRecorded, Exchange, Forwarded, Heard, RestingCall } from '#gateway/call.ts';
import { cutShortBy } from '#gateway/cut-short.ts';
import type { Stopped } from '#gateway/chain.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { hear, passFrame } from '#gateway/hear.ts';
import { measureAnswer, measureSilence } from '#gateway/measure.ts';
import { closeUnheard, refusalOf, refuse, withhold } from '#gateway/refuse.ts';
import type { Executed, Refusal } from '#gateway/refusal.ts';
import type { Attachment, Expiry } from '#gateway/resumable-calls.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { releaseId } from '#gateway/steps/claim-id.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';
import { downwardHeaders } from '#gateway/steps/respond.ts';
import { exchangeEndOf, isLasting } from '#gateway/lasting.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault, UpstreamMessage } from '#upstream/port.ts';

const LATE_MESSAGES_MAX = 64;

const idOf = (call: Forwarded): string | undefined =>
  call.message.kind === 'request' ? call.message.idText : undefined;

/** The upstream took the message and has nothing to say: right for a notification, not for a request. */
async function relaySilence(call: Forwarded, gateway: Gateway): Promise<void> {
  const end = exchangeEndOf(call, gateway, 'unknown') ?? cutShortBy(gateway, 'unknown');
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

/** A stop waits for calls, and not for what would never end by itself. */
function cutOf(call: Forwarded, gateway: Gateway, executed: Executed): Refusal | undefined {
  const isDrained = gateway.draining() && isLasting(call) && call.cut.signal.aborted && !call.gone.aborted;
  return cutShortBy(gateway, executed) ?? (isDrained ? { code: 'stopping', reason: 'draining', executed } : undefined);
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

/** A legacy session that the server no longer knows is over, whatever else it says (MCP 2025-11-25, Session Management). */
export function noteLostSession(call: Exchange, gateway: Gateway): void {
  const { wireId, upstreamId } = call.session;
  if (call.answer.status === 404 && wireId !== undefined && upstreamId !== undefined) gateway.sessions.end(wireId);
}

/** A call that waited for its client in vain. */
const expiryOf = (reason: Expiry): Refusal => ({ code: 'upstream_timeout', reason, executed: 'unknown' });

/** What an exchange was begun with and what became of it so far. */
type Relayed = {
  readonly call: Forwarded;
  /** Its client can come back for the answer: it was given an event id. */
  attachment: Attachment | undefined;
  isAnswered: boolean;
};

/** Not made beside `cut`, whose exchange it would keep while the call waits. */
const expiring = (gateway: Gateway) => (waiting: RestingCall, reason: Expiry) =>
  closeUnheard(waiting, gateway, expiryOf(reason));

function attach(relayed: Relayed, gateway: Gateway): void {
  const { call } = relayed;
  relayed.attachment ??= gateway.resumables.attach(bindingOf(call), call, {
    cut: () => {
      call.cut.abort();
      call.reply.drop();
    },
    expire: expiring(gateway),
  });
}

/** From the event that gives its client an id on, a legacy call can be resumed; not over the old transport, which has no way to. */
function attachBy({ sse }: UpstreamMessage, relayed: Relayed, gateway: Gateway): void {
  const { call } = relayed;
  const canResume = call.era === 'legacy' && call.message.kind === 'request' && call.session.endpoint === undefined;
  if (canResume && sse?.id !== undefined && sse.id !== '') attach(relayed, gateway);
}

/** Ends the exchange without an answer: the call waits for its client, or its intent is closed with `refusal`. */
async function leaveUnanswered(relayed: Relayed, refusal: Refusal, mayWait: boolean, gateway: Gateway): Promise<void> {
  const { attachment, call } = relayed;
  if (attachment !== undefined && (attachment.isTaken() || mayWait)) {
    // Whoever resumed it goes on with it; or whoever will.
    call.reply.end();
    if (attachment.wait()) return;
  }
  await refuse(call, gateway, refusal);
}

/** What became of one message: whether the call is answered by now, and whether to listen on. */
type Heed = 'listen' | 'answered' | 'late' | 'over';

async function heedFault(relayed: Relayed, fault: UpstreamFault, gateway: Gateway): Promise<void> {
  const { call, isAnswered } = relayed;
  if (isAnswered) return;
  const end = exchangeEndOf(call, gateway, fault.executed) ?? cutOf(call, gateway, fault.executed);
  const isCancelled = call.gone.aborted && (call.era === 'modern' || call.cut.signal.aborted);
  const refusal = end ?? (isCancelled ? missingAnswer(call) : upstreamRefusal(fault, idOf(call)));
  // A connection that broke is no answer: the client comes back, as it would to the server itself.
  const isBroken = fault.code === 'upstream_unavailable' && fault.reason !== 'session_lost' && !call.cut.signal.aborted;
  await leaveUnanswered(relayed, refusal, end === undefined && isBroken, gateway);
}

async function heed(relayed: Relayed, item: Result<UpstreamMessage, UpstreamFault>, gateway: Gateway): Promise<Heed> {
  const { call, isAnswered } = relayed;
  if (!item.ok) {
    await heedFault(relayed, item.error, gateway);
    return 'over';
  }
  attachBy(item.value, relayed, gateway);
  if (item.value.bytes.length === 0) {
    if (!isAnswered) await passFrame(call, item.value, gateway);
    return 'listen';
  }
  const heardMs = gateway.monotonic();
  const done = await hear(call, item.value, isAnswered, gateway);
  if (done.ok && done.value.role === 'final') {
    measureAnswer(done.value, heardMs, gateway);
    return 'answered';
  }
  if (done.ok) return done.value.role === 'late' ? 'late' : 'listen';
  if (!isAnswered) await refuseMessage(call, done.error, gateway);
  return 'over';
}

/** Ends the exchange after some time: of what expects no answer, of one nobody claims, of an answered one that goes on. */
function timerOf(call: Forwarded) {
  let cutting: NodeJS.Timeout | undefined;
  return {
    /** The first time counts. */
    within: (ms: number): void => void (cutting ??= setTimeout(() => call.cut.abort(), ms)),
    clear: (): void => {
      clearTimeout(cutting);
      cutting = undefined;
    },
  };
}

async function relayMessages(relayed: Relayed, place: string, gateway: Gateway): Promise<Heed> {
  const { call } = relayed;
  const { limits } = gateway;
  const timer = timerOf(call);
  let late = 0;
  // What expects no answer gets no stream; and a legacy call whose client left is waited for, but not for ever.
  if (call.message.kind !== 'request') timer.within(limits.lateListenMs);
  const stopWaiting = (): void => timer.within(limits.unclaimedAnswerMs);
  if (call.gone.aborted) stopWaiting();
  else call.gone.addEventListener('abort', stopWaiting, { once: true });
  try {
    for await (const item of call.answer.messages) {
      const heeded = await heed(relayed, item, gateway);
      if (heeded === 'over') return 'over';
      if (heeded === 'answered') {
        relayed.isAnswered = true;
        relayed.attachment?.close();
        releaseId(call);
        call.reply.end();
        gateway.admission.leave(place);
        // A server that goes on talking, or never closes, must not hold the exchange open.
        timer.clear();
        timer.within(limits.lateListenMs);
      }
      if (heeded === 'late') late += 1;
      if (late > LATE_MESSAGES_MAX) break;
    }
  } finally {
    call.gone.removeEventListener('abort', stopWaiting);
    timer.clear();
  }
  return relayed.isAnswered ? 'answered' : 'listen';
}

/** @param place what it is admitted as: the call itself, or the GET that resumes it. */
export async function relay(call: Forwarded, gateway: Gateway, place: string = call.id): Promise<void> {
  if (call.answer.form === 'none') return relaySilence(call, gateway);
  noteLostSession(call, gateway);
  const isStream = call.answer.form === 'sse';
  const relayed: Relayed = { call, attachment: undefined, isAnswered: false };
  if (isStream) {
    gateway.admission.streams(place);
    gateway.metrics.streams(call.connectionName, 1);
    call.reply.open(downwardHeaders(call), 'when_quiet');
  }
  if (call.resumed !== undefined) attach(relayed, gateway);
  try {
    const ended = await relayMessages(relayed, place, gateway);
    if (ended === 'over') return;
    if (ended === 'listen' && call.message.kind === 'request') {
      const end = exchangeEndOf(call, gateway, 'unknown') ?? cutOf(call, gateway, 'unknown');
      const isCut = call.cut.signal.aborted;
      return await leaveUnanswered(relayed, end ?? missingAnswer(call), end === undefined && !isCut, gateway);
    }
    call.reply.end();
    if (ended === 'listen') measureSilence(call, gateway);
  } finally {
    relayed.attachment?.close();
    if (isStream) gateway.metrics.streams(call.connectionName, -1);
  }
}
