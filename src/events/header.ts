/**
 * The header of a record: who, what, where, decision. It is masked, then stored sealed in the record's blob;
 * the event projection joins the header of an intent with the one of its result.
 */
import type { Finding } from '#masking/masked.ts';
import type { CallerKind } from '#identity/caller.ts';

export type EventCaller = {
  readonly issuer: string;
  readonly subject: string;
  readonly kind: CallerKind;
  readonly groups: readonly string[];
};
/** Name and version are claimed by the client (unverified); `id` is the token's client. */
export type EventClient = { readonly name?: string; readonly version?: string; readonly id?: string };
export type EventDecision = {
  readonly effect: 'allow' | 'deny' | 'hold';
  readonly level?: string;
  readonly rule?: string;
  readonly policy: string;
  readonly approval?: string;
  readonly reason?: string;
};

export type RecordHeader = {
  readonly caller?: EventCaller;
  readonly client?: EventClient;
  /** Names the API key that was shown. */
  readonly key?: string;
  readonly connection?: string;
  readonly session?: string;
  readonly method?: string;
  /** Tool, prompt or resource URI; '' when the method has none. */
  readonly name?: string;
  /** Ids of the calls that made the task or state this message is about or continues. */
  readonly follows?: readonly string[];
  readonly decision?: EventDecision;
  readonly masking?: readonly Finding[];
  /** Why an answer that was masked for its caller was not checked against the `outputSchema` of its tool. */
  readonly schema?: 'unknown' | 'unusable';
  /** Exact internal reason (the wire error is vaguer) and the public `data.code`. */
  readonly reason?: string;
  readonly code?: string;
  readonly durationMs?: number;
  /** HTTP status the upstream gave. */
  readonly upstreamStatus?: number;
  readonly protocol?: string;
  /** `Mcp-Param-*` headers that went up, by their lower-case names: decoded, masked. */
  readonly mirrored?: Readonly<Record<string, string>>;
  /** W3C `tracestate` that went up in a header. */
  readonly tracestate?: string;
  /** JSON-RPC id as spelled. */
  readonly rpcId?: string;
  /** Peer address of the connection, or the trusted proxy's word for it. */
  readonly source?: string;
  /** A message of a stream that was resumed: the intent of the call it belongs to, `<shard>:<n>`, open or closed. */
  readonly resumed?: string;
  /** Bytes of the message as received, before masking. */
  readonly bytes?: number;
  /** Collapsed refusals: how many this record stands for, in which window. */
  readonly count?: number;
  readonly windowMs?: number;
  /** Control records: the act's own facts, free of personal data. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
};
