/** What policy is asked about: one message of one caller, as plain values. */
import type { Caller } from '#identity/caller.ts';
import type { Finding } from '#masking/masked.ts';

/** How often in the last minute and in the last hour. */
export type RecentTimes = { readonly minute: number; readonly hour: number };

/** Of one caller on one connection, before the call in question. */
export type RecentCalls = {
  /** That went on to the server. */
  readonly calls: RecentTimes;
  /** Of those, the ones of the same method and name. */
  readonly tool: RecentTimes;
  /** That policy denied. */
  readonly denied: RecentTimes;
};

export const NOTHING_RECENT: RecentCalls = {
  calls: { minute: 0, hour: 0 },
  tool: { minute: 0, hour: 0 },
  denied: { minute: 0, hour: 0 },
};

export type PolicyInput = {
  readonly caller: Caller;
  /** Name of the connection. */
  readonly connection: string;
  readonly method: string;
  /** Tool, prompt or resource URI as sent; '' when the method has none. */
  readonly name: string;
  /**
   * `params.arguments` of tools/call and prompts/get, otherwise all of `params`: a plain value tree, integers beyond
   * 2^53 as bigint. May be a getter; it is read at most once, and only when something looks at it.
   */
  readonly args: unknown;
  /** What the server claims about the tool, as it was last accepted, and whether it has claimed something else since. */
  readonly tool?: { readonly annotations?: Readonly<Record<string, unknown>>; readonly changed: boolean };
  /** The call that made what the message is about, such as a task: the message is permitted exactly when that still is. */
  readonly follows?: { readonly method: string; readonly name: string };
  readonly findings: readonly Finding[];
  /** May be a getter, read only when a condition looks. Absent: nothing is known, which is as if nothing had been. */
  readonly recent?: RecentCalls | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
};
