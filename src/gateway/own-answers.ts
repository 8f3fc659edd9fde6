/**
 * Which requests of servers the gateway has answered itself. A stream that is resumed brings what no client was shown once
 * more, and an answer is given once (P1). Per process, like the sessions whose streams these are.
 */
import type { Exchange } from '#gateway/call.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import type { Limits } from '#limits.ts';

export type OwnAnswers = {
  /** True the first time for this request of the server. `idKey`: canonical spelling of its id. */
  claim(call: Exchange, idKey: string): boolean;
};

/** Servers without sessions count from the start in every call, so an id belongs to its call, or to the stream of none. */
const placeOf = (call: Exchange): string => `${bindingOf(call)}\n${call.message === undefined ? '' : call.id}`;

export function createOwnAnswers(limits: Pick<Limits, 'ownAnswersKept'>): OwnAnswers {
  // Sets keep insertion order: the oldest is forgotten first.
  const given = new Set<string>();
  return {
    claim(call, idKey) {
      const key = `${placeOf(call)}\n${idKey}`;
      if (given.has(key)) return false;
      given.add(key);
      if (given.size > limits.ownAnswersKept) for (const oldest of given.keys()) return given.delete(oldest);
      return true;
    },
  };
}
