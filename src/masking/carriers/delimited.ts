/**
 * Tables in a text, their cells parted by commas, semicolons, tabs or bars (RFC 4180; IANA text/tab-separated-values), whose
 * first line names the columns. Finds where each cell stands. A line that does not fit ends a table.
 */
import { LIMITS } from '#limits.ts';

export type Cell = {
  /** Without quotes around it. */
  readonly start: number;
  readonly end: number;
  readonly column: number;
  readonly isQuoted: boolean;
};
export type Table = {
  readonly start: number;
  readonly end: number;
  readonly delimiter: string;
  /** The names, in their order. */
  readonly columns: readonly string[];
  /** Below the names. */
  readonly cells: readonly Cell[];
};

const DELIMITERS = [',', '\t', ';', '|'] as const;
const HEAD_CHARS_MAX = 64;
/** A name of a column: a word or a few, never a value. */
const HEAD = /^[\p{L}_][\p{L}\p{N}_ .()#/-]{0,63}$/u;

type Row = { readonly cells: readonly Cell[]; readonly next: number; readonly end: number };

/** One row beginning at `at`; undefined when a quote in it is not closed, or it has too many cells. */
function rowAt(text: string, at: number, delimiter: string, cellsMax: number): Row | undefined {
  const cells: Cell[] = [];
  for (;;) {
    if (cells.length >= cellsMax) return undefined;
    const isQuoted = text[at] === '"';
    const start = isQuoted ? at + 1 : at;
    let end: number;
    if (isQuoted) {
      end = closingQuote(text, start);
      if (end === -1) return undefined;
      at = end + 1;
      if (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') return undefined;
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
      end = at;
    }
    cells.push({ ...(isQuoted ? { start, end } : trimmed(text, start, end)), column: cells.length, isQuoted });
    if (text[at] !== delimiter) break;
    at++;
  }
  const end = at;
  if (text[at] === '\r') at++;
  if (text[at] === '\n') at++;
  return { cells, next: at, end };
}

/** White space around a value is none of it. */
function trimmed(text: string, from: number, to: number): { readonly start: number; readonly end: number } {
  let start = from;
  let end = to;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return { start, end };
}

function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1 || text[at + 1] !== '"') return at;
  }
}

/** `isTelling`: whether the name of a column says anything about what is in it; without one such a table is text. */
export function tablesIn(text: string, isTelling: (column: string) => boolean): readonly Table[] {
  if (!text.includes('\n')) return [];
  const tables: Table[] = [];
  let cellsLeft: number = LIMITS.tableCells;
  for (let at = 0; at < text.length;) {
    const found = tableAt(text, at, cellsLeft, isTelling);
    if (found !== undefined) {
      if (found.isTelling) tables.push(found.table);
      cellsLeft -= found.table.cells.length;
      at = found.next;
      continue;
    }
    const line = text.indexOf('\n', at);
    if (line === -1) break;
    at = line + 1;
  }
  return tables;
}

/** Without its end; of a long one the beginning. */
function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, Math.min(end === -1 ? text.length : end, at + LIMITS.tableHeadChars));
}

/** Rows of Markdown begin and end with a bar. */
const isEdge = (delimiter: string, column: number, columns: number): boolean =>
  delimiter === '|' && (column === 0 || column === columns - 1);

const RULE = /^[ \t|:+-]*-{2}[ \t|:+-]*\r?$/;

/** Of a head that says nothing the rows below are not heads either: a table that describes fields names them in its rows. */
const isPlainHead = (names: readonly string[], second: string, delimiter: string): boolean =>
  delimiter === '|' ? RULE.test(second) : names.length > 2 && names.every((name) => /^[\w.-]+$/.test(name));

function tableAt(
  text: string,
  at: number,
  cellsMax: number,
  isTelling: (column: string) => boolean,
): { readonly table: Table; readonly isTelling: boolean; readonly next: number } | undefined {
  const lineEnd = text.indexOf('\n', at);
  if (lineEnd === -1 || lineEnd - at > LIMITS.tableHeadChars) return undefined;
  const first = text.slice(at, lineEnd);
  for (const delimiter of DELIMITERS) {
    if (!first.includes(delimiter)) continue;
    const head = rowAt(text, at, delimiter, LIMITS.tableColumns);
    if (head === undefined || head.cells.length < 2) continue;
    const columns = head.cells.map((cell) => text.slice(cell.start, cell.end).trim());
    const named = columns.filter((name, column) => name !== '' || !isEdge(delimiter, column, columns.length));
    if (!named.every((name) => name.length <= HEAD_CHARS_MAX && HEAD.test(name))) continue;
    if (named.length === 0 || new Set(named).size !== named.length) continue;
    const isTold = named.some(isTelling);
    if (!isTold && !isPlainHead(named, lineAt(text, head.next), delimiter)) continue;
    const cells: Cell[] = [];
    let next = head.next;
    let end = head.end;
    while (next < text.length && cells.length + columns.length <= cellsMax) {
      // of a box as psql and mysql draw it
      const line = delimiter === '|' ? lineAt(text, next) : '';
      if (line !== '' && RULE.test(line)) {
        next = Math.min(text.length, next + line.length + 1);
        continue;
      }
      const row = rowAt(text, next, delimiter, LIMITS.tableColumns);
      if (row === undefined || row.cells.length !== columns.length) break;
      cells.push(...row.cells);
      ({ next, end } = row);
    }
    if (cells.length > 0) return { table: { start: at, end, delimiter, columns, cells }, isTelling: isTold, next };
  }
  return undefined;
}

/** A cell's new text, so that it stays one cell. */
export function spelledCell(text: string, { isQuoted }: Cell, delimiter: string): string {
  if (isQuoted) return text;
  const needsQuotes = text.includes(delimiter) || /["\r\n]/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
