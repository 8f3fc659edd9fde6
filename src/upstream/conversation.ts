/**
 * The JSON-RPC conversation over one channel to a server: which answer belongs to which call, where all clients of a
 * caller may share it. It knows messages and ids; it does not know processes or streams, and writes only what it was
 * given by `exchange` or what `onServerRequest` says is recorded.
 */
import type { RecordRef } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';
import { member, parseJson, stringMember } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { CallMessages } from '#upstream/call-messages.ts';
import { Listeners } from '#upstream/listeners.ts';
import type { UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import type { ServerEvents, Speaker } from '#upstream/server-events.ts';
import type { Timers } from '#upstream/timers.ts';
import { cancellationUnder, requestUnder, restored, spelling, wireIdOfNotification } from '#upstream/wire-ids.ts';
import type { ClientIds } from '#upstream/wire-ids.ts';

export type ConversationLimits = Pick<Limits, 'jsonDepth' | 'jsonNodes'> & { readonly pendingCalls: number };

export type ConversationParts = {
  readonly limits: ConversationLimits;
  readonly timers: Timers;
  readonly speaker: Speaker;
  readonly events: Pick<ServerEvents, 'onUnattributed' | 'onServerRequest' | 'onLate' | 'onStray'>;
  /** Begins at once to send a message, whole or not at all; `request` is undefined for the gateway's own replies. */
  readonly write: (message: Buffer, request: UpstreamRequest | undefined) => Promise<Result<void, UpstreamFault>>;
  readonly sessions: () => readonly string[];
  /** Bytes that wait for readers, and events the gateway has not yet dealt with; the channel is paused while they are many. */
  readonly onBacklog: (bytes: number, events: number) => void;
  /** The last open call has ended, or the first has begun. */
  readonly onIdle: (isIdle: boolean) => void;
};

/** Who sent a call, to find what later messages of the same client refer to. */
type Sender = Pick<UpstreamRequest, 'caller' | 'gatewaySession'>;
type Call = Sender &
  ClientIds & { readonly intent: RecordRef; readonly idKey: string; readonly messages: CallMessages };

export type CallInProgress = {
  readonly messages: CallMessages;
  /** The caller no longer wants it: what still comes is late. Does nothing once it is answered. */
  readonly abandon: (code: UpstreamFault['code'], reason: string) => void;
};

/** What whoever listens hears when the server is gone: its session is, too. */
const LOST: UpstreamFault = { code: 'upstream_unavailable', executed: 'unknown', reason: 'session_lost' };

const refusal = (code: UpstreamFault['code'], reason: string) => err<UpstreamFault>({ code, executed: 'no', reason });
const isSameSender = (a: Sender, b: Sender): boolean => a.caller === b.caller && a.gatewaySession === b.gatewaySession;

/** Maps keep insertion order. */
function keepNewest<T>(map: Map<string, T>, key: string, value: T, limits: ConversationLimits): void {
  map.set(key, value);
  if (map.size <= limits.pendingCalls) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}

export class Conversation {
  readonly #parts: ConversationParts;
  readonly #open = new Map<string, Call>();
  /** Oldest forgotten first: servers need not answer what was cancelled. */
  readonly #abandoned = new Map<string, Call>();
  /** Requests of the server that were shown to a client, by id as spelled; oldest forgotten first: clients need not answer. */
  readonly #asked = new Map<string, Sender>();
  readonly #listeners: Listeners;
  #lastWireId = 0;
  #queuedBytes = 0;
  #pendingEvents = 0;
  #ended: UpstreamFault | undefined;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#listeners = new Listeners(parts.limits.pendingCalls);
  }

  get isIdle(): boolean {
    return this.#open.size === 0 && this.#listeners.isEmpty;
  }

  /** Sends a request under an id of its own. */
  call(request: UpstreamRequest, intent: RecordRef): Result<CallInProgress, UpstreamFault> {
    if (this.#ended !== undefined) return err({ ...this.#ended, executed: 'no' });
    if (this.#open.size >= this.#parts.limits.pendingCalls) return refusal('upstream_unavailable', 'busy');
    const parsed = this.#read(request.body);
    if (parsed?.kind !== 'request') return refusal('upstream_invalid', 'not_a_request');
    if (parsed.method === 'initialize' && request.gatewaySession !== undefined)
      this.#listeners.declare(request.gatewaySession, parsed);
    const wireId = String(++this.#lastWireId);
    const abandon = (code: UpstreamFault['code'], reason: string): void =>
      this.#abandon(wireId, { code, executed: 'unknown', reason });
    const messages = new CallMessages({
      timers: this.#parts.timers,
      onQueued: (bytes) => this.#queued(bytes),
      onOverdue: () => abandon('upstream_timeout', 'answer_timeout'),
    });
    const { caller, gatewaySession } = request;
    const { idText, idKey, progressTokenText } = parsed;
    const call: Call = { caller, gatewaySession, idText, idKey, progressTokenText, intent, messages };
    // Before it is written: over a stream the answer may be here before it is known that the request was taken.
    this.#open.set(wireId, call);
    this.#parts.onIdle(false);
    void this.#send(wireId, requestUnder(parsed.doc, wireId), request);
    return ok({ messages, abandon });
  }

  async #send(wireId: string, message: Buffer, request: UpstreamRequest): Promise<void> {
    const sent = await this.#parts.write(message, request);
    if (!sent.ok) this.#abandon(wireId, sent.error);
  }

  /**
   * What the server says outside every call, for this session. Undefined where all callers share the channel: nobody can say
   * whose it is then. To be left by `unlisten`.
   */
  listen(session: string): CallMessages | undefined {
    if (this.#parts.speaker.caller === undefined) return undefined;
    const messages = new CallMessages({
      timers: this.#parts.timers,
      onQueued: (bytes) => this.#queued(bytes),
      onOverdue: () => undefined,
    });
    if (this.#ended !== undefined) messages.fail(LOST);
    this.#listeners.add(session, messages);
    this.#parts.onIdle(false);
    return messages;
  }

  unlisten(messages: CallMessages): void {
    messages.fail(LOST);
    this.#listeners.remove(messages);
    if (this.isIdle) this.#parts.onIdle(true);
  }

  /** The session is over: it hears nothing more. */
  forget(session: string): void {
    this.#listeners.forget(session, LOST);
  }

  /** Sends a notification. A cancellation names the server's id of the call; one of a call that is over is not sent. */
  async notify(request: UpstreamRequest): Promise<Result<void, UpstreamFault>> {
    if (this.#ended !== undefined) return err({ ...this.#ended, executed: 'no' });
    const parsed = this.#read(request.body);
    if (parsed?.kind !== 'notification') return refusal('upstream_invalid', 'not_a_notification');
    if (parsed.method !== 'notifications/cancelled') return this.#parts.write(request.body, request);
    const wireId = this.#cancelled(request, parsed.cancels);
    return wireId === undefined ? ok(undefined) : this.#parts.write(cancellationUnder(parsed.doc, wireId), request);
  }

  /** Sends a client's answer to a request of the server: only the client that was asked may answer, once. */
  async respond(request: UpstreamRequest): Promise<Result<void, UpstreamFault>> {
    if (this.#ended !== undefined) return err({ ...this.#ended, executed: 'no' });
    const { idText } = request;
    const asked = idText === undefined ? undefined : this.#asked.get(idText);
    if (idText === undefined || asked === undefined || !isSameSender(asked, request))
      return refusal('upstream_invalid', 'not_asked');
    this.#asked.delete(idText);
    return this.#parts.write(request.body, request);
  }

  /** A message of the server. False when it is not a JSON object: then nothing after it can be trusted either. */
  receive(message: Buffer): boolean {
    const parsed = parseJson(message, { depth: this.#parts.limits.jsonDepth, nodes: this.#parts.limits.jsonNodes });
    if (!parsed.ok || parsed.value.root.kind !== 'object') return false;
    const doc = parsed.value;
    const id = member(doc.root, 'id');
    const method = stringMember(doc.root, 'method');
    if (method !== undefined && id === undefined) this.#hearNotification(doc);
    else if (method !== undefined && (id?.kind === 'number' || id?.kind === 'string'))
      this.#hearRequest(doc, method, spelling(doc, id));
    else if (method !== undefined) this.#stray(message);
    else this.#hearResponse(doc, id === undefined ? '' : spelling(doc, id));
    return true;
  }

  /** The channel is gone: every call ends with this fault. */
  end(fault: UpstreamFault): void {
    if (this.#ended !== undefined) return;
    this.#ended = fault;
    for (const call of this.#open.values()) call.messages.fail(fault);
    this.#listeners.end(LOST);
    this.#open.clear();
    this.#abandoned.clear();
    this.#asked.clear();
  }

  #hearResponse(doc: JsonDocument, wireId: string): void {
    const call = this.#open.get(wireId);
    if (call !== undefined) {
      this.#open.delete(wireId);
      call.messages.push(restored(doc, wireId, call), true);
      if (this.isIdle) this.#parts.onIdle(true);
      return;
    }
    const late = this.#abandoned.get(wireId);
    this.#abandoned.delete(wireId);
    if (late === undefined) this.#stray(doc.bytes);
    else this.#late(late, restored(doc, wireId, late));
  }

  #hearNotification(doc: JsonDocument): void {
    const wireId = wireIdOfNotification(doc);
    if (wireId === undefined) {
      const only = this.#onlyCall();
      if (only !== undefined) only.messages.push(doc.bytes, false);
      else if (!this.#listeners.notify(doc.bytes))
        this.#tell(
          this.#parts.events.onUnattributed({
            ...this.#speaker(),
            sessions: this.#parts.sessions(),
            message: doc.bytes,
          }),
        );
      return;
    }
    const call = this.#open.get(wireId);
    const late = this.#abandoned.get(wireId);
    if (call !== undefined) call.messages.push(restored(doc, wireId, call), false);
    else if (late === undefined) this.#stray(doc.bytes);
    else this.#late(late, restored(doc, wireId, late));
  }

  /** Shown to the client of the only open call; else to one that listens and can answer; else nobody can be asked. */
  #hearRequest(doc: JsonDocument, method: string, idText: string): void {
    const only = this.#onlyCall();
    if (this.#asked.has(idText)) return this.#stray(doc.bytes);
    if (only !== undefined) {
      keepNewest(this.#asked, idText, { caller: only.caller, gatewaySession: only.gatewaySession }, this.#parts.limits);
      only.messages.push(doc.bytes, false);
      return;
    }
    const session = this.#listeners.ask(method, doc.bytes);
    const { caller } = this.#parts.speaker;
    if (session !== undefined && caller !== undefined)
      return keepNewest(this.#asked, idText, { caller, gatewaySession: session }, this.#parts.limits);
    const answer = method === 'ping' ? '"result":{}' : '"error":{"code":-32601,"message":"Method not found"}';
    const reply = Buffer.from(`{"jsonrpc":"2.0","id":${idText},${answer}}`);
    this.#tell(this.#refuse(doc.bytes, reply));
  }

  async #refuse(message: Buffer, reply: Buffer): Promise<void> {
    const record = await this.#parts.events.onServerRequest({ ...this.#speaker(), message, reply });
    if (record !== undefined && this.#ended === undefined) await this.#parts.write(reply, undefined);
  }

  #onlyCall(): Call | undefined {
    // On a process that callers share, or where an abandoned call still runs, the only open call may not be the one meant.
    if (this.#open.size !== 1 || this.#abandoned.size > 0 || this.#parts.speaker.caller === undefined) return undefined;
    const [only] = this.#open.values();
    return only;
  }

  #abandon(wireId: string, fault: UpstreamFault): void {
    const call = this.#open.get(wireId);
    if (call === undefined) return;
    this.#open.delete(wireId);
    if (fault.executed === 'unknown') keepNewest(this.#abandoned, wireId, call, this.#parts.limits);
    call.messages.fail(fault);
    if (this.isIdle) this.#parts.onIdle(true);
  }

  /** The wire id a cancellation means, when it means exactly one call. */
  #cancelled(request: UpstreamRequest, idKey: string | undefined): string | undefined {
    const { cancels } = request;
    const isMeant = (call: Call): boolean =>
      cancels === undefined
        ? call.idKey === idKey && isSameSender(call, request)
        : call.intent.shard === cancels.shard && call.intent.n === cancels.n;
    const meant = [...this.#open, ...this.#abandoned].filter(([, call]) => isMeant(call));
    return meant.length === 1 ? meant[0]?.[0] : undefined;
  }

  #read(body: Buffer): Message | undefined {
    const parsed = parseJson(body, { depth: this.#parts.limits.jsonDepth, nodes: this.#parts.limits.jsonNodes });
    const message = parsed.ok ? readMessage(parsed.value) : undefined;
    return message?.ok === true ? message.value : undefined;
  }

  #speaker(): Speaker {
    return this.#parts.speaker;
  }

  #late(call: Call, message: Buffer): void {
    this.#tell(this.#parts.events.onLate({ ...this.#speaker(), intent: call.intent, message }));
  }

  #stray(message: Buffer): void {
    this.#tell(this.#parts.events.onStray({ ...this.#speaker(), message }));
  }

  #queued(bytes: number): void {
    this.#queuedBytes += bytes;
    this.#parts.onBacklog(this.#queuedBytes, this.#pendingEvents);
  }

  /** A callback that fails has already been dealt with where it was made; here it only stops counting. */
  #tell(told: Promise<void> | void): void {
    if (told === undefined) return;
    const settle = (change: number) => (): void => {
      this.#pendingEvents += change;
      this.#parts.onBacklog(this.#queuedBytes, this.#pendingEvents);
    };
    settle(1)();
    told.then(settle(-1), settle(-1));
  }
}
