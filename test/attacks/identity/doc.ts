/** docs/SECURITY-TESTS.md, from the table of attacks and what was seen with guards removed. */
import { unreachable } from '#result.ts';
import type { Attack, RecordExpected, Who } from './attack.ts';
import type { Seen } from './prove-guards.ts';

const HEAD = `# Attacks on identity

Each row is a test: \`test/attacks/identity/\` carries the attack out against a whole gateway (HTTP, ledger on disk, issuers and MCP
server on loopback) and compares the answer, the record read back from the ledger, that nothing reached the MCP server, and that the
token is in no record, log line or answer.

\`npm run attacks\` runs the table, with \`-- --write\` it writes this page; \`npm run attacks:guards -- --write\` removes the guards one
after the other in a copy of the checkout, and fails if an attack does not notice. \`npm test\` fails when this page and the table differ.

* **Expected error**: HTTP status, the \`error\` of \`WWW-Authenticate\` (RFC 6750; \`no error\` where no token was shown) and \`code\`.
* **Expected record**: code and exact reason. *stranger*: no caller in it, collapsed by source and reason (one record at once, one with the
  count per window). Otherwise the verified caller as \`issuer/subject (kind)\`.
* **Seen failing without**: the guard removed, and what then came of the attack. Where another guard stood behind it the attack was still
  refused, for another reason.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function errorText({ wire }: Attack): string {
  const challenge = wire.error === undefined ? [] : [wire.error === 'none' ? 'no error' : `\`${wire.error}\``];
  return [String(wire.status), ...challenge, ...(wire.code === undefined ? [] : [`\`${wire.code}\``])].join(' ');
}

const whoText = (who: Who): string =>
  who === 'stranger' ? 'stranger' : `${who.issuer}/${who.subject} (${who.kind.replace('_', ' ')})`;

function recordText(record: RecordExpected): string {
  switch (record.kind) {
    case 'none':
      return `none: ${record.why}`;
    case 'intent':
      return `let through as ${whoText(record.who)}`;
    case 'denied': {
      const times = (record.count ?? 1) > 1 ? `, ${record.count} in two records` : '';
      return `\`${record.code}\` / \`${record.reason}\`; ${whoText(record.who)}${times}`;
    }
    default:
      return unreachable(record);
  }
}

const seenText = (seen: readonly Seen[]): string =>
  seen.map(({ guard, came }) => `${guard}: ${came}`).join('<br>') || 'not yet';

export function securityTestsPage(attacks: readonly Attack[], seen: readonly Seen[]): string {
  const groups = [...new Set(attacks.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = attacks
      .filter((attack) => attack.group === group)
      .map((attack) =>
        [
          `\`${attack.name}\``,
          attack.also === undefined ? attack.tried : `${attack.tried}; ${attack.also.says}`,
          errorText(attack),
          recordText(attack.record),
          seenText(seen.filter((one) => one.attack === attack.name)),
        ]
          .map(cell)
          .join(' | '),
      );
    const title = `## ${group[0]?.toUpperCase()}${group.slice(1)}`;
    return `${title}\n\n| attack | what is tried | expected error | expected record | seen failing without |\n|---|---|---|---|---|\n${rows.map((row) => `| ${row} |`).join('\n')}\n`;
  });
  return `${HEAD}\n${attacks.length} attacks.\n\n${sections.join('\n')}`;
}
