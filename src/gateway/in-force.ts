/**
 * Which gateway is in force. A reload puts another one in its place; an exchange takes the one in force when it arrives
 * and keeps it to its end, so that nothing is decided half by the old configuration and half by the new.
 */
import type { Gateway } from '#gateway/gateway.ts';

export type InForce = {
  current(): Gateway;
  /** Runs one exchange with the gateway in force now. */
  hold(run: (gateway: Gateway) => Promise<void>): Promise<void>;
  /** From here on exchanges take `next`. Resolves when no exchange holds an earlier gateway any more. */
  replace(next: Gateway): Promise<void>;
};

type Reign = { readonly gateway: Gateway; holders: number; readonly ended: PromiseWithResolvers<void> };

const begin = (gateway: Gateway): Reign => ({ gateway, holders: 0, ended: Promise.withResolvers() });

export function createInForce(first: Gateway): InForce {
  let reign = begin(first);
  let earlierEnded: Promise<unknown> = Promise.resolve();

  const endIfLeft = (one: Reign): void => {
    if (one !== reign && one.holders === 0) one.ended.resolve();
  };

  return {
    current: () => reign.gateway,
    async hold(run) {
      const held = reign;
      held.holders += 1;
      try {
        await run(held.gateway);
      } finally {
        held.holders -= 1;
        endIfLeft(held);
      }
    },
    async replace(next) {
      const before = reign;
      reign = begin(next);
      earlierEnded = Promise.all([earlierEnded, before.ended.promise]);
      endIfLeft(before);
      await earlierEnded;
    },
  };
}
