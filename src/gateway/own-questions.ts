/**
 * What the gateway itself asked the user of a legacy client, and waits to be told. Its answer goes the way of every answer,
 * recorded before anybody has it (P1): only that the server it goes to is the gateway. Per process, like the sessions it is
 * asked in.
 */
import type { Asked } from '#gateway/asked-ids.ts';
import { ok } from '#result.ts';
import { spendIntent } from '#upstream/port.ts';
import type { Upstream } from '#upstream/port.ts';

export type OwnQuestions = {
  /** `take`: gets the JSON-RPC response, once. Gives what ends the asking. */
  ask(asked: Asked, take: (answer: Buffer) => void): () => void;
  /** The gateway as the server that takes this answer, which is then answered. Undefined: it asked nothing such. */
  takerOf(asked: Asked): Upstream | undefined;
};

async function* nothing(): AsyncGenerator<never> {
  // A server has nothing to say to a response (MCP 2025-11-25, Sending Messages to the Server).
}

const takerWith = (take: (answer: Buffer) => void): Upstream => ({
  async exchange(request) {
    spendIntent(request);
    take(request.body);
    return ok({ status: 202, headers: [], sessionId: undefined, form: 'none', messages: nothing() });
  },
  endSession: async () => ok(204),
  close: async () => undefined,
});

export function createOwnQuestions(): OwnQuestions {
  // As many as calls are held, each of which asks one thing at a time.
  const open = new Map<string, (answer: Buffer) => void>();
  const keyOf = ({ binding, idKey }: Asked): string => `${binding}\n${idKey}`;
  return {
    ask(asked, take) {
      const key = keyOf(asked);
      open.set(key, take);
      return () => void open.delete(key);
    },
    takerOf(asked) {
      const key = keyOf(asked);
      const take = open.get(key);
      open.delete(key);
      return take === undefined ? undefined : takerWith(take);
    },
  };
}
