/** Client programs as lines for a person. They are strangers' words: none steers the terminal. */
import { cellText, printable, textTable } from '#cli/text-table.ts';
import type { ClientView } from '#oauth/client-view.ts';

const shownName = ({ name }: ClientView): string => (name === null ? '(no name)' : printable(name));
const state = ({ standing, changed }: ClientView): string => (changed ? 'waiting, changed' : standing);

export const clientTable = (clients: readonly ClientView[]): string =>
  textTable(
    ['ID', 'STATE', 'NAME (AS IT SAYS)', 'SENDS PEOPLE TO', 'SINCE', 'ASKED FOR', 'USED'],
    clients.map((client) => [
      client.handle,
      state(client),
      cellText(shownName(client)),
      cellText(client.redirects.join(' ') || '(a code to type in)'),
      client.createdAt?.slice(0, 10) ?? '',
      client.askedAt?.slice(0, 10) ?? '',
      client.usedAt?.slice(0, 10) ?? '',
    ]),
  );

export function clientText(client: ClientView): string {
  const { decision } = client;
  const facts: readonly (readonly [string, string])[] = [
    ['id', client.handle],
    ['client_id', printable(client.id)],
    ['state', state(client)],
    ['name', `${shownName(client)} (as it says)`],
    ...client.redirectUris.map((uri) => ['sends people to', printable(uri)] as const),
    ['authenticates by', client.auth],
    ['since', client.createdAt ?? ''],
    ...(client.fetchedAt === null ? [] : [['document read', client.fetchedAt] as const]),
    ...(client.askedAt === null ? [] : [['asked for', client.askedAt] as const]),
    ...(client.usedAt === null ? [] : [['last used', client.usedAt] as const]),
    ...(decision === null
      ? []
      : [[decision.is, `${decision.at} by ${printable(decision.by.subject)} (record ${decision.record})`] as const]),
  ];
  return facts.map(([what, value]) => `${`${what}:`.padEnd(18)}${value}\n`).join('');
}
