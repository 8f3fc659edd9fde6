/**
 * The key ring as text: one JSON object a line (docs/ledger-format.md section 7). Pure; keys stay wrapped here.
 * Every line is written and synced by itself, so a crash can damage only the last one, and that key was never used.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { WRAPPED_BYTES } from '#ledger/wrap.ts';

export type RingEntry = { readonly id: string; readonly who: string | undefined; readonly wrapped: Buffer };

const ID_PATTERN = /^(?:day:(?:0|[1-9][0-9]{0,9})|subject:[0-9a-f]{16})$/;

export const dayKeyId = (day: number): string => `day:${day}`;
export const subjectKeyId = (subject: Buffer): string => `subject:${subject.toString('hex')}`;

export function formatRingLine(entry: RingEntry): string {
  const wrapped = entry.wrapped.toString('base64');
  return `${JSON.stringify(entry.who === undefined ? { id: entry.id, wrapped } : { id: entry.id, who: entry.who, wrapped })}\n`;
}

export function parseRingLine(line: string): RingEntry | undefined {
  let value: { id?: unknown; who?: unknown; wrapped?: unknown } | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || typeof value.id !== 'string' || typeof value.wrapped !== 'string')
    return undefined;
  const wrapped = Buffer.from(value.wrapped, 'base64');
  if (!ID_PATTERN.test(value.id) || wrapped.length !== WRAPPED_BYTES) return undefined;
  if (value.id.startsWith('subject:') !== (typeof value.who === 'string')) return undefined;
  return { id: value.id, who: typeof value.who === 'string' ? value.who : undefined, wrapped };
}

export type Ring = {
  readonly entries: readonly RingEntry[];
  /** Bytes of text that make up the sound lines. */
  readonly bytes: number;
};

/** The sound lines from the start. A damaged last line is left out; a damaged line before a later one is an error (its number, from 1). */
export function parseRing(text: Buffer): Result<Ring, number> {
  const entries: RingEntry[] = [];
  let at = 0;
  for (let number = 1; at < text.length; number += 1) {
    const newline = text.indexOf(0x0a, at);
    const end = newline < 0 ? text.length : newline + 1;
    const entry = newline < 0 ? undefined : parseRingLine(text.toString('utf8', at, newline));
    if (entry === undefined) return end === text.length ? ok({ entries, bytes: at }) : err(number);
    entries.push(entry);
    at = end;
  }
  return ok({ entries, bytes: at });
}
