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
};

type Question = { readonly call: string | undefined; isReleased: boolean };

/** Maps keep insertion order: the oldest is forgotten first, for clients need not answer. */
function keepNewest<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}

export function createAskedIds(limits: Pick<Limits, 'askedPerSession' | 'sessions'>): AskedIds {
  const sessions = new Map<string, Map<string, Question>>();
  const forget = ({ binding, idKey }: Asked): void => {
    const open = sessions.get(binding);
    open?.delete(idKey);
    if (open?.size === 0) sessions.delete(binding);
  };
  return {
    ask({ binding, idKey }, { call, isReplay }) {
      const open = sessions.get(binding) ?? new Map<string, Question>();
      const before = open.get(idKey);
      if (before !== undefined && !(isReplay && before.call === call)) return false;
      keepNewest(open, idKey, { call, isReleased: before?.isReleased ?? false }, limits.askedPerSession);
      keepNewest(sessions, binding, open, limits.sessions);
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
  };
}
