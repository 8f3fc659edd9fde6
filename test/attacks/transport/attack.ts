/**
 * What a way past inspection is: plain data for the table and one function that tries it against a gateway. What is expected
 * stands in each row, written by hand: it is never asked of the code under attack.
 */
import type { Reply, Scene } from './scene.ts';

export type Expected = {
  /** Status and `data.code` of the last reply; `ok` for one without an error. */
  readonly wire: string;
  /** Kind, status and reason of every record the attack leaves, in order. */
  readonly book: readonly string[];
  /** Set where records are made beside each other. */
  readonly isBookUnordered?: true;
  /** Methods of the messages that reached the server, in order; `(none)` for one without. */
  readonly reached: readonly string[];
};

export type Attack = Expected & {
  /** Stable: tests, docs and guards name it. */
  readonly name: string;
  readonly group: string;
  /** What is tried, as the table says it. */
  readonly tried: string;
  /** What has to be there first, and is no part of the attack. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** Gives the last reply the attacker got. */
  readonly launch: (scene: Scene) => Promise<Reply>;
  /** What must hold besides, in words and as a check of what came back. */
  readonly also?: { readonly says: string; readonly holds: (reply: Reply, scene: Scene) => void };
};

export type Row = Omit<Attack, 'group'>;
export const inGroup = (group: string, rows: readonly Row[]): readonly Attack[] =>
  rows.map((row) => ({ ...row, group }));

/** Refused before anything of it is sent, with one record. */
export const refused = (status: number, code: string, reason: string): Expected => ({
  wire: `${status} ${code}`,
  book: [`denied ${code} ${reason}`],
  reached: [],
});

/** Sent once, and what came back is not what it may be. */
export const distrusted = (reason: string, method = 'tools/call'): Expected => ({
  wire: '502 upstream_invalid',
  book: ['intent open', `result error ${reason}`],
  reached: [method],
});

/** Sent and answered like any other: what the attack hoped to get past is applied all the same. */
export const inspected = (method = 'tools/call', between: readonly string[] = []): Expected => ({
  wire: '200 ok',
  book: ['intent open', ...between, 'result ok'],
  reached: [method],
});
