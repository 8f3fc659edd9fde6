/**
 * What an attack on identity is: plain data for the table, and one function that carries it out against a gateway. What
 * is expected stands in each row, written by hand: it is never asked of the code under attack.
 */
import type { Scene } from './scene.ts';
import type { SceneOptions } from './scene-config.ts';
import type { Reply } from './wire.ts';

/** What the attacker sees. */
export type WireExpected = {
  readonly status: number;
  /** `error` of the WWW-Authenticate challenge; `none` for a challenge without one; absent where there is no challenge. */
  readonly error?: 'invalid_token' | 'invalid_request' | 'none';
  /** `code` of the problem details or `data.code` of the JSON-RPC error; absent where node's parser answers. */
  readonly code?: string;
};

/** Who stands in the record: nobody verified, or exactly this principal. */
export type Who =
  | 'stranger'
  | { readonly issuer: 'okta' | 'entra' | 'idp' | 'twin'; readonly subject: string; readonly kind: string };

/** What stands in the book. */
export type RecordExpected =
  | {
      readonly kind: 'denied';
      readonly code: string;
      readonly reason: string;
      readonly who: Who;
      /** How many refusals the first record and the counted one after it stand for; 1 unless given. */
      readonly count?: number;
    }
  /** The call is let through, as this principal: the attack would be to be taken for somebody else. */
  | { readonly kind: 'intent'; readonly who: Who }
  /** Nothing, because nothing was asked of a connection. */
  | { readonly kind: 'none'; readonly why: string };

export type Attack = {
  /** Stable: tests, docs and guards name it. */
  readonly name: string;
  readonly group: string;
  /** What is sent, as the table says it. */
  readonly tried: string;
  readonly wire: WireExpected;
  readonly record: RecordExpected;
  /** What must hold besides, in words and as a check after the attack. */
  readonly also?: { readonly says: string; readonly holds: (scene: Scene) => void };
  /** Where the record says it came from; the attack’s own address unless given. */
  readonly source?: string;
  /** A gateway of its own, set up like this; otherwise one is shared. */
  readonly scene?: SceneOptions;
  /** Gives the reply to the last thing sent. */
  readonly launch: (scene: Scene) => Promise<Reply>;
};

export type Row = Omit<Attack, 'group'>;
export const inGroup = (group: string, rows: readonly Row[]): readonly Attack[] =>
  rows.map((row) => ({ ...row, group }));

export const INVALID_TOKEN: WireExpected = { status: 401, error: 'invalid_token', code: 'unauthenticated' };
export const INVALID_REQUEST: WireExpected = { status: 401, error: 'invalid_request', code: 'unauthenticated' };
export const NO_TOKEN: WireExpected = { status: 401, error: 'none', code: 'unauthenticated' };
export const NO_KEYS: WireExpected = { status: 503, code: 'identity_unavailable' };
export const NO_CONNECTION: WireExpected = { status: 404, code: 'unknown_connection' };
export const PASSES: WireExpected = { status: 200 };
export const NOT_HTTP: WireExpected = { status: 400 };
export const NO_CALL: RecordExpected = { kind: 'none', why: 'it is no HTTP request' };

export const stranger = (reason: string, code = 'unauthenticated', count = 1): RecordExpected => ({
  kind: 'denied',
  code,
  reason,
  who: 'stranger',
  count,
});

/** Verified, and without a grant for what it asked. */
export const noGrant = (who: Who): RecordExpected => ({
  kind: 'denied',
  code: 'unknown_connection',
  reason: 'no_grant',
  who,
});

type Crafting = (scene: Scene) => string;

/** One token, sent once, refused to a stranger. */
export const token = (name: string, tried: string, reason: string, craft: Crafting, more: Partial<Row> = {}): Row => ({
  name,
  tried,
  wire: INVALID_TOKEN,
  record: stranger(reason),
  launch: (scene) => scene.show(craft(scene)),
  ...more,
});

/** One token, sent once, of somebody real who has no grant. */
export const person = (name: string, tried: string, who: Who, craft: Crafting, more: Partial<Row> = {}): Row => ({
  name,
  tried,
  wire: NO_CONNECTION,
  record: noGrant(who),
  launch: (scene) => scene.show(craft(scene)),
  ...more,
});
