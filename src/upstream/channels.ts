/**
 * The open ways to one MCP server that is not asked request by request: pipes of processes (stdio.ts), or event streams
 * with their endpoints (sse.ts). It opens them when a message needs one, keeps apart whose they are, ends idle ones, and
 * knows which legacy session lives in which. What is said over one is conversation.ts's; how one is opened, its kind's.
 */
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { Conversation } from '#upstream/conversation.ts';
import type { UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { createRestartPace } from '#upstream/restart-pace.ts';
import type { RestartPace } from '#upstream/restart-pace.ts';
import type { ServerEvents } from '#upstream/server-events.ts';
import type { CancelTimer, Timers } from '#upstream/timers.ts';

export type ChannelLimits = Pick<
  Limits,
  'jsonDepth' | 'jsonNodes' | 'sessions' | 'stdioRestartMs' | 'stdioRestartMsMax' | 'stdioStableMs'
> & {
  /** Calls open on one channel. */
  readonly pendingCalls: number;
  /** Bytes that may wait for readers before the channel is held back. */
  readonly queuedBytes: number;
  readonly idleMs: number;
  /** Clients through which one caller may use a channel. */
  readonly clients: number;
};

/** Whose a channel is. */
export type ChannelOwner = {
  readonly key: string;
  /** What is started ever more rarely when it keeps dying young. */
  readonly pace: string;
  /** Undefined when all callers share it. */
  readonly caller: string | undefined;
};

export type Channel = {
  /** Sends a message whole or not at all, in the order of the calls. `request`: undefined for what the gateway itself says. */
  write(message: Buffer, request: UpstreamRequest | undefined): Promise<Result<void, UpstreamFault>>;
  pause(isPaused: boolean): void;
  stop(): void;
  /** Nothing of it is left running. */
  readonly gone: Promise<void>;
};

/** What a channel tells of itself. */
export type ChannelEvents = {
  /** One message. False: it was none, and the channel is ended. */
  hear(message: Buffer): boolean;
  /** What comes cannot be relied on any more: ended. */
  distrust(reason: string): void;
  /** The server is gone. Gives whether that was asked for. */
  ended(reason: string): boolean;
  /** Aborted when it is nobody's any more. */
  readonly dropped: AbortSignal;
};

export type ChannelsParts = {
  /** Name of the connection. */
  readonly connection: string;
  readonly limits: ChannelLimits;
  readonly timers: Timers;
  readonly events: ServerEvents;
  readonly ownerOf: (request: UpstreamRequest) => ChannelOwner;
  /** A channel that is its session's alone ends with it. */
  readonly endsWithSession: boolean;
  /**
   * A server that serves both eras takes all that comes over one channel to be of the era of its first message (MCP
   * 2026-07-28, stdio, Backward Compatibility): an owner with clients of both has a channel for each.
   */
  readonly splitsEras: boolean;
  /** Nothing of the message is sent by opening, so a fault says executed `no`. */
  readonly open: (
    owner: ChannelOwner,
    request: UpstreamRequest,
    events: ChannelEvents,
  ) => Promise<Result<Channel, UpstreamFault>>;
};

/** Callbacks to the gateway that may be pending before a channel is held back. */
const PENDING_EVENTS_MAX = 32;

export const unavailable = (reason: string, executed: UpstreamFault['executed'] = 'no') =>
  err<UpstreamFault>({ code: 'upstream_unavailable', executed, reason });

type Running = {
  readonly owner: ChannelOwner;
  /** Under which key it is found. */
  place: string;
  readonly conversation: Conversation;
  readonly sessions: Set<string>;
  /** Through which clients its caller came. */
  readonly clients: Set<string>;
  readonly dropped: AbortController;
  channel: Channel | undefined;
  opened: Promise<Result<Channel, UpstreamFault>>;
  cancelIdle: CancelTimer;
};

export class Channels {
  readonly #parts: ChannelsParts;
  readonly #pace: RestartPace;
  readonly #byPlace = new Map<string, Running>();
  /** Legacy session → the channel it was initialised over. A session that is not here has lost it. */
  readonly #bySession = new Map<string, Running>();
  /** Who listens in a session before its first message. */
  readonly #awaited = new Map<string, PromiseWithResolvers<Conversation | undefined>>();
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: ChannelsParts) {
    this.#parts = parts;
    this.#pace = createRestartPace(parts.limits);
  }

  /** The conversation this message is part of. Only what can begin one opens a channel. */
  async for(request: UpstreamRequest): Promise<Result<Conversation, UpstreamFault>> {
    const found = this.#find(request);
    if (!found.ok) return found;
    const running = found.value;
    if (running.channel === undefined) {
      const opened = await unlessAborted(running.opened, request.signal);
      if (!opened.ok) return opened;
    }
    return ok(running.conversation);
  }

  /** The conversation a session is part of; undefined for one that has lost it. */
  ofSession(gatewaySession: string): Conversation | undefined {
    return this.#bySession.get(gatewaySession)?.conversation;
  }

  /** The conversation of a session when it begins; undefined when `signal` aborts before, or another waits for it. */
  async begun(gatewaySession: string, signal: AbortSignal): Promise<Conversation | undefined> {
    const bound = this.#bySession.get(gatewaySession);
    if (bound !== undefined || signal.aborted || this.#isClosed) return bound?.conversation;
    const awaited = Promise.withResolvers<Conversation | undefined>();
    const leave = (): void => awaited.resolve(undefined);
    this.#awaited.get(gatewaySession)?.resolve(undefined);
    this.#awaited.set(gatewaySession, awaited);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await awaited.promise;
    } finally {
      signal.removeEventListener('abort', leave);
      if (this.#awaited.get(gatewaySession) === awaited) this.#awaited.delete(gatewaySession);
    }
  }

  forget(gatewaySession: string): void {
    const running = this.#bySession.get(gatewaySession);
    if (running === undefined) return;
    this.#bySession.delete(gatewaySession);
    running.sessions.delete(gatewaySession);
    running.conversation.forget(gatewaySession);
    if (this.#parts.endsWithSession && running.sessions.size === 0)
      this.#end(running, { code: 'upstream_unavailable', executed: 'unknown', reason: 'session_ended' });
  }

  /** A shared channel is nobody's. */
  endCallers(isMeant: (caller: string, clients: readonly string[]) => boolean): void {
    for (const running of this.#byPlace.values()) {
      const { caller } = running.owner;
      if (caller !== undefined && isMeant(caller, [...running.clients]))
        this.#end(running, { code: 'upstream_unavailable', executed: 'unknown', reason: 'caller_ended' });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#awaited.values()) resolve(undefined);
    for (const running of this.#byPlace.values()) {
      this.#end(running, { code: 'upstream_unavailable', executed: 'unknown', reason: 'closed' });
    }
    await Promise.all(this.#ending);
  }

  /** Nothing is awaited before a channel that is being opened is in the map, so two first calls share one. */
  #find(request: UpstreamRequest): Result<Running, UpstreamFault> {
    if (this.#isClosed) return unavailable('closed');
    const { gatewaySession } = request;
    if (gatewaySession !== undefined && request.method !== 'initialize') {
      const bound = this.#bySession.get(gatewaySession);
      return bound === undefined ? unavailable('session_lost') : this.#used(bound, request);
    }
    const owner = this.#parts.ownerOf(request);
    const place = this.#placeOf(owner, request);
    const running = this.#byPlace.get(place);
    if (running === undefined && request.kind === 'response') return unavailable('session_lost');
    const found = running === undefined ? this.#start(owner, place, request) : this.#used(running, request);
    if (found.ok && gatewaySession !== undefined) this.#bind(gatewaySession, found.value);
    return found;
  }

  /** Where the owner's channel for this message is, or is to be. */
  #placeOf({ key }: ChannelOwner, { isModern, method }: UpstreamRequest): string {
    if (!this.#parts.splitsEras) return key;
    const unsettled = `${key}\0`;
    const settled = `${unsettled}${isModern === true ? 'modern' : 'legacy'}`;
    if (this.#byPlace.has(settled)) return settled;
    // Discovery settles nothing: a client that finds a legacy server by it goes on with `initialize`.
    if (isModern === true && method === 'server/discover') return unsettled;
    const running = this.#byPlace.get(unsettled);
    if (running !== undefined) {
      this.#byPlace.delete(unsettled);
      running.place = settled;
      this.#byPlace.set(settled, running);
    }
    return settled;
  }

  #used(running: Running, request: UpstreamRequest): Result<Running, UpstreamFault> {
    if (!this.#through(running, request.client)) return unavailable('busy');
    if (running.conversation.isIdle) this.#idle(running, true);
    return ok(running);
  }

  /** False for a caller who came through too many clients to remember: a channel must be found by each of them. */
  #through(running: Running, client: string | undefined): boolean {
    if (client === undefined || running.owner.caller === undefined || running.clients.has(client)) return true;
    if (running.clients.size >= this.#parts.limits.clients) return false;
    running.clients.add(client);
    return true;
  }

  #bind(gatewaySession: string, running: Running): void {
    if (this.#bySession.get(gatewaySession) !== running) this.forget(gatewaySession);
    this.#bySession.delete(gatewaySession);
    this.#bySession.set(gatewaySession, running);
    running.sessions.add(gatewaySession);
    this.#awaited.get(gatewaySession)?.resolve(running.conversation);
    const oldest = this.#bySession.keys().next();
    if (this.#bySession.size > this.#parts.limits.sessions && !oldest.done) this.forget(oldest.value);
  }

  #start(owner: ChannelOwner, place: string, request: UpstreamRequest): Result<Running, UpstreamFault> {
    const { connection, limits, timers, events } = this.#parts;
    if (this.#pace.waitMs(owner.pace, timers.nowMs()) > 0) return unavailable('restart_pace');
    const sessions = new Set<string>();
    const conversation = new Conversation({
      limits,
      timers,
      speaker: { connection, caller: owner.caller },
      events,
      write: async (message, from) => (await running.channel?.write(message, from)) ?? unavailable('closed'),
      sessions: () => [...sessions],
      onBacklog: (bytes, pending) => running.channel?.pause(bytes > limits.queuedBytes || pending > PENDING_EVENTS_MAX),
      onIdle: (isIdle) => this.#idle(running, isIdle),
    });
    const running: Running = {
      owner,
      place,
      conversation,
      sessions,
      clients: new Set(request.client === undefined ? [] : [request.client]),
      dropped: new AbortController(),
      channel: undefined,
      opened: Promise.resolve(unavailable('closed')),
      cancelIdle: () => {},
    };
    this.#byPlace.set(place, running);
    running.opened = this.#open(running, request);
    const gone = running.opened.then((opened) => (opened.ok ? opened.value.gone : undefined));
    const ending = gone.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ok(running);
  }

  async #open(running: Running, request: UpstreamRequest): Promise<Result<Channel, UpstreamFault>> {
    const { timers } = this.#parts;
    const { owner } = running;
    const startedMs = timers.nowMs();
    const opened = await this.#parts.open(owner, request, {
      hear: (message) => {
        if (this.#isDropped(running)) return false;
        const isMessage = running.conversation.receive(message);
        if (!isMessage) this.#distrust(running, 'not_json');
        return isMessage;
      },
      distrust: (reason) => this.#distrust(running, reason),
      ended: (reason) => {
        const isAsked = this.#isDropped(running);
        if (!isAsked) this.#pace.died(owner.pace, startedMs, timers.nowMs());
        this.#drop(running, { code: 'upstream_unavailable', executed: 'unknown', reason });
        return isAsked;
      },
      dropped: running.dropped.signal,
    });
    if (!opened.ok) {
      // A cap says nothing about the server.
      if (!this.#isDropped(running) && opened.error.reason !== 'busy')
        this.#pace.died(owner.pace, startedMs, startedMs);
      this.#drop(running, opened.error);
      return opened;
    }
    if (this.#isDropped(running)) {
      opened.value.stop();
      return unavailable('session_lost');
    }
    running.channel = opened.value;
    if (running.conversation.isIdle) this.#idle(running, true);
    return opened;
  }

  readonly #isDropped = (running: Running): boolean => running.dropped.signal.aborted;

  /** After what is no message, the place of the next message is a guess. */
  #distrust(running: Running, reason: string): void {
    if (this.#isDropped(running)) return;
    const nowMs = this.#parts.timers.nowMs();
    this.#pace.died(running.owner.pace, nowMs, nowMs);
    this.#end(running, { code: 'upstream_invalid', executed: 'unknown', reason });
  }

  #idle(running: Running, isIdle: boolean): void {
    running.cancelIdle();
    if (!isIdle || this.#isDropped(running)) return;
    running.cancelIdle = this.#parts.timers.after(this.#parts.limits.idleMs, () =>
      this.#end(running, { code: 'upstream_unavailable', executed: 'no', reason: 'idle' }),
    );
  }

  #end(running: Running, fault: UpstreamFault): void {
    this.#drop(running, fault);
    running.channel?.stop();
  }

  /** From here on it is nobody's: its sessions are lost, the next call opens another. */
  #drop(running: Running, fault: UpstreamFault): void {
    if (this.#isDropped(running)) return;
    running.dropped.abort();
    running.cancelIdle();
    running.conversation.end(fault);
    for (const session of running.sessions) this.#bySession.delete(session);
    running.sessions.clear();
    this.#byPlace.delete(running.place);
  }
}

/** A caller that leaves while a channel is being opened for all who wait leaves alone. */
async function unlessAborted<T>(
  opened: Promise<Result<T, UpstreamFault>>,
  signal: AbortSignal,
): Promise<Result<T, UpstreamFault>> {
  const aborted = Promise.withResolvers<Result<T, UpstreamFault>>();
  const onAbort = (): void => aborted.resolve(unavailable('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([opened, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
