/**
 * The arguments of a call as rows that a person can go through: each value with its place, one after the other, numbers as
 * they were spelled. A row has a number that stays, so that a page of its own can show the value whole.
 */
import { toPointer } from '#masking/finding-notes.ts';
import type { PathPart } from '#masking/finding-notes.ts';

/** Where in the message paths count from, and what to say of it. */
export type ArgumentRoot = { readonly at: readonly PathPart[]; readonly words: string };
export const ARGUMENTS: ArgumentRoot = { at: ['params', 'arguments'], words: '' };
/** Of methods without arguments of that name. */
export const PARAMS: ArgumentRoot = { at: ['params'], words: '' };
/** Whatever else a client sends along, which a server may well read. */
export const BESIDE: ArgumentRoot = { at: ['params'], words: 'beside the arguments: ' };

export type ArgumentRow = {
  readonly root: ArgumentRoot;
  readonly path: readonly PathPart[];
  /** `literal`: a number as spelled, `true`, `false`, `null`, `{}` or `[]`. */
  readonly kind: 'text' | 'literal';
  /** Of a text its characters, without quotes. */
  readonly text: string;
};

export type ArgumentRows = {
  readonly rows: readonly ArgumentRow[];
  /** There are more than these; nobody can be said to have seen them. */
  readonly isCut: boolean;
};

// Of ECMAScript 2026 (proposal-json-parse-with-source), not yet in TypeScript's library.
type RawJson = { isRawJSON(value: unknown): boolean };
const isNumberAsSpelled = (value: unknown): boolean => (JSON as typeof JSON & RawJson).isRawJSON(value);

/** @param value as `parseExactly` reads it */
export function argumentRows(value: unknown, rowsMax: number, root: ArgumentRoot = ARGUMENTS): ArgumentRows {
  const rows: ArgumentRow[] = [];
  let isCut = false;
  const put = (row: ArgumentRow): void => {
    if (rows.length < rowsMax) rows.push(row);
    else isCut = true;
  };
  const visit = (inner: unknown, path: readonly PathPart[]): void => {
    if (isCut) return;
    if (typeof inner === 'string') return put({ root, path, kind: 'text', text: inner });
    const entries: readonly (readonly [PathPart, unknown])[] =
      typeof inner !== 'object' || inner === null || isNumberAsSpelled(inner)
        ? []
        : Array.isArray(inner)
          ? inner.map((item, at) => [at, item])
          : Object.entries(inner);
    if (entries.length === 0) return put({ root, path, kind: 'literal', text: JSON.stringify(inner ?? null) });
    for (const [part, item] of entries) {
      if (isCut) return;
      visit(item, [...path, part]);
    }
  };
  visit(value, []);
  return { rows, isCut };
}

export type ArgumentChange =
  | { readonly kind: 'added'; readonly after: ArgumentRow }
  | { readonly kind: 'removed'; readonly before: ArgumentRow }
  | { readonly kind: 'changed'; readonly before: ArgumentRow; readonly after: ArgumentRow };

/** Numbers count as changed where they are spelled otherwise: `1.0` is not sent as `1`. */
const isSame = (one: ArgumentRow, other: ArgumentRow): boolean => one.kind === other.kind && one.text === other.text;

/** Place by place, in the order of what is asked now; what is gone comes last. */
export function argumentChanges(
  before: readonly ArgumentRow[],
  after: readonly ArgumentRow[],
): readonly ArgumentChange[] {
  const keyOf = ({ root, path }: ArgumentRow): string => JSON.stringify([...root.at, ...path]);
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  const changes: ArgumentChange[] = [];
  for (const row of after) {
    const key = keyOf(row);
    const was = earlier.get(key);
    earlier.delete(key);
    if (was === undefined) changes.push({ kind: 'added', after: row });
    else if (!isSame(was, row)) changes.push({ kind: 'changed', before: was, after: row });
  }
  return [...changes, ...[...earlier.values()].map((row) => ({ kind: 'removed' as const, before: row }))];
}

/** Where a finding of the masker lies; it counts from the message. */
export const findingPointer = ({ root, path }: ArgumentRow): string => toPointer([...root.at, ...path]);
