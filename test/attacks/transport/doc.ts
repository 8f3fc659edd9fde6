/** The part of docs/SECURITY-TESTS.md about ways past inspection. */
import type { Seen } from '../identity/prove-guards.ts';
import type { Attack } from './attack.ts';

const HEAD = `# Ways past inspection

\`test/attacks/transport/\` tries each of them against a whole gateway with two callers of the same grants, Ada and Eve, an MCP server over
HTTP and one that is a process both share. Compared are the last answer, every record the attempt leaves, and what reached the server over
HTTP; what is Ada's and the gateway's own credential must be in nothing Eve was told, nor the credential in a record.

* **Expected answer**: HTTP status and \`code\`, \`ok\` where there is no error.
* **Expected in the book**: kind and status of every record, and its reason where it has one.
* **Reaches the server**: the methods of the messages that go up.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

export function transportSection(attacks: readonly Attack[], seen: readonly Seen[]): string {
  const groups = [...new Set(attacks.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = attacks
      .filter((attack) => attack.group === group)
      .map(({ name, tried, also, wire, book, reached }) =>
        row([
          `\`${name}\``,
          also === undefined ? tried : `${tried}; ${also.says}`,
          wire,
          book.join('; '),
          reached.join(', ') || 'nothing',
          seen
            .filter((one) => one.attack === name)
            .map(({ guard, came }) => `${guard}: ${came}`)
            .join('<br>') || 'not yet',
        ]),
      );
    const head = [
      'attack',
      'what is tried',
      'expected answer',
      'expected in the book',
      'reaches the server',
      'seen failing without',
    ];
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${row(head)}\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${attacks.length} attacks.\n\n${sections.join('\n')}`;
}
