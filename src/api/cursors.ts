/**
 * Cursors as the API hands them out: opaque, signed, and good only for the search they were given for. The key comes from
 * the master key, so every process of a deployment accepts the others', before and after a restart.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Cursor } from '#events/cursor.ts';
import type { FollowPosition } from '#events/follow.ts';
import type { SessionPlace } from '#events/session-row.ts';

/** With the times of the search as they were when its first page was asked: `15m` ago does not move from page to page. */
export type CursorPlace = { readonly since?: string | undefined; readonly until?: string | undefined } & (
  | { readonly kind: 'page'; readonly at: Cursor }
  | { readonly kind: 'follow'; readonly at: FollowPosition }
  | { readonly kind: 'sessions'; readonly at: SessionPlace }
);

export type Cursors = {
  /** `search`: everything that makes it this search and no other. */
  seal(place: CursorPlace, search: readonly unknown[]): string;
  /** Undefined unless sealed with the same key for the same search. */
  open(text: string, search: readonly unknown[]): CursorPlace | undefined;
};

const KEY_BYTES = 32;
const MAC_BYTES = 16;

/** @param maskingKey what the master key gives for masking: a secret that every shard has. */
export function createCursors(maskingKey: Buffer): Cursors {
  const key = Buffer.from(hkdfSync('sha256', maskingKey, '', 'gatebook api cursors v1', KEY_BYTES));
  const macOf = (body: string, search: readonly unknown[]): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([body, ...search]))
      .digest()
      .subarray(0, MAC_BYTES);
  return {
    seal(place, search) {
      const body = JSON.stringify(place);
      return Buffer.concat([macOf(body, search), Buffer.from(body)]).toString('base64url');
    },
    open(text, search) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= MAC_BYTES) return undefined;
      const body = bytes.toString('utf8', MAC_BYTES);
      if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(body, search))) return undefined;
      // Its shape is ours: nobody else could have signed it.
      return JSON.parse(body) as CursorPlace;
    },
  };
}
