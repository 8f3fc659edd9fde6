/**
 * The Event: what a person or a SIEM sees of one call, one refusal or one control record (DESIGN section 6).
 * Responsible for the shape and its flat spelling; knows nothing of how it is stored or found.
 */
import type { EventCaller, EventClient } from '#events/header.ts';
import type { RecordKind } from '#ledger/record.ts';
import type { Finding } from '#masking/masked.ts';

/** Kinds of record an event can stand for: a `result` or `orphan` completes the event of its intent. */
export const EVENT_KINDS = ['intent', 'denied', 'stream', 'control', 'anchor'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `open` until the result is recorded; `orphan` when the gateway stopped in between. */
export const EVENT_OUTCOMES = [
  'open',
  'ok',
  'tool_error',
  'error',
  'timeout',
  'cancelled',
  'undelivered',
  'withheld',
  'orphan',
  'denied',
] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** A JSON value as stored; numbers JavaScript cannot hold exactly keep their spelling (`JSON.rawJSON`). */
export type StoredJson = string | number | boolean | null | object;

export type Event = {
  /** `<shard>:<n>` of the intent, or of the record itself when it is no call. */
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly kind: EventKind;
  /** Absent for what is neither a call nor a refusal. */
  readonly outcome?: EventOutcome;
  /** Public error code of a call; the status word of a refusal, control, stream or anchor record. */
  readonly code?: string;
  readonly caller?: EventCaller;
  readonly client?: EventClient;
  readonly connection?: string;
  readonly session?: string;
  readonly method?: string;
  readonly name?: string;
  readonly decision?: {
    readonly effect: 'allow' | 'deny' | 'hold';
    readonly level?: string;
    readonly rule?: string;
    readonly policy: string;
    readonly approval?: string;
  };
  /** Findings in the request, then those in the answer. */
  readonly masking?: readonly Finding[];
  readonly durationMs?: number;
  /** Record ids. */
  readonly intent?: string;
  readonly result?: string;
  /** Masked copies; absent without the right to payloads. */
  readonly arguments?: StoredJson;
  readonly answer?: StoredJson;
  /** True only when the records were read again from the ledger and their hashes and commitments hold. */
  readonly verified: boolean;
};

export const isEventKind = (kind: RecordKind): kind is EventKind => EVENT_KINDS.some((known) => known === kind);

/** Columns of the CSV export, in their fixed order: attributes flattened with dots. */
export const EVENT_COLUMNS = [
  'id',
  'time',
  'kind',
  'outcome',
  'code',
  'caller.issuer',
  'caller.subject',
  'caller.kind',
  'caller.groups',
  'client.name',
  'client.version',
  'client.id',
  'connection',
  'session',
  'method',
  'name',
  'decision.effect',
  'decision.level',
  'decision.rule',
  'decision.policy',
  'decision.approval',
  'masking',
  'durationMs',
  'intent',
  'result',
  'arguments',
  'answer',
  'verified',
] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

/** The event's value under a column name; undefined when it has none. */
export function columnValue(event: Event, column: EventColumn): unknown {
  switch (column) {
    case 'caller.issuer':
      return event.caller?.issuer;
    case 'caller.subject':
      return event.caller?.subject;
    case 'caller.kind':
      return event.caller?.kind;
    case 'caller.groups':
      return event.caller?.groups;
    case 'client.name':
      return event.client?.name;
    case 'client.version':
      return event.client?.version;
    case 'client.id':
      return event.client?.id;
    case 'decision.effect':
      return event.decision?.effect;
    case 'decision.level':
      return event.decision?.level;
    case 'decision.rule':
      return event.decision?.rule;
    case 'decision.policy':
      return event.decision?.policy;
    case 'decision.approval':
      return event.decision?.approval;
    default:
      return event[column];
  }
}
