/**
 * One exchange on its way through the gateway. Each type adds what one step established; a later step cannot be
 * called with an earlier type, so `forward` does not compile unless authorisation and the durable intent happened.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Approval } from '#approvals/approval.ts';
import type { HoldState } from '#approvals/hold-state.ts';
import type { MakingCall } from '#bindings/binding.ts';
import type { ConnectionRuntime } from '#gateway/connection-runtime.ts';
import type { Mirrored } from '#gateway/mirrored-headers.ts';
import type { Delivery, Reply } from '#gateway/reply.ts';
import type { EventPlace } from '#gateway/event-ids.ts';
import type { SessionEntry } from '#gateway/sessions.ts';
import type { CallTrace, ExchangeTrace } from '#gateway/tracing.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import type { RecordRef } from '#ledger/record.ts';
import type { MaskedMessage, SecretSet } from '#masking/masker.ts';
import type { Message, RequestMessage } from '#mcp/jsonrpc.ts';
import type { ProtocolEra } from '#mcp/revisions/versions.ts';
import type { Decision } from '#policy/decision.ts';
import type { Sendable, UpstreamAnswer, UpstreamMessage } from '#upstream/port.ts';

/** A header multimap, names in lower case, in order of arrival. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export type Arrived = {
  readonly http: { readonly request: IncomingMessage; readonly response: ServerResponse };
  readonly id: string;
  /** Unix milliseconds. */
  readonly arrivedMs: number;
  /** Monotonic milliseconds, for durations. */
  readonly startedMs: number;
  readonly connectionName: string;
  readonly headers: Headers;
  /** The client's address, as far as it can be believed (source.ts). */
  readonly source: string;
  /** What the source is counted under. */
  readonly sourceKey: string;
  readonly reply: Reply;
  /** Ends the exchange with the upstream: what the upstream is given as its signal. */
  readonly cut: AbortController;
  /** Aborted when the client goes away, or is sent away when the gateway stops. */
  readonly gone: AbortSignal;
};

export type Received = Arrived & { readonly received: true };
export type Limited = Received & { readonly admitted: true };
export type Identified = Limited & { readonly verified: VerifiedCaller; readonly token: string };
export type Connected = Identified & { readonly connection: ConnectionRuntime };
export type BodyRead = Connected & { readonly body: Buffer };
/** What its user answered, where it was told to ask: in one word, and why the call is made. */
export type HoldRound = HoldState & {
  readonly said: 'accept' | 'decline' | 'cancel' | undefined;
  readonly statement?: { readonly reason: string; readonly ticket: string };
};
export type Parsed = BodyRead & {
  readonly message: Message;
  readonly era: ProtocolEra;
  /** The protocol revision as stated; undefined when nobody said. */
  readonly protocol: string | undefined;
  readonly session: SessionEntry;
  /** Undefined when calls are not traced. */
  readonly trace: CallTrace | undefined;
  /** The client was sent away while the call waits for people, and is here again; what it brought for that is cut from the message. */
  readonly round?: HoldRound;
};
declare const followed: unique symbol;
/** Only the step `followBinding` makes this. `follows`: the calls that made what the message is about or continues. */
export type Followed = Parsed & { readonly follows?: readonly MakingCall[]; readonly [followed]: true };
export type RequestMasked = Followed & {
  readonly masked: MaskedMessage;
  readonly secrets: SecretSet;
  /** Headers that repeat what the message says, as it says it now. */
  readonly mirrored: Mirrored;
};

declare const authorized: unique symbol;
/** Only the step `authorize` makes this. */
export type Authorized = RequestMasked & { readonly decision: Decision; readonly [authorized]: true };
/**
 * `approval`: the yes by which it may go on; undefined where none is needed. `exchange`: from `propagateTrace` on, where calls
 * are traced. `claimed`: from `claimId` on, the id that is this request's until the server answered.
 */
export type Approved = Authorized & {
  readonly approval: Approval | undefined;
  readonly claimed?: string;
  readonly exchange?: ExchangeTrace;
};
declare const permitted: unique symbol;
/** Only the step `useApproval` makes this: the yes it needs is used up. */
export type Permitted = Approved & { readonly [permitted]: true };
export type Recorded = Permitted & { readonly intent: RecordRef };
/** `sentMs`: monotonic milliseconds at which it goes up. */
export type Credentialed = Recorded & { readonly sendable: Sendable; readonly sentMs: number };
/**
 * `resumed`: it came back by a GET that resumes it; `closed` when its intent had a result already. What was sent is not sent
 * again: who comes back has none of it.
 */
export type Forwarded = Recorded &
  Partial<Pick<Credentialed, 'sendable'>> &
  Pick<Credentialed, 'sentMs'> & { readonly answer: UpstreamAnswer; readonly resumed?: 'open' | 'closed' };

/** What whoever resumes a call brings along. */
export type Resuming = Pick<
  Forwarded,
  'http' | 'reply' | 'cut' | 'gone' | 'verified' | 'token' | 'connection' | 'secrets' | 'answer'
>;

/** What only its first exchange needed. */
type Spent = 'headers' | 'body' | 'masked' | 'mirrored' | 'sendable' | 'resumed';

/** A call that can be resumed, while nobody is connected for it (resting-call.ts). */
export type RestingCall = Omit<Forwarded, Spent | 'message' | Exclude<keyof Resuming, 'verified'>> & {
  readonly message: RequestMessage;
  readonly answer: Pick<UpstreamAnswer, 'status' | 'sessionId'>;
};

/** A call that somebody resumes. `state`: of its intent. */
export type Taken = { readonly call: RestingCall; readonly state: 'open' | 'closed' };

/** A GET of the legacy era: a client listens to what the server says of its own accord, in a session of its own. */
export type SessionFound = Connected & {
  readonly era: 'legacy';
  readonly protocol: string | undefined;
  readonly session: SessionEntry;
  readonly secrets: SecretSet;
  /** Nothing is asked on it. */
  readonly message: undefined;
};
/** `resumes`: what the client's `Last-Event-ID` stands for; undefined when it gave none. */
export type ListenAsked = SessionFound & { readonly resumes: EventPlace | undefined };
export type ListenRecorded = ListenAsked & { readonly opened: RecordRef };
/** `taken`: the call it resumes, if it is one's. */
export type Listening = ListenRecorded & { readonly answer: UpstreamAnswer; readonly taken: Taken | undefined };

/** What the messages of a server come back on: the answer to a call, or a stream somebody listens to. */
export type Exchange = Forwarded | Listening;

/** One message of the upstream on its way down, in the same manner. `closed`: the call already has its answer. */
export type Heard = { readonly call: Exchange; readonly heard: UpstreamMessage; readonly closed: boolean };
/**
 * `final` answers the call; `during` comes before the answer, or on a stream without a call, and may be released; `late`
 * came after the answer or was never asked, and is recorded but not released.
 */
export type Role = 'final' | 'during' | 'late';
/**
 * `keptBack`: why a message is recorded as late and not released although it came in turn: it is not this caller's, or asks
 * for what the server may not ask (`isDenied`: the gateway answers in the client's place).
 */
export type Understood = Heard & {
  readonly message: Message;
  readonly role: Role;
  readonly keptBack?: string;
  readonly isDenied?: true;
};
export type AnswerMasked = Understood & {
  readonly masked: MaskedMessage;
  /** It was masked for its caller, and nobody could check that it is still what the tool promised. */
  readonly schema?: 'unknown' | 'unusable';
};

declare const answerRecorded: unique symbol;
/** Only the step `recordAnswer` makes this (P2). */
export type AnswerRecorded = AnswerMasked & { readonly record: RecordRef; readonly [answerRecorded]: true };
export type Responded = AnswerRecorded & { readonly delivery: Delivery };
