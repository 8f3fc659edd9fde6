/** A row of the index as an Event, without payloads and unverified: what a search hit is. */
import type { CallerKind } from '#identity/caller.ts';
import type { Event, EventKind, EventOutcome } from '#events/event.ts';
import type { EventClient } from '#events/header.ts';
import type { Position } from '#events/source.ts';
import type { Opened, StreamMessage } from '#events/project.ts';
import type { Finding } from '#masking/masked.ts';

/** What `EVENT_SELECT` gives; nulls where the event has no value. */
export type EventRow = {
  readonly key: number;
  readonly n: number;
  readonly t: number;
  readonly kind: EventKind;
  readonly outcome: EventOutcome | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly times: number | null;
  readonly caller_issuer: string | null;
  readonly caller_subject: string | null;
  readonly caller_kind: CallerKind | null;
  readonly groups: string | null;
  readonly client_name: string | null;
  readonly client_version: string | null;
  readonly client_id: string | null;
  readonly connection: string | null;
  readonly session: string | null;
  readonly method: string | null;
  readonly name: string | null;
  readonly effect: 'allow' | 'deny' | 'hold' | null;
  readonly level: string | null;
  readonly rule: string | null;
  readonly policy: string | null;
  readonly approval: string | null;
  readonly masking: string | null;
  readonly duration_ms: number | null;
  readonly result: number | null;
  readonly messages_up: number;
  readonly messages_down: number;
  readonly messages_late: number;
  readonly segment: number;
  readonly offset: number;
  readonly result_segment: number | null;
  readonly result_offset: number | null;
};

export const EVENT_SELECT = `events.key, n, t, kind, outcome, code, reason, times, caller_issuer, caller_subject, caller_kind,
  (SELECT names FROM group_sets WHERE id = caller_groups) AS groups, client_name, client_version, client_id, connection, session,
  method, name, effect, level, rule, policy, approval, masking, duration_ms, result, messages_up, messages_down, messages_late,
  segment, offset, result_segment, result_offset`;

/** The row of a projected event; `key` is given by the month file it goes to. */
export function rowOf(event: Opened, key: number): EventRow {
  const { header, closing, messages, position } = event;
  const decision = header?.decision;
  const masking = [...(header?.masking ?? []), ...(closing?.masking ?? [])];
  const count = (direction: StreamMessage['direction']): number =>
    messages.reduce((sum, message) => sum + +(message.direction === direction), 0);
  return {
    key,
    n: event.n,
    t: event.t,
    kind: event.kind,
    outcome: closing?.outcome ?? event.outcome,
    code: closing === null ? event.code : closing.code,
    reason: event.kind === 'intent' ? null : (header?.reason ?? null),
    times: header?.count ?? null,
    caller_issuer: header?.caller?.issuer ?? null,
    caller_subject: header?.caller?.subject ?? null,
    caller_kind: header?.caller?.kind ?? null,
    groups: header?.caller === undefined ? null : JSON.stringify(header.caller.groups),
    client_name: header?.client?.name ?? null,
    client_version: header?.client?.version ?? null,
    client_id: header?.client?.id ?? null,
    connection: header?.connection ?? null,
    session: header?.session ?? null,
    method: header?.method ?? null,
    name: header?.name ?? null,
    effect: decision?.effect ?? null,
    level: decision?.level ?? null,
    rule: decision?.rule ?? null,
    policy: decision?.policy ?? null,
    approval: decision?.approval ?? null,
    masking: findingsText(masking),
    duration_ms: closing === null ? (header?.durationMs ?? null) : closing.durationMs,
    result: closing?.n ?? null,
    messages_up: count('up'),
    messages_down: count('down'),
    messages_late: count('late'),
    segment: position.segment,
    offset: position.offset,
    result_segment: closing?.position.segment ?? null,
    result_offset: closing?.position.offset ?? null,
  };
}

export const findingsText = (findings: readonly Finding[]): string | null =>
  findings.length === 0 ? null : JSON.stringify(findings);

/** Where the records of an event are in the ledger, and how many stream messages belong to it. */
export type EventPlace = {
  readonly record: Position;
  readonly result: Position | undefined;
  readonly messages: { readonly up: number; readonly down: number; readonly late: number };
};

export type EventHit = { readonly event: Event; readonly place: EventPlace };

export function hitOfRow(row: EventRow, shard: string): EventHit {
  const id = `${shard}:${row.n}`;
  const client = clientOf(row);
  const event: Event = {
    id,
    time: new Date(row.t).toISOString(),
    kind: row.kind,
    ...given('outcome', row.outcome),
    ...given('code', row.code),
    ...callerOf(row),
    ...(client === undefined ? {} : { client }),
    ...given('connection', row.connection),
    ...given('session', row.session),
    ...given('method', row.method),
    ...given('name', row.name),
    ...decisionOf(row),
    ...(row.masking === null ? {} : { masking: JSON.parse(row.masking) as readonly Finding[] }),
    ...given('durationMs', row.duration_ms),
    ...(row.kind === 'intent' ? { intent: id } : {}),
    ...(row.result === null ? {} : { result: `${shard}:${row.result}` }),
    verified: false,
  };
  const { result, result_segment: segment, result_offset: offset } = row;
  return {
    event,
    place: {
      record: { n: row.n, segment: row.segment, offset: row.offset },
      result: result === null || segment === null || offset === null ? undefined : { n: result, segment, offset },
      messages: { up: row.messages_up, down: row.messages_down, late: row.messages_late },
    },
  };
}

/** `{ [name]: value }`, or nothing for null: an Event leaves out what it does not have. */
function given<K extends string, V>(name: K, value: V | null): { readonly [P in K]?: V } {
  return value === null ? {} : ({ [name]: value } as { readonly [P in K]: V });
}

function callerOf(row: EventRow): Pick<Event, 'caller'> {
  const { caller_issuer: issuer, caller_subject: subject, caller_kind: kind } = row;
  if (issuer === null || subject === null || kind === null) return {};
  return { caller: { issuer, subject, kind, groups: JSON.parse(row.groups ?? '[]') as readonly string[] } };
}

function clientOf(row: EventRow): EventClient | undefined {
  const client = {
    ...given('name', row.client_name),
    ...given('version', row.client_version),
    ...given('id', row.client_id),
  };
  return Object.keys(client).length === 0 ? undefined : client;
}

function decisionOf(row: EventRow): Pick<Event, 'decision'> {
  if (row.effect === null) return {};
  const optional = { ...given('level', row.level), ...given('rule', row.rule), ...given('approval', row.approval) };
  return { decision: { effect: row.effect, ...optional, policy: row.policy ?? '' } };
}
