/** Rows for a person. What they say comes from strangers: nothing in it may steer the terminal. */

/** Control and format characters (Unicode Cc, Cf: escapes, bidirectional overrides) and line separators become U+FFFD. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');

const CELL_CHARS_MAX = 60;

const cut = (text: string): string => (text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text);

export const cellText = (text: string): string => cut(printable(text));

/** Aligned columns with a heading; '' for no rows. Cells are given as `cellText` makes them. */
export function textTable(columns: readonly string[], cells: readonly (readonly string[])[]): string {
  if (cells.length === 0) return '';
  const rows = [columns, ...cells];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
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
