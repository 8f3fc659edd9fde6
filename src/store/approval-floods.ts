/**
 * Counts requests for approval as they are written, of one caller and under one rule, for all processes of a data directory:
 * whoever is asked the same kind of thing all day agrees without reading. What one caller has too many of does not count for
 * the rule, so that nobody alone makes the requests of others less heard.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Flood } from '#approvals/approval.ts';
import type { Limits } from '#limits.ts';

export type FloodLimits = Pick<Limits, 'approvalFloodMs' | 'approvalFloodPerCaller' | 'approvalFloodPerRule'>;

/** A row lives as long as the approval of its id. */
export const FLOOD_SCHEMA = `
CREATE TABLE IF NOT EXISTS approval_asks (
  id TEXT PRIMARY KEY, asked_ms INTEGER NOT NULL, caller BLOB NOT NULL, rule BLOB NOT NULL, flood_of TEXT, flood_first TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS approval_asks_by_caller ON approval_asks (caller, asked_ms);
CREATE INDEX IF NOT EXISTS approval_asks_by_rule ON approval_asks (rule, asked_ms);
`;

/** Keyed digests, as all that an approval is looked up by. */
export type Ask = {
  readonly id: string;
  readonly askedMs: number;
  readonly caller: Uint8Array;
  readonly rule: Uint8Array;
};

const OF = {
  caller: { column: 'caller', counted: '1' },
  rule: { column: 'rule', counted: "flood_of IS NOT 'caller'" },
} as const;

/** In the transaction that writes the approval. Undefined while there are not too many. */
export function countAsk(database: DatabaseSync, ask: Ask, limits: FloodLimits): Flood | undefined {
  const flood =
    floodOf(database, 'caller', ask, limits.approvalFloodPerCaller, limits) ??
    floodOf(database, 'rule', ask, limits.approvalFloodPerRule, limits);
  database
    .prepare('INSERT INTO approval_asks VALUES (?, ?, ?, ?, ?, ?)')
    .run(ask.id, ask.askedMs, ask.caller, ask.rule, flood?.of ?? null, flood?.first ?? null);
  return flood;
}

function floodOf(
  database: DatabaseSync,
  of: Flood['of'],
  ask: Ask,
  most: number,
  { approvalFloodMs }: FloodLimits,
): Flood | undefined {
  const { column, counted } = OF[of];
  const sinceMs = ask.askedMs - approvalFloodMs;
  const row = database
    .prepare(
      // Once there are too many, how many more costs nothing to know.
      `SELECT count(*) AS count FROM (SELECT 1 FROM approval_asks WHERE ${column} = ? AND asked_ms > ? AND ${counted} LIMIT ?)`,
    )
    .get(ask[of], sinceMs, most);
  if (Number(row?.['count']) < most) return undefined;
  // While it goes on, one request in each stretch of time stands for it.
  const first = database
    .prepare(
      `SELECT id FROM approval_asks WHERE asked_ms > ? AND id =
         (SELECT flood_first FROM approval_asks WHERE ${column} = ? AND asked_ms > ? AND flood_of = ? ORDER BY asked_ms DESC LIMIT 1)`,
    )
    .get(sinceMs, ask[of], sinceMs, of)?.['id'];
  return { of, first: typeof first === 'string' ? first : ask.id };
}

/** As it lies beside the approval; what is no flood is none. */
export const floodOfRow = (of: unknown, first: unknown): Flood | undefined =>
  (of === 'caller' || of === 'rule') && typeof first === 'string' ? { of, first } : undefined;
