/**
 * An upstream over channels: each exchange is a part of the conversation its caller or session has with the server. It is
 * the same for processes and for event streams.
 */
import { ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { CallMessages } from '#upstream/call-messages.ts';
import { Channels, unavailable } from '#upstream/channels.ts';
import type { ChannelsParts } from '#upstream/channels.ts';
import type { CallInProgress } from '#upstream/conversation.ts';
import { spendIntent } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault } from '#upstream/port.ts';

/** Has no end of its own and may be silent for hours (MCP 2026-07-28, Subscriptions). */
const SILENT_METHOD = 'subscriptions/listen';

/** `idleMs`: how long a call may be silent after its first message. */
export function createChannelUpstream(parts: ChannelsParts, idleMs: number): Upstream {
  const channels = new Channels(parts);
  return {
    exchange: async (request) => {
      const intent = spendIntent(request);
      if (request.signal.aborted) return unavailable('aborted');
      const found = await channels.for(request);
      if (!found.ok) return found;
      const conversation = found.value;
      if (request.kind === 'request') {
        const call = conversation.call(request, intent);
        return call.ok ? answerOf(request, call.value, idleMs) : call;
      }
      const sent = await (request.kind === 'response' ? conversation.respond(request) : conversation.notify(request));
      return sent.ok ? ok(answered(202, 'none', nothing())) : sent;
    },
    listen: async ({ gatewaySession, signal, isBeforeSession }) => {
      const conversation = gatewaySession === undefined ? undefined : channels.ofSession(gatewaySession);
      if (gatewaySession === undefined) return ok(answered(405, 'none', nothing()));
      if (conversation === undefined && isBeforeSession === true)
        return ok(answered(200, 'sse', heardFromBegin(channels, gatewaySession, signal)));
      if (conversation === undefined) return unavailable('session_lost');
      const messages = conversation.listen(gatewaySession);
      if (messages === undefined) return ok(answered(405, 'none', nothing()));
      return ok(
        answered(
          200,
          'sse',
          heardBy(messages, () => conversation.unlisten(messages), signal),
        ),
      );
    },
    endSession: async ({ gatewaySession }) => {
      if (gatewaySession !== undefined) channels.forget(gatewaySession);
      return ok(204);
    },
    endCallers: (isMeant) => channels.endCallers(isMeant),
    close: () => channels.close(),
  };
}

const answered = (
  status: number,
  form: UpstreamAnswer['form'],
  messages: UpstreamAnswer['messages'],
): UpstreamAnswer => ({ status, headers: [], sessionId: undefined, form, messages });

async function* nothing(): UpstreamAnswer['messages'] {}

/** As long as somebody listens: until `signal`, or the end of the channel or the session. */
async function* heardBy(messages: CallMessages, leave: () => void, signal: AbortSignal): UpstreamAnswer['messages'] {
  try {
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    for (;;) {
      const next = await messages.read(undefined);
      if (!next.ok) yield signal.aborted ? unavailable('aborted', 'unknown') : next;
      if (!next.ok || next.value === null) return;
      yield ok({ bytes: next.value });
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The same in a session that has yet to begin. */
async function* heardFromBegin(
  channels: Channels,
  gatewaySession: string,
  signal: AbortSignal,
): UpstreamAnswer['messages'] {
  const conversation = await channels.begun(gatewaySession, signal);
  const messages = conversation?.listen(gatewaySession);
  if (messages !== undefined) yield* heardBy(messages, () => conversation?.unlisten(messages), signal);
}

/** The form is known once the first message is: an answer alone is `json`, anything before it makes a stream. */
async function answerOf(
  request: Sendable,
  { messages, abandon }: CallInProgress,
  idleMs: number,
): Promise<Result<UpstreamAnswer, UpstreamFault>> {
  const onAbort = (): void => abandon('upstream_unavailable', 'aborted');
  request.signal.addEventListener('abort', onAbort, { once: true });
  const detach = (): void => request.signal.removeEventListener('abort', onAbort);
  const leave = (): void => {
    detach();
    abandon('upstream_unavailable', 'cancelled');
    messages.fail({ code: 'upstream_unavailable', executed: 'unknown', reason: 'cancelled' });
  };
  const first = await messages.read(request.timeoutMs);
  if (!first.ok || messages.isAnswered) detach();
  if (!first.ok) return first;
  if (first.value === null) return unavailable('no_answer', 'unknown');
  const bytes = first.value;
  const waitMs = request.method === SILENT_METHOD ? undefined : idleMs;

  async function* all(): UpstreamAnswer['messages'] {
    try {
      yield ok({ bytes });
      for (;;) {
        const next = await messages.read(waitMs);
        if (!next.ok) yield next;
        if (!next.ok || next.value === null) return;
        yield ok({ bytes: next.value });
      }
    } finally {
      leave();
    }
  }
  return ok(answered(200, messages.isAnswered ? 'json' : 'sse', all()));
}
