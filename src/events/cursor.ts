/** Where a page of events ended, as an opaque text for the next request. Not a secret, not trusted: only its grammar is. */
import type { Month } from '#events/month.ts';

export type Cursor = { readonly month: Month; readonly key: number };

export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(`${cursor.month}.${cursor.key}`).toString('base64url');

export function decodeCursor(text: string): Cursor | undefined {
  if (text.length > 64) return undefined;
  const [, month, key] =
    /^(\d{4}-(?:0[1-9]|1[0-2]))\.(\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (month === undefined || !Number.isSafeInteger(Number(key))) return undefined;
  return { month, key: Number(key) };
}
