/** Events as CSV (RFC 4180): fixed columns, attributes flattened with dots, lists as JSON. */
import { EVENT_COLUMNS, type Event, columnValue } from '#events/event.ts';

export const csvHeader = (): string => `${EVENT_COLUMNS.join(',')}\r\n`;

export const csvRow = (event: Event): string =>
  `${EVENT_COLUMNS.map((column) => csvCell(columnValue(event, column))).join(',')}\r\n`;

/**
 * A spreadsheet takes a cell that begins with one of these for a formula, and names in events come from strangers: an
 * apostrophe in front makes it text (OWASP, CSV injection). The JSON export has every value as it is.
 */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const inert = typeof value !== 'number' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
