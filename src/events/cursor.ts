/** Where a page of events ended: after which event, in the one order all shards share. Plain data, and an opaque spelling. */
import type { Month } from '#events/month.ts';

/** Events are ordered by `month`, then `key` (month.ts), then `shard`. */
export type Cursor = { readonly month: Month; readonly key: number; readonly shard: string };

export function compareCursors(a: Cursor, b: Cursor): number {
  if (a.month !== b.month) return a.month < b.month ? -1 : 1;
  if (a.key !== b.key) return a.key - b.key;
  return a.shard === b.shard ? 0 : a.shard < b.shard ? -1 : 1;
}

/** For a user's own command line: its grammar is checked, and nothing else needs to be. The API signs its cursors. */
export const encodeCursor = ({ month, key, shard }: Cursor): string =>
  Buffer.from(`${month}.${key}.${shard}`).toString('base64url');

export function decodeCursor(text: string): Cursor | undefined {
  if (text.length > 160) return undefined;
  const [, month, key, shard] =
    /^(\d{4}-(?:0[1-9]|1[0-2]))\.(\d{1,16})\.([a-z0-9-]{1,63})$/.exec(
      Buffer.from(text, 'base64url').toString('latin1'),
    ) ?? [];
  if (month === undefined || shard === undefined || !Number.isSafeInteger(Number(key))) return undefined;
  return { month, key: Number(key), shard };
}
