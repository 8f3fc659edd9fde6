/** Who waits for the end of which approval: found by its id, so that a change costs the same however many wait. */
import type { Approval } from '#approvals/approval.ts';

type Listener = (approval: Approval) => void;

export type Settling = {
  /** Gives what ends the waiting. */
  add(id: string, listener: Listener): () => void;
  /** What became of one: whoever waits for it hears so once, unless it is pending. */
  tell(approval: Approval): void;
};

export function createSettling(): Settling {
  const waiting = new Map<string, Set<Listener>>();
  return {
    add(id, listener) {
      const others = waiting.get(id) ?? new Set();
      waiting.set(id, others.add(listener));
      return () => {
        others.delete(listener);
        if (others.size === 0 && waiting.get(id) === others) waiting.delete(id);
      };
    },
    tell(approval) {
      const told = approval.state === 'pending' ? undefined : waiting.get(approval.id);
      if (told === undefined) return;
      waiting.delete(approval.id);
      for (const listener of told) listener(approval);
    },
  };
}
