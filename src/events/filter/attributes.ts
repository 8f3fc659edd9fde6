/**
 * The attributes a filter may name: those of the Event object, and where the index keeps each. Attribute names are
 * case-insensitive (RFC 7643 section 2.1); all their string values are compared exactly (`caseExact` true).
 */
import { EVENT_KINDS, EVENT_OUTCOMES } from '#events/event.ts';

export type Attribute =
  | { readonly type: 'string'; readonly column: string; readonly values?: readonly string[] }
  | { readonly type: 'number'; readonly column: string }
  | { readonly type: 'time'; readonly column: string }
  /** `<shard>:<n>`; the index holds n. `onlyCalls`: has a value only where the event is a call. */
  | { readonly type: 'record'; readonly column: string; readonly onlyCalls: boolean }
  /** Any of the caller's groups. */
  | { readonly type: 'groups' }
  /** A member of any of the findings. */
  | { readonly type: 'finding'; readonly member: string; readonly of: 'string' | 'number' }
  /** Has members; only `pr` can be asked of it. */
  | { readonly type: 'complex'; readonly column: string };

const string = (column: string, values?: readonly string[]): Attribute =>
  values === undefined ? { type: 'string', column } : { type: 'string', column, values };

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  id: { type: 'record', column: 'n', onlyCalls: false },
  time: { type: 'time', column: 't' },
  kind: string('kind', EVENT_KINDS),
  outcome: string('outcome', EVENT_OUTCOMES),
  code: string('code'),
  caller: { type: 'complex', column: 'caller_subject' },
  'caller.issuer': string('caller_issuer'),
  'caller.subject': string('caller_subject'),
  'caller.kind': string('caller_kind', ['person', 'service_account', 'gateway']),
  'caller.groups': { type: 'groups' },
  client: { type: 'complex', column: 'coalesce(client_name, client_version, client_id)' },
  'client.name': string('client_name'),
  'client.version': string('client_version'),
  'client.id': string('client_id'),
  connection: string('connection'),
  session: string('session'),
  method: string('method'),
  name: string('name'),
  decision: { type: 'complex', column: 'effect' },
  'decision.effect': string('effect', ['allow', 'deny', 'hold']),
  'decision.level': string('level'),
  'decision.rule': string('rule'),
  'decision.policy': string('policy'),
  'decision.approval': string('approval'),
  masking: { type: 'complex', column: 'masking' },
  'masking.rule': { type: 'finding', member: 'rule', of: 'string' },
  'masking.type': { type: 'finding', member: 'type', of: 'string' },
  'masking.pointer': { type: 'finding', member: 'pointer', of: 'string' },
  'masking.count': { type: 'finding', member: 'count', of: 'number' },
  'masking.store': { type: 'finding', member: 'store', of: 'string' },
  'masking.inline': { type: 'finding', member: 'inline', of: 'string' },
  durationMs: { type: 'number', column: 'duration_ms' },
  intent: { type: 'record', column: 'n', onlyCalls: true },
  result: { type: 'record', column: 'result', onlyCalls: false },
};

const BY_LOWER_CASE = new Map(Object.entries(ATTRIBUTES).map(([name, attribute]) => [name.toLowerCase(), attribute]));

export const ATTRIBUTE_NAMES: readonly string[] = Object.keys(ATTRIBUTES);

export const attributeNamed = (name: string): Attribute | undefined => BY_LOWER_CASE.get(name.toLowerCase());

/** Attributes that events can be counted by. */
export const FACET_NAMES: readonly string[] = ATTRIBUTE_NAMES.filter((name) => attributeNamed(name)?.type === 'string');
