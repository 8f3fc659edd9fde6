/** The part of docs/SECURITY-TESTS.md about signing in. */
import type { Seen } from '../identity/prove-guards.ts';
import type { Attack } from './attack.ts';

const HEAD = `# Attacks on signing in

\`test/attacks/signin/\` tries each of them against a whole gateway of its own that people sign in at, with an identity provider and a host
of clients' documents on loopback. Compared are the last answer and every record the attempt leaves; secrets that were given out are
in no record and no line of the log.

* **Expected answer**: HTTP status, and \`error\` of OAuth or \`code\` of problem details; \`page\` for a page that says what is wrong or
  asks, \`ok\` for anything else.
* **Expected in the book**: kind and act or code of every record, and its reason where it has one. A row of refusals of strangers
  stands for its count.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

export function signInSection(attacks: readonly Attack[], seen: readonly Seen[]): string {
  const groups = [...new Set(attacks.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = attacks
      .filter((attack) => attack.group === group)
      .map(({ name, tried, also, wire, book }) =>
        row([
          `\`${name}\``,
          also === undefined ? tried : `${tried}; ${also.says}`,
          wire,
          book.join('; ') || 'nothing',
          seen
            .filter((one) => one.attack === name)
            .map(({ guard, came }) => `${guard}: ${came}`)
            .join('<br>') || 'not yet',
        ]),
      );
    const head = ['attack', 'what is tried', 'expected answer', 'expected in the book', 'seen failing without'];
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${row(head)}\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${attacks.length} attacks.\n\n${sections.join('\n')}`;
}
