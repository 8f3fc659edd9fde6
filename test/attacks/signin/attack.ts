/**
 * What somebody tries who is no caller yet: plain data for the table and one function that tries it against a gateway. What is
 * expected stands in each row, written by hand: it is never asked of the code under attack.
 */
import type { Scene, SignInReply } from './scene.ts';

export type Expected = {
  /** Status and error of the last reply: `error` of OAuth, in the body or the redirect, `code` of problem details; `page` for one of ours, else `ok`. */
  readonly wire: string;
  /** Kind, act or code, and reason of every record the attack leaves, in order; counts of strangers' refusals are left out. */
  readonly book: readonly string[];
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
  readonly launch: (scene: Scene) => Promise<SignInReply>;
  /** What must hold besides, in words and as a check of what came back. */
  readonly also?: { readonly says: string; readonly holds: (reply: SignInReply, scene: Scene) => void | Promise<void> };
};

export type Row = Omit<Attack, 'group'>;
export const inGroup = (group: string, rows: readonly Row[]): readonly Attack[] =>
  rows.map((row) => ({ ...row, group }));
