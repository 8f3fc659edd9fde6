/** Sessions as lines for a person, and what belongs to none. */
import { cellText, printable, textTable } from '#cli/text-table.ts';
import type { Event } from '#events/event.ts';
import type { Session } from '#events/session-row.ts';
import type { UnattributedCounts } from '#events/unattributed.ts';

const COLUMNS = [
  'FIRST',
  'LAST',
  'SESSION',
  'CALLER',
  'CLIENT',
  'CONNECTION',
  'CALLS',
  'DENIED',
  'ERRORS',
  'STATE',
] as const;

function clientText({ client }: Session): string {
  if (client?.name === undefined) return client?.id ?? '-';
  return client.version === undefined ? client.name : `${client.name} ${client.version}`;
}

export const sessionTable = (sessions: readonly Session[]): string =>
  textTable(
    COLUMNS,
    sessions.map((session) =>
      [
        session.first,
        session.last,
        session.id,
        session.caller?.subject ?? '-',
        clientText(session),
        session.connection ?? '-',
        String(session.calls),
        String(session.denied),
        String(session.errors + session.toolErrors),
        session.state,
      ].map(cellText),
    ),
  );

/** One line for all of it and one for each group; '' when everything belongs to a session. */
export function unattributedText({ groups, others, records, count }: UnattributedCounts): string {
  if (records === 0) return '';
  const lines = groups.map(
    (group) => `  ${group.connection ?? '-'}  ${group.kind}  ${group.reason}  ${sums(group.records, group.count)}`,
  );
  if (others.records > 0) lines.push(`  others  ${sums(others.records, others.count)}`);
  return [`of no session: ${sums(records, count)}`, ...lines].map((line) => `${printable(line)}\n`).join('');
}

const sums = (records: number, count: number): string =>
  `${records} ${records === 1 ? 'record' : 'records'}${count === records ? '' : ` of ${count} refusals`}`;

/** One attribute a line. */
export function describeSession(session: Session): string {
  const { caller, client, tools, moreTools, ...rest } = session;
  const named = Object.entries({ ...prefixed('caller', caller), ...prefixed('client', client), ...rest });
  const used = `${tools.join(', ')}${moreTools ? ', and more' : ''}`;
  return [...named.map(([name, value]) => `${name}: ${String(value)}`), `tools: ${used === '' ? '-' : used}`]
    .map((line) => `${printable(line)}\n`)
    .join('');
}

const prefixed = (name: string, members: object | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members ?? {}).map(([member, value]) => [`${name}.${member}`, value]));

const EVENT_COLUMNS = ['TIME', 'ID', 'KIND', 'METHOD', 'NAME', 'OUTCOME', 'MS'] as const;

export const sessionEventTable = (events: readonly Event[]): string =>
  textTable(
    EVENT_COLUMNS,
    events.map((event) =>
      [
        event.time,
        event.id,
        event.kind,
        event.method ?? '-',
        event.name === undefined || event.name === '' ? '-' : event.name,
        event.kind === 'intent' ? (event.outcome ?? '-') : (event.code ?? '-'),
        event.durationMs === undefined ? '-' : String(Math.round(event.durationMs)),
      ].map(cellText),
    ),
  );
