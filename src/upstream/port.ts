/**
 * An MCP server as the gateway sees it. Two implementations: streamable HTTP (http.ts) and a child process (stdio.ts).
 * An upstream moves whole JSON-RPC messages and reports what became of them; it knows nothing of policy, masking,
 * holds or callers' tokens, and originates no message of its own (promise P1).
 */
import type { RecordRef } from '#ledger/record.ts';
import type { Result } from '#result.ts';

export type HeaderPair = readonly [name: string, value: string];
/** A header that shows the gateway's own credential; made by credential.ts, never from anything the caller sent. */
export type CredentialHeader = HeaderPair;

export type UpstreamRequest = {
  /** `callerKey(caller)`: chooses the stdio process; never sent. */
  readonly caller: string;
  /** Client of the caller's token: what a process it uses is ended with. Never sent. */
  readonly client?: string | undefined;
  /** The gateway's own legacy session id; attributes server-initiated messages. Never sent. Undefined for modern calls. */
  readonly gatewaySession: string | undefined;
  readonly kind: 'request' | 'notification' | 'response';
  /** The message says itself that it is of a modern revision, or answers in a call that does. Never sent. */
  readonly isModern?: boolean;
  /** JSON spelling of the id: `1`, `"a"`; undefined for a notification. */
  readonly idText: string | undefined;
  /** Method as sent; '' for a response. */
  readonly method: string;
  /** JSON spelling of `params._meta.progressToken`. */
  readonly progressTokenText: string | undefined;
  /**
   * For a cancellation the gateway itself originates: the intent of the call it cancels. A client's own
   * `notifications/cancelled` is found by `gatewaySession` and its `requestId` instead.
   */
  readonly cancels?: RecordRef;
  /** Exactly one JSON-RPC message: what goes upstream, byte for byte (stdio splices ids and progress tokens). */
  readonly body: Buffer;
  /**
   * From the client, lower-case names, only: accept, mcp-protocol-version, mcp-method, mcp-name, mcp-param-*,
   * mcp-session-id (the upstream's own id), last-event-id, traceparent, tracestate, baggage. An upstream refuses
   * others (`upstream_invalid`, executed `no`), so a caller's token cannot slip through (P5).
   */
  readonly headers: readonly HeaderPair[];
  /** Put after `headers`; empty when the connection has no credential, ignored by stdio. */
  readonly credential: readonly CredentialHeader[];
  /** Until the first sign of an answer: response headers (HTTP), first message of the call (stdio). Then `upstreamIdleMs` between bytes. */
  readonly timeoutMs: number;
  /** The caller went away or the gateway stops. Aborting HTTP closes the stream; stdio abandons the call (late answers: `onLate`). */
  readonly signal: AbortSignal;
};

const durableIntent: unique symbol = Symbol('durableIntent');
/** A request whose intent is durable. Only `sendable` makes it, so nothing is forwarded without a record (P1). */
export type Sendable = UpstreamRequest & { readonly [durableIntent]: RecordRef };

/** `intent` is what `ledger.append` resolved to for exactly this body. Called by the step `injectCredential` alone. */
export const sendable = (request: UpstreamRequest, intent: RecordRef): Sendable => ({
  ...request,
  [durableIntent]: intent,
});

export const intentOf = (request: Sendable): RecordRef => request[durableIntent];

const spent = new WeakSet<RecordRef>();
/** Every implementation calls this first: an intent is sent at most once (P1). Throws on the second use, which is a bug. */
export function spendIntent(request: Sendable): RecordRef {
  const intent = request[durableIntent];
  if (spent.has(intent)) throw new Error(`intent ${intent.shard}:${intent.n} was already sent upstream`);
  spent.add(intent);
  return intent;
}

/**
 * One JSON-RPC message of the upstream, exact bytes, not yet parsed or trusted. `sse` when it came as an event; then
 * `bytes` may be empty: a frame without a message that only carries an id or a retry time.
 */
export type UpstreamMessage = {
  readonly bytes: Buffer;
  readonly sse?: { readonly id?: string; readonly event?: string; readonly retryMs?: number };
};

export type UpstreamFault = {
  readonly code: 'upstream_unavailable' | 'upstream_invalid' | 'upstream_timeout';
  /** `no` only when it is certain that the server did not act on the message. */
  readonly executed: 'no' | 'unknown';
  /**
   * Exact, for the record: a fixed word, with a status or errno at most; no secret, no body. Two the gateway looks at:
   * `session_lost` (the process that held this gatewaySession is gone: answer 404), `busy` (a cap is reached: try later).
   */
  readonly reason: string;
  /** A status by which the server said that it does not serve such a request, for the client to act on. */
  readonly refusedWith?: number;
};

export type UpstreamAnswer = {
  /** HTTP status of the upstream; 200 or 202 from stdio. */
  readonly status: number;
  /** Already reduced to what may go down: mcp-protocol-version, retry-after. */
  readonly headers: readonly HeaderPair[];
  /** The upstream's own `Mcp-Session-Id`, for the gateway's session map; never shown to the client as such. */
  readonly sessionId: string | undefined;
  /** `json`: exactly one message; `sse`: as many as come; `none`: no message (202 or 204, never to a request; a bare 404 in a session; 405 to a GET or DELETE). */
  readonly form: 'json' | 'sse' | 'none';
  /**
   * Pull-based: nothing is read ahead beyond one chunk. The first error is the last element. Iterate once; leaving
   * the loop early cancels the upstream exchange. An unread answer must be cancelled through the request's signal.
   */
  readonly messages: AsyncIterable<Result<UpstreamMessage, UpstreamFault>>;
};

/** A bodiless exchange of the legacy transport; not a JSON-RPC message. Fields as in `UpstreamRequest`. */
export type SessionRequest = Pick<
  UpstreamRequest,
  'caller' | 'gatewaySession' | 'headers' | 'credential' | 'timeoutMs' | 'signal'
> & {
  /** Only to `listen`, where the server is not HTTP: the session has yet to begin, and is waited for. */
  readonly isBeforeSession?: boolean;
};

export type Upstream = {
  exchange(request: Sendable): Promise<Result<UpstreamAnswer, UpstreamFault>>;
  /** The legacy GET stream (2025-03-26 to 2025-11-25). A server without one answers 405, `form: 'none'`. */
  listen?(request: SessionRequest): Promise<Result<UpstreamAnswer, UpstreamFault>>;
  /** Ends the legacy session: HTTP DELETE with the headers' mcp-session-id; stdio forgets the gatewaySession. Gives the status. */
  endSession(request: SessionRequest): Promise<Result<number, UpstreamFault>>;
  /** Stops what it keeps for each of these callers alone, by `callerKey` and the clients they came through. Absent where there is nothing. */
  endCallers?(isMeant: (caller: string, clients: readonly string[]) => boolean): void;
  /** Ends sockets and processes; pending exchanges fault. Resolves when nothing of it is left running. */
  close(): Promise<void>;
};
