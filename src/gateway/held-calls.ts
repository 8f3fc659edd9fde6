/**
 * Calls that wait for people in this process, found by the approval they wait for. Knows neither who decides nor how long they
 * may wait.
 */
import { member, parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import type { Limits } from '#limits.ts';

/** `sent`: the message as it would go up. It holds neither the caller's token nor a credential (P5). */
export type HeldCall = { readonly sent: Buffer };

export type HeldCalls = {
  /** The call waits from here on, until what is given is called. */
  enter(approval: string, call: HeldCall): () => void;
  /** How many wait for the approval. */
  waitingFor(approval: string): number;
  /**
   * `params.arguments` as one that waits for the approval would send them, spelled as its client did but for what is masked on
   * its way. Undefined when none waits in this process, when it has none, and when its message is longer than `heldShownBytes`.
   */
  argumentsOf(approval: string): string | undefined;
};

function argumentsIn({ text, root }: JsonDocument): string | undefined {
  const found = member(member(root, 'params'), 'arguments');
  return found === undefined ? undefined : text.slice(found.start, found.end);
}

export function createHeldCalls(limits: Pick<Limits, 'heldShownBytes' | 'jsonDepth' | 'jsonNodes'>): HeldCalls {
  const held = new Map<string, Set<HeldCall>>();
  return {
    enter(approval, call) {
      const others = held.get(approval) ?? new Set();
      held.set(approval, others.add(call));
      return () => {
        others.delete(call);
        if (others.size === 0) held.delete(approval);
      };
    },
    waitingFor: (approval) => held.get(approval)?.size ?? 0,
    argumentsOf(approval) {
      // What waits for one approval is the same call, so any will do.
      const [call] = held.get(approval) ?? [];
      if (call === undefined || call.sent.length > limits.heldShownBytes) return undefined;
      const doc = parseJson(call.sent, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
      return doc.ok ? argumentsIn(doc.value) : undefined;
    },
  };
}
