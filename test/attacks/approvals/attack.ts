/**
 * What somebody tries who wants a call to go up that nobody agreed to: plain data for the table and one function that tries
 * it against a gateway. What is expected stands in each row, written by hand: it is never asked of the code under attack.
 */
import type { Reply } from '../../e2e/harness.ts';
import type { Scene } from './scene.ts';

export type Expected = {
  /** Status and code of the last reply: of the tool's error, the JSON-RPC error or the problem; `page` for one of ours, else `ok`. */
  readonly wire: string;
  /** How many calls reached the server by it. */
  readonly sent: number;
  /** Kind, act or code, and reason of the records about what the attack asked for, in order. */
  readonly book: readonly string[];
  /** Set where records are made beside each other. */
  readonly isBookUnordered?: true;
  /** Set where only records that begin so are compared: how often the others come is chance. */
  readonly bookOf?: string;
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
  readonly also?: { readonly says: string; readonly holds: (reply: Reply, scene: Scene) => void | Promise<void> };
};

export type Row = Omit<Attack, 'group'>;
export const inGroup = (group: string, rows: readonly Row[]): readonly Attack[] =>
  rows.map((row) => ({ ...row, group }));

/** It is another call: somebody is asked anew, and nothing goes up. */
export const ASKED_ANEW: Expected = {
  wire: '200 approval_required',
  sent: 0,
  book: ['control approval_requested', 'denied approval_required held_by_rule'],
};
