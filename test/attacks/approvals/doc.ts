/** The part of docs/SECURITY-TESTS.md about approvals. */
import type { Seen } from '../identity/prove-guards.ts';
import type { Attack } from './attack.ts';

const HEAD = `# Attacks on approvals

\`test/attacks/approvals/\` tries each of them against a whole gateway at which calls are held, with an identity provider and an MCP
server on loopback. Compared are the last answer, how many calls reached the server, and every record about what was asked.
That what is kept may be lost, restored from any earlier moment, or the process killed at any, is tried in \`test/fault/approvals-restored.test.ts\`
and by \`npm run fault:approvals\`.

* **Expected answer**: HTTP status, and the code of the tool's error, the JSON-RPC error or the problem; \`page\` for a page, \`ok\` for
  anything else.
* **Sent**: how many calls reached the server by it.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

export function approvalsSection(attacks: readonly Attack[], seen: readonly Seen[]): string {
  const groups = [...new Set(attacks.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = attacks
      .filter((attack) => attack.group === group)
      .map(({ name, tried, also, wire, sent, book }) =>
        row([
          `\`${name}\``,
          also === undefined ? tried : `${tried}; ${also.says}`,
          wire,
          String(sent),
          book.join('; ') || 'nothing',
          seen
            .filter((one) => one.attack === name)
            .map(({ guard, came }) => `${guard}: ${came}`)
            .join('<br>') || 'not yet',
        ]),
      );
    const head = ['attack', 'what is tried', 'expected answer', 'sent', 'expected in the book', 'seen failing without'];
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${row(head)}\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${attacks.length} attacks.\n\n${sections.join('\n')}`;
}
