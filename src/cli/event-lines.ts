/** Events as lines for a person. Names come from strangers: nothing in them may steer the terminal. */
import type { Event } from '#events/event.ts';

/** Control and format characters (Unicode Cc, Cf: escapes, bidirectional overrides) and line separators become U+FFFD. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');

const COLUMNS = ['TIME', 'ID', 'CALLER', 'CONNECTION', 'METHOD', 'NAME', 'OUTCOME', 'MS'] as const;
const CELL_CHARS_MAX = 60;

const cut = (text: string): string => (text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text);

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
  ].map((cell) => cut(printable(cell)));

/** Aligned columns with a heading; '' for no events. */
export function eventTable(events: readonly Event[]): string {
  if (events.length === 0) return '';
  const rows = [COLUMNS, ...events.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

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
