/**
 * Requests of servers that wait for a client's answer, by session. A client may answer what it was shown, once; a server may not
 * ask under an id that is still open, for nobody could tell whose the answer is (JSON-RPC 2.0 section 4; MCP 2025-11-25, Requests).
 */
import type { Limits } from '#limits.ts';

export type Asked = {
  /** See session-binding.ts. */
  readonly binding: string;
  /** Canonical spelling of the request's id. */
  readonly idKey: string;
};

export type AskedIds = {
  /**
   * Takes the id for a request that is on its way down. False when one of that id is open in the session, unless a resumed
   * stream gives the same call's again. `call`: the call in whose stream it comes; undefined on a stream of no call.
   */
  ask(asked: Asked, from: { readonly call: string | undefined; readonly isReplay: boolean }): boolean;
  /** It is about to be released: from here on it can be answered. */
  released(asked: Asked): void;
  /** It was not released after all. */
  withdraw(asked: Asked): void;
  /** True when a released request waits for this answer; it does no longer. */
  answer(asked: Asked): boolean;
  /** The session is over: nobody will answer. */
  endOf(binding: string): void;
};

type Question = { readonly call: string | undefined; isReleased: boolean };

/** Maps keep insertion order. */
const oldestOf = (map: ReadonlyMap<string, unknown>): string | undefined => map.keys().next().value;

function putNewest<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}

export function createAskedIds(limits: Pick<Limits, 'askedPerSession' | 'asked'>): AskedIds {
  const sessions = new Map<string, Map<string, Question>>();
  let count = 0;
  const forget = ({ binding, idKey }: Asked): void => {
    const open = sessions.get(binding);
    if (open?.delete(idKey) === true) count -= 1;
    if (open?.size === 0) sessions.delete(binding);
  };
  const forgetOldest = (binding: string): void => {
    const idKey = oldestOf(sessions.get(binding) ?? new Map());
    if (idKey !== undefined) forget({ binding, idKey });
  };
  /** Clients need not answer, so the oldest are forgotten; a session that asks much forgets its own. */
  const makeRoom = (binding: string, open: ReadonlyMap<string, Question>): void => {
    if (open.size > limits.askedPerSession || (count > limits.asked && open.size > 1)) return forgetOldest(binding);
    const longestSilent = count > limits.asked ? oldestOf(sessions) : undefined;
    if (longestSilent !== undefined) forgetOldest(longestSilent);
  };
  return {
    ask({ binding, idKey }, { call, isReplay }) {
      const open = sessions.get(binding) ?? new Map<string, Question>();
      const before = open.get(idKey);
      if (before !== undefined && !(isReplay && before.call === call)) return false;
      if (before === undefined) count += 1;
      putNewest(open, idKey, { call, isReleased: before?.isReleased ?? false });
      putNewest(sessions, binding, open);
      makeRoom(binding, open);
      return true;
    },
    released({ binding, idKey }) {
      const question = sessions.get(binding)?.get(idKey);
      if (question !== undefined) question.isReleased = true;
    },
    withdraw(asked) {
      if (sessions.get(asked.binding)?.get(asked.idKey)?.isReleased === false) forget(asked);
    },
    answer(asked) {
      if (sessions.get(asked.binding)?.get(asked.idKey)?.isReleased !== true) return false;
      forget(asked);
      return true;
    },
    endOf(binding) {
      count -= sessions.get(binding)?.size ?? 0;
      sessions.delete(binding);
    },
  };
}
