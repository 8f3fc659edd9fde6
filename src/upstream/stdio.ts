/**
 * An MCP server that is a program: one process per caller, or one for all when the connection says `shared`. It starts them,
 * keeps them within their caps, ends idle ones, and knows which legacy session lives in which process. What is said over
 * the pipes is conversation.ts's; how a process is started and ended is process-group.ts's.
 */
import type { Limits } from '#limits.ts';
import { LineDecoder } from '#mcp/ndjson.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { Conversation } from '#upstream/conversation.ts';
import type { CallInProgress, ConversationLimits } from '#upstream/conversation.ts';
import { spendIntent } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import type { ProcessBudget } from '#upstream/process-budget.ts';
import { startProcessGroup } from '#upstream/process-group.ts';
import type { ProcessGroup, Program } from '#upstream/process-group.ts';
import { createRestartPace } from '#upstream/restart-pace.ts';
import type { RestartPace } from '#upstream/restart-pace.ts';
import { serverEnvironment } from '#upstream/server-environment.ts';
import type { ServerEvents } from '#upstream/server-events.ts';
import { createStderrLines } from '#upstream/stderr-lines.ts';
import type { CancelTimer, Timers } from '#upstream/timers.ts';

export type StdioUpstreamSettings = Program & {
  /** Name of the connection. */
  readonly connection: string;
  readonly shared: boolean;
};

export type StdioUpstreamLimits = ConversationLimits &
  Pick<
    Limits,
    | 'messageBytes'
    | 'sessions'
    | 'stdioClientsPerProcess'
    | 'stdioIdleMs'
    | 'stdioQueuedBytes'
    | 'stdioRestartMs'
    | 'stdioRestartMsMax'
    | 'stdioStableMs'
    | 'stdioStderrLineBytes'
    | 'stdioStderrLinesPerSecond'
    | 'stdioStopMs'
    | 'upstreamIdleMs'
  >;

export type StdioUpstreamParts = {
  readonly limits: StdioUpstreamLimits;
  readonly timers: Timers;
  /** Shared by all stdio connections of the gateway. */
  readonly budget: ProcessBudget;
  /** The gateway's environment, of which little is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly events: ServerEvents;
  readonly maskLine: (text: string) => string;
  /** Registers what must run synchronously when the gateway exits; gives the way to unregister. */
  readonly atExit: (run: () => void) => () => void;
};

/** Callbacks to the gateway that may be pending before the pipe is held back. */
const PENDING_EVENTS_MAX = 32;
/** Has no end of its own and may be silent for hours (MCP 2026-07-28, Subscriptions). */
const SILENT_METHOD = 'subscriptions/listen';

const unavailable = (reason: string, executed: UpstreamFault['executed'] = 'no') =>
  err<UpstreamFault>({ code: 'upstream_unavailable', executed, reason });

export function createStdioUpstream(settings: StdioUpstreamSettings, parts: StdioUpstreamParts): Upstream {
  const processes = new Processes(settings, parts);
  return {
    exchange: async (request) => {
      const intent = spendIntent(request);
      if (request.signal.aborted) return unavailable('aborted');
      const found = await processes.for(request);
      if (!found.ok) return found;
      const { conversation } = found.value;
      if (request.kind === 'request') {
        const call = conversation.call(request, intent);
        return call.ok ? answerOf(request, call.value, parts.limits.upstreamIdleMs) : call;
      }
      const sent = request.kind === 'response' ? conversation.respond(request) : conversation.notify(request);
      return sent.ok ? ok(answered(202, 'none', nothing())) : sent;
    },
    endSession: async ({ gatewaySession }) => {
      if (gatewaySession !== undefined) processes.forget(gatewaySession);
      return ok(204);
    },
    endCallers: (isMeant) => processes.endCallers(isMeant),
    close: () => processes.close(),
  };
}

const answered = (
  status: number,
  form: UpstreamAnswer['form'],
  messages: UpstreamAnswer['messages'],
): UpstreamAnswer => ({ status, headers: [], sessionId: undefined, form, messages });

async function* nothing(): UpstreamAnswer['messages'] {}

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

type Running = {
  readonly owner: string;
  readonly group: ProcessGroup;
  readonly conversation: Conversation;
  readonly sessions: Set<string>;
  /** Through which clients its caller came. */
  readonly clients: Set<string>;
  cancelIdle: CancelTimer;
};

class Processes {
  readonly #settings: StdioUpstreamSettings;
  readonly #parts: StdioUpstreamParts;
  readonly #program: Program;
  readonly #pace: RestartPace;
  readonly #byOwner = new Map<string, Running>();
  /** Legacy session → the process it was initialised in. A session that is not here has lost its process. */
  readonly #bySession = new Map<string, Running>();
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(settings: StdioUpstreamSettings, parts: StdioUpstreamParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#program = { ...settings, env: serverEnvironment(parts.env, settings.env, process.platform) };
    this.#pace = createRestartPace(parts.limits);
  }

  /** The process this message goes to. Only what can begin a conversation starts one. */
  async for(request: UpstreamRequest): Promise<Result<Running, UpstreamFault>> {
    if (this.#isClosed) return unavailable('closed');
    const { gatewaySession } = request;
    if (gatewaySession !== undefined && request.method !== 'initialize') {
      const bound = this.#bySession.get(gatewaySession);
      return bound === undefined ? unavailable('session_lost') : this.#used(bound, request);
    }
    const owner = this.#settings.shared ? `\0shared\n${this.#settings.connection}` : request.caller;
    const running = this.#byOwner.get(owner);
    if (running === undefined && request.kind === 'response') return unavailable('session_lost');
    // Nothing is awaited before a started process is in the map, so two first calls share one process.
    const found = running === undefined ? await this.#start(owner, request) : this.#used(running, request);
    if (found.ok && gatewaySession !== undefined) this.#bind(gatewaySession, found.value);
    return found;
  }

  forget(gatewaySession: string): void {
    this.#bySession.get(gatewaySession)?.sessions.delete(gatewaySession);
    this.#bySession.delete(gatewaySession);
  }

  /** A shared process is nobody's. */
  endCallers(isMeant: (caller: string, clients: readonly string[]) => boolean): void {
    if (this.#settings.shared) return;
    for (const running of this.#byOwner.values()) {
      if (isMeant(running.owner, [...running.clients]))
        this.#end(running, { code: 'upstream_unavailable', executed: 'unknown', reason: 'caller_ended' });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const running of this.#byOwner.values()) {
      this.#end(running, { code: 'upstream_unavailable', executed: 'unknown', reason: 'closed' });
    }
    await Promise.all(this.#ending);
  }

  #used(running: Running, request: UpstreamRequest): Result<Running, UpstreamFault> {
    if (!this.#through(running, request.client)) return unavailable('busy');
    if (running.conversation.isIdle) this.#idle(running, true);
    return ok(running);
  }

  /** False for a caller who came through too many clients to remember: a process must be found by each of them. */
  #through(running: Running, client: string | undefined): boolean {
    if (client === undefined || this.#settings.shared || running.clients.has(client)) return true;
    if (running.clients.size >= this.#parts.limits.stdioClientsPerProcess) return false;
    running.clients.add(client);
    return true;
  }

  #bind(gatewaySession: string, running: Running): void {
    this.forget(gatewaySession);
    if (this.#byOwner.get(running.owner) !== running) return;
    this.#bySession.set(gatewaySession, running);
    running.sessions.add(gatewaySession);
    const oldest = this.#bySession.keys().next();
    if (this.#bySession.size > this.#parts.limits.sessions && !oldest.done) this.forget(oldest.value);
  }

  async #start(owner: string, { client }: UpstreamRequest): Promise<Result<Running, UpstreamFault>> {
    const { limits, timers, budget, events, maskLine, atExit } = this.#parts;
    const startedMs = timers.nowMs();
    if (this.#pace.waitMs(owner, startedMs) > 0) return unavailable('restart_pace');
    const giveBack = budget.take(owner);
    if (giveBack === undefined) return unavailable('busy');

    const speaker = { connection: this.#settings.connection, caller: this.#settings.shared ? undefined : owner };
    const lines = new LineDecoder(limits.messageBytes);
    const ended = Promise.withResolvers<void>();
    const started = startProcessGroup(this.#program, {
      limits,
      timers,
      atExit,
      onStdout: (chunk) => this.#hear(running, lines, chunk),
      onStderr: createStderrLines({
        limits,
        nowMs: () => timers.nowMs(),
        maskLine,
        log: (line) => events.onStderr({ ...speaker, pid: running.group.pid, line }),
      }),
      onEnded: (reason) => {
        giveBack();
        const asked = this.#byOwner.get(owner) !== running;
        if (!asked) this.#pace.died(owner, startedMs, timers.nowMs());
        this.#drop(running, { code: 'upstream_unavailable', executed: 'unknown', reason });
        events.onEnded({ ...speaker, pid: running.group.pid, reason, asked });
        ended.resolve();
      },
    });
    if (!started.ok) {
      giveBack();
      this.#pace.died(owner, startedMs, startedMs);
      return unavailable(`start_failed ${await started.error}`);
    }
    const group = started.value;
    const sessions = new Set<string>();
    const clients = new Set(client === undefined ? [] : [client]);
    const conversation = new Conversation({
      limits,
      timers,
      speaker,
      events,
      write: (line) => group.write(line),
      sessions: () => [...sessions],
      onBacklog: (bytes, pending) => group.pauseStdout(bytes > limits.stdioQueuedBytes || pending > PENDING_EVENTS_MAX),
      onIdle: (isIdle) => this.#idle(running, isIdle),
    });
    const running: Running = { owner, group, conversation, sessions, clients, cancelIdle: () => {} };
    this.#byOwner.set(owner, running);
    this.#idle(running, true);
    const gone = ended.promise.finally(() => this.#ending.delete(gone));
    this.#ending.add(gone);
    return ok(running);
  }

  #hear(running: Running, lines: LineDecoder, chunk: Buffer): void {
    if (this.#byOwner.get(running.owner) !== running) return;
    const cut = lines.push(chunk);
    if (!cut.ok) return this.#distrust(running, 'line_too_long');
    for (const line of cut.value) {
      if (!running.conversation.receive(line)) return this.#distrust(running, 'not_json');
    }
  }

  /** After a line that is no message, the place of the next message is a guess. */
  #distrust(running: Running, reason: string): void {
    this.#pace.died(running.owner, this.#parts.timers.nowMs(), this.#parts.timers.nowMs());
    this.#end(running, { code: 'upstream_invalid', executed: 'unknown', reason });
  }

  #idle(running: Running, isIdle: boolean): void {
    running.cancelIdle();
    if (!isIdle) return;
    running.cancelIdle = this.#parts.timers.after(this.#parts.limits.stdioIdleMs, () =>
      this.#end(running, { code: 'upstream_unavailable', executed: 'no', reason: 'idle' }),
    );
  }

  #end(running: Running, fault: UpstreamFault): void {
    this.#drop(running, fault);
    void running.group.stop();
  }

  /** From here on the process is nobody's: its sessions are lost, the next call starts another. */
  #drop(running: Running, fault: UpstreamFault): void {
    running.cancelIdle();
    running.conversation.end(fault);
    for (const session of running.sessions) this.#bySession.delete(session);
    running.sessions.clear();
    if (this.#byOwner.get(running.owner) === running) this.#byOwner.delete(running.owner);
  }
}
