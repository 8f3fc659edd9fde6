/** Events as lines for a person. Names come from strangers: nothing in them may steer the terminal. */
import { cellText, printable, textTable } from '#cli/text-table.ts';
import type { Event } from '#events/event.ts';

const COLUMNS = ['TIME', 'ID', 'CALLER', 'CONNECTION', 'METHOD', 'NAME', 'OUTCOME', 'MS'] as const;
const cellsOf = (event: Event): readonly string[] =>
  [
    event.time,
    event.id,
    event.caller?.subject ?? '-',
    event.connection ?? '-',
    event.method ?? event.kind,
    event.name === undefined || event.name === '' ? '-' : event.name,
    event.kind === 'intent' ? (event.outcome ?? '-') : (event.code ?? '-'),
    event.durationMs === undefined ? '-' : String(Math.round(event.durationMs)),
  ].map(cellText);

/** Aligned columns with a heading; '' for no events. */
export const eventTable = (events: readonly Event[]): string => textTable(COLUMNS, events.map(cellsOf));

export const eventLine = (event: Event): string => `${cellsOf(event).join('  ')}\n`;

/** One attribute a line, the payloads indented at the end. */
export function describeEvent(event: Event): string {
  const { arguments: sent, answer, ...rest } = event;
  const lines: string[] = [];
  const show = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [member, inner] of Object.entries(value)) show(`${name}.${member}`, inner);
    } else {
      lines.push(`${name}: ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`);
    }
  };
  for (const [name, value] of Object.entries(rest)) show(name, value);
  for (const [name, value] of [
    ['arguments', sent],
    ['answer', answer],
  ] as const) {
    if (value === undefined) continue;
    // Each line by itself, since the newlines are ours.
    lines.push(
      `${name}:`,
      ...JSON.stringify(value, null, 2)
        .split('\n')
        .map((line) => `  ${printable(line)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}
