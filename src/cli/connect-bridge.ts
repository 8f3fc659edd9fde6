/**
 * Between a client that speaks stdio and an endpoint that speaks streamable HTTP: each line of the client becomes one POST,
 * each message that comes back one line. It keeps what HTTP needs and stdio has not: the session, the revision, streams,
 * and for the modern era the closing of a stream that stands for `notifications/cancelled`. A request always gets an
 * answer, if only an error that says whether it may have run; nothing is sent twice.
 */
import type { Endpoint, EndpointAnswer } from '#cli/connect-endpoint.ts';
import { errorUnderId, failureMessage, invalidAnswer } from '#cli/connect-failure.ts';
import type { ConnectFailure } from '#cli/connect-failure.ts';
import { legacyHeaders, modernHeaders, ToolHeaders } from '#cli/connect-headers.ts';
import type { LegacySession } from '#cli/connect-headers.ts';
import { follow, keepListening } from '#cli/connect-streams.ts';
import type { Events, Place, StreamLimits } from '#cli/connect-streams.ts';
import type { Limits } from '#limits.ts';
import { parseJson, stringMember } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message, NotificationMessage, RequestMessage } from '#mcp/jsonrpc.ts';
import type { HeaderPair } from '#upstream/port.ts';
import type { Timers } from '#upstream/timers.ts';

export type BridgeLimits = StreamLimits &
  Pick<
    Limits,
    | 'connectAnswerMs'
    | 'connectCallsInFlight'
    | 'connectDrainMs'
    | 'connectEndMs'
    | 'connectTools'
    | 'jsonDepth'
    | 'jsonNodes'
  >;

export type BridgeParts = {
  readonly endpoint: Endpoint;
  readonly limits: BridgeLimits;
  readonly timers: Timers;
  /** One message to the client; resolves when it may be sent more. */
  readonly write: (message: Buffer) => Promise<void>;
  /** A sentence for people. */
  readonly say: (text: string) => void;
};

/** A request on its way. */
type Call = {
  readonly request: RequestMessage;
  /** Aborting closes its stream. */
  readonly stop: AbortController;
  readonly place: Place;
  isAnswered: boolean;
};

/** May be silent for hours and has no end of its own, so nobody waits for it at the end. */
const SILENT_METHOD = 'subscriptions/listen';
const VERSION = /^\d{4}-\d{2}-\d{2}$/;
const SESSION_LOST: ConnectFailure = {
  code: 'unknown_session',
  executed: 'no',
  message: 'The session has ended; start the server again.',
};

export class Bridge {
  readonly #parts: BridgeParts;
  readonly #tools: ToolHeaders;
  readonly #calls = new Map<Call, Promise<void>>();
  /** All that is to end when this ends. */
  readonly #stop = new AbortController();
  readonly #lost = Promise.withResolvers<void>();
  #listening: AbortController | undefined;
  #session: LegacySession = { sessionId: undefined, version: undefined };
  /** What requests and notifications wait for: that `initialize` is answered. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: BridgeParts) {
    this.#parts = parts;
    this.#tools = new ToolHeaders(parts.limits);
  }

  /** Resolves when the session is gone: for a client over stdio, that is the end of its server. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** A line of the client. Resolves when more lines may come, not when it is answered. */
  async receive(line: Buffer): Promise<void> {
    const doc = this.#parse(line);
    const message = typeof doc === 'string' ? doc : readMessage(doc);
    if (typeof message === 'string')
      return this.#refuse({ code: message, executed: 'no', message: NOT_JSON }, undefined);
    if (!message.ok) {
      const { code, idText } = message.error;
      return this.#refuse({ code, executed: 'no', message: NOT_A_MESSAGE }, idText);
    }
    await this.#send(message.value);
  }

  /** Waits for answers on their way, at most so long, then ends streams and session. */
  async end(now: AbortSignal): Promise<void> {
    const { timers, limits, endpoint } = this.#parts;
    const awaited = [...this.#calls].filter(([{ request }]) => request.method !== SILENT_METHOD);
    const enough = Promise.withResolvers<void>();
    const cancel = timers.after(limits.connectDrainMs, enough.resolve);
    now.addEventListener('abort', () => enough.resolve(), { once: true });
    if (now.aborted) enough.resolve();
    await Promise.race([Promise.all(awaited.map(([, done]) => done)), enough.promise]);
    cancel();
    this.#stop.abort();
    for (const { stop } of this.#calls.keys()) stop.abort();
    this.#listening?.abort();
    await Promise.all(this.#calls.values());
    if (this.#session.sessionId === undefined) return;
    const headers = legacyHeaders(this.#session);
    const ended = {
      method: 'DELETE',
      headers,
      timeoutMs: limits.connectEndMs,
      signal: new AbortController().signal,
    } as const;
    // 405 is how a server says that it ends sessions itself; and there is nobody left to tell.
    await endpoint.ask(ended);
  }

  async #send(message: Message): Promise<void> {
    if (message.kind === 'request') return this.#call(message);
    if (message.kind === 'notification' && this.#cancels(message)) return;
    // A client's answer overtakes: what it answers may be what everything else waits for.
    if (message.kind === 'notification') await this.#turn;
    // The next line waits until it is taken, so that no request arrives before `notifications/initialized`.
    await this.#tell(message);
  }

  async #call(request: RequestMessage): Promise<void> {
    const { limits } = this.#parts;
    if (this.#calls.size >= limits.connectCallsInFlight)
      return this.#refuse({ code: 'rate_limited', executed: 'no', message: TOO_MANY }, request.idText);
    const headers = this.#headersOf(request);
    if (headers === undefined)
      return this.#refuse({ code: 'invalid_request', executed: 'no', message: NOT_A_MESSAGE }, request.idText);
    const place: Place = { lastEventId: undefined, retryMs: limits.connectRetryMs };
    const call: Call = { request, stop: new AbortController(), place, isAnswered: false };
    const done = this.#turn.then(() => this.#run(call)).finally(() => this.#calls.delete(call));
    this.#calls.set(call, done);
    if (request.method === 'initialize' && request.protocolVersion === undefined) this.#turn = done;
  }

  async #run(call: Call): Promise<void> {
    const { request, stop } = call;
    const failure = await this.#exchange(call);
    const isCancelled = stop.signal.aborted && !this.#stop.signal.aborted;
    if (call.isAnswered || isCancelled) return;
    await this.#refuse(failure ?? invalidAnswer('The gateway ended its answer before it was complete'), request.idText);
    if (failure?.code === 'unknown_session') this.#lost.resolve();
  }

  /** Gives why no answer came, where something says. */
  async #exchange(call: Call): Promise<ConnectFailure | undefined> {
    const { endpoint, limits } = this.#parts;
    const { request, stop } = call;
    const isLegacy = request.protocolVersion === undefined;
    if (isLegacy && request.method === 'initialize') this.#forget();
    const session = this.#session;
    const answer = await endpoint.ask({
      method: 'POST',
      headers: this.#headersOf(request) ?? [],
      body: request.doc.bytes,
      timeoutMs: limits.connectAnswerMs,
      signal: stop.signal,
    });
    if (!answer.ok) return this.#isLoss(answer.error.status, session) ? SESSION_LOST : answer.error;
    const { value } = answer;
    if (isLegacy && request.method === 'initialize') this.#session = { sessionId: value.sessionId, version: undefined };
    if (value.form === 'none') return invalidAnswer('The gateway gave no answer');
    if (value.form === 'json') return this.#hearOne(call, value, session);
    return this.#hearStream(call, value.events, isLegacy);
  }

  async #hearOne(
    call: Call,
    { bytes, status }: EndpointAnswer & { readonly form: 'json' },
    session: LegacySession,
  ): Promise<ConnectFailure | undefined> {
    if (this.#isLoss(status, session)) return SESSION_LOST;
    await this.#hear(call, bytes);
    if (call.isAnswered) return undefined;
    // An error about a message whose id the gateway did not get to read.
    const doc = this.#parse(bytes);
    const named = typeof doc === 'string' ? undefined : errorUnderId(doc, call.request.idText);
    if (named === undefined) return undefined;
    call.isAnswered = true;
    await this.#parts.write(named);
    return undefined;
  }

  async #hearStream(call: Call, events: Events, isLegacy: boolean): Promise<ConnectFailure | undefined> {
    const { stop, place } = call;
    const hear = (message: Buffer): Promise<boolean> => this.#hear(call, message);
    if (await follow(events, place, hear)) return undefined;
    if (!isLegacy || place.lastEventId === undefined || stop.signal.aborted) return undefined;
    const { endpoint, timers, limits } = this.#parts;
    const headers = (): HeaderPair[] => legacyHeaders(this.#session);
    const ended = await keepListening({ endpoint, timers, limits, headers, hear, signal: stop.signal }, place, 'call');
    return typeof ended === 'string' ? undefined : { ...ended, executed: 'unknown' };
  }

  /** A message on the stream of a call. True when it answers it. */
  async #hear(call: Call, bytes: Buffer): Promise<boolean> {
    const { request, stop } = call;
    const doc = this.#parse(bytes);
    const message = typeof doc === 'string' ? undefined : readMessage(doc);
    if (stop.signal.aborted) return true;
    if (message?.ok !== true) {
      this.#parts.say('the gateway sent something that is no message; it is dropped');
      return false;
    }
    if (message.value.kind !== 'response') {
      await this.#parts.write(bytes);
      return false;
    }
    if (message.value.idKey !== request.idKey) {
      if (message.value.idKey !== undefined)
        this.#parts.say('the gateway sent an answer nobody asked for; it is dropped');
      return false;
    }
    call.isAnswered = true;
    await this.#parts.write(this.#learn(request, message.value.doc));
    return true;
  }

  /** What an answer teaches about what follows; and the answer as it goes on. */
  #learn(request: RequestMessage, doc: JsonDocument): Buffer {
    if (request.method === 'tools/list') return this.#tools.learn(doc, this.#parts.say);
    if (request.method === 'initialize' && doc.root.kind === 'object') {
      const result = doc.root.members.find(({ key }) => key === 'result')?.value;
      const version = stringMember(result, 'protocolVersion') ?? '';
      if (VERSION.test(version)) this.#session = { ...this.#session, version };
    }
    return doc.bytes;
  }

  /** A notification, or the client's answer to a request of the server: taken or not, it has no answer. */
  async #tell(message: Exclude<Message, RequestMessage>): Promise<void> {
    const { endpoint, limits, say } = this.#parts;
    const headers = this.#headersOf(message);
    if (headers === undefined) return say('a message with an impossible protocol version is dropped');
    const body = message.doc.bytes;
    const asking = {
      method: 'POST',
      headers,
      body,
      timeoutMs: limits.connectTakenMs,
      signal: this.#stop.signal,
    } as const;
    const session = this.#session;
    const answer = await endpoint.ask(asking);
    const status = answer.ok ? (answer.value.form === 'json' ? answer.value.status : 202) : answer.error.status;
    if (answer.ok && answer.value.form === 'sse') for await (const event of answer.value.events) if (!event.ok) break;
    if (this.#isLoss(status, session)) return this.#lost.resolve();
    const what = message.kind === 'notification' ? message.method : 'an answer';
    if (!answer.ok) return say(`${what} was not delivered: ${answer.error.message}`);
    if (status !== undefined && status >= 400) return say(`${what} was refused with HTTP status ${status}`);
    const isBegin = message.kind === 'notification' && message.method === 'notifications/initialized';
    if (isBegin && message.protocolVersion === undefined) this.#listen();
  }

  /** The stream of what the server says unasked; a server without one answers 405. */
  #listen(): void {
    this.#listening?.abort();
    const stop = new AbortController();
    this.#listening = stop;
    const { endpoint, timers, limits, write, say } = this.#parts;
    const session = this.#session;
    const hear = async (bytes: Buffer): Promise<boolean> => {
      const doc = this.#parse(bytes);
      const message = typeof doc === 'string' ? undefined : readMessage(doc);
      if (stop.signal.aborted) return true;
      if (message?.ok === true) await write(bytes);
      else say('the gateway sent something that is no message; it is dropped');
      return false;
    };
    const parts = { endpoint, timers, limits, headers: () => legacyHeaders(session), hear, signal: stop.signal };
    const place: Place = { lastEventId: undefined, retryMs: limits.connectRetryMs };
    const listen = async (): Promise<void> => {
      const ended = await keepListening(parts, place, 'server');
      if (typeof ended === 'string' || ended.status === 405) return;
      if (this.#isLoss(ended.status, session)) this.#lost.resolve();
      else say(`no stream for what the server says by itself: ${ended.message}`);
    };
    void listen();
  }

  /**
   * Over HTTP the modern era cancels by closing the stream (MCP 2026-07-28, Cancellation), so the notification goes no
   * further; and nothing of the call is shown any more.
   */
  #cancels({ cancels, method }: NotificationMessage): boolean {
    if (method !== 'notifications/cancelled' || cancels === undefined) return false;
    let isClosed = false;
    for (const { request, stop } of this.#calls.keys()) {
      if (request.idKey !== cancels || request.protocolVersion === undefined) continue;
      stop.abort();
      isClosed = true;
    }
    return isClosed;
  }

  #forget(): void {
    this.#listening?.abort();
    this.#listening = undefined;
    this.#session = { sessionId: undefined, version: undefined };
  }

  /** A session that the gateway does not know any more (MCP 2025-11-25, Session Management). */
  #isLoss = (status: number | undefined, { sessionId }: LegacySession): boolean =>
    status === 404 && sessionId !== undefined;

  /** Undefined for a version that cannot be a header. */
  #headersOf(message: Message): HeaderPair[] | undefined {
    const version = message.kind === 'response' ? undefined : message.protocolVersion;
    if (version === undefined) return legacyHeaders(this.#session);
    if (!/^[\x21-\x7e]{1,64}$/.test(version) || message.kind === 'response') return undefined;
    return modernHeaders({ ...message, protocolVersion: version }, this.#tools);
  }

  #refuse(failure: ConnectFailure, idText: string | undefined): Promise<void> {
    return this.#parts.write(failureMessage(failure, idText));
  }

  /** The code of the fault instead, when it is not one unambiguous JSON text. */
  #parse(bytes: Buffer): JsonDocument | string {
    const { jsonDepth, jsonNodes } = this.#parts.limits;
    const doc = parseJson(bytes, { depth: jsonDepth, nodes: jsonNodes });
    return doc.ok ? doc.value : doc.error.code === 'too_many' ? 'too_deep' : doc.error.code;
  }
}

const NOT_JSON = 'The line is not one unambiguous JSON text; it was not sent.';
const NOT_A_MESSAGE = 'The line is not a valid JSON-RPC 2.0 message of MCP; it was not sent.';
const TOO_MANY = 'Too many requests are on their way; this one was not sent.';
