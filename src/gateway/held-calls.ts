/**
 * Calls that wait for people in this process: how many there may be and what they may keep in memory, found by the approval
 * they wait for, with one clock for all of them. Knows neither who decides nor what is said to whoever waits.
 */
import { member, parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import type { Limits } from '#limits.ts';

export type HeldCall = {
  /** The message as it would go up. It holds neither the caller's token nor a credential (P5). */
  readonly sent: Buffer;
  /** What is kept of its message meanwhile. */
  readonly bytes: number;
  /** Called when its time is over, or that of the process. */
  readonly over: () => void;
  /** Names the request to whoever cancels it: its id in its session. */
  readonly requestKey: string;
  /** Called each time that it is told that it waits; undefined where it cannot be told. */
  readonly tell: (() => void) | undefined;
};

/** Monotonic milliseconds. */
export type HeldTimes = { readonly overMs: number; readonly tellEveryMs: number };

export type HeldPlace = {
  /** Its time is over later, or earlier, than was said. */
  until(overMs: number): void;
  /** Called once or more. */
  leave(): void;
};

export type HeldCalls = {
  /** The call waits from here on, until it leaves. Undefined: there is no room for it. */
  enter(approval: string, call: HeldCall, times: HeldTimes): HeldPlace | undefined;
  /** Its client does not want its answer any more: it waits no longer, and does not go on. */
  cancel(requestKey: string): void;
  /** How many wait for the approval. */
  waitingFor(approval: string): number;
  /**
   * `params.arguments` as one that waits for the approval would send them, spelled as its client did but for what is masked on
   * its way. Undefined when none waits in this process, when it has none, and when its message is longer than `heldShownBytes`.
   */
  argumentsOf(approval: string): string | undefined;
  /** The process stops: all of them have waited long enough. */
  endAll(): void;
  counts(): { readonly calls: number; readonly bytes: number };
};

export type HeldCallParts = {
  readonly limits: Pick<
    Limits,
    'heldCalls' | 'heldBytes' | 'heldTickMs' | 'heldShownBytes' | 'jsonDepth' | 'jsonNodes'
  >;
  readonly monotonic: () => number;
};

type Waiting = HeldCall & { overMs: number; tellMs: number; readonly tellEveryMs: number };

function argumentsIn({ text, root }: JsonDocument): string | undefined {
  const found = member(member(root, 'params'), 'arguments');
  return found === undefined ? undefined : text.slice(found.start, found.end);
}

export function createHeldCalls({ limits, monotonic }: HeldCallParts): HeldCalls {
  const held = new Map<string, Set<Waiting>>();
  let [calls, bytes] = [0, 0];
  let ticking: NodeJS.Timeout | undefined;
  const all = (): Waiting[] => [...held.values()].flatMap((waiting) => [...waiting]);

  const tick = (): void => {
    const nowMs = monotonic();
    for (const waiting of held.values())
      for (const call of waiting) {
        if (nowMs >= call.overMs) {
          call.overMs = Number.POSITIVE_INFINITY;
          call.over();
        } else if (call.tell !== undefined && nowMs >= call.tellMs) {
          call.tellMs = nowMs + call.tellEveryMs;
          call.tell();
        }
      }
  };
  const leave = (approval: string, call: Waiting): void => {
    const others = held.get(approval);
    if (others?.delete(call) !== true) return;
    calls -= 1;
    bytes -= call.bytes;
    if (others.size === 0) held.delete(approval);
    if (held.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };

  return {
    enter(approval, call, { overMs, tellEveryMs }) {
      if (calls >= limits.heldCalls || bytes + call.bytes > limits.heldBytes) return undefined;
      const waiting = { ...call, overMs, tellMs: monotonic() + tellEveryMs, tellEveryMs };
      held.set(approval, (held.get(approval) ?? new Set()).add(waiting));
      calls += 1;
      bytes += call.bytes;
      ticking ??= setInterval(tick, limits.heldTickMs).unref();
      // Shorter than the clock ticks.
      const waitMs = overMs - monotonic();
      if (waitMs < limits.heldTickMs) setTimeout(tick, waitMs).unref();
      return {
        until: (ms) => void (waiting.overMs = ms),
        leave: () => leave(approval, waiting),
      };
    },
    cancel(requestKey) {
      for (const waiting of held.values()) for (const call of waiting) if (call.requestKey === requestKey) call.over();
    },
    waitingFor: (approval) => held.get(approval)?.size ?? 0,
    argumentsOf(approval) {
      // What waits for one approval is the same call, so any will do.
      const [call] = held.get(approval) ?? [];
      if (call === undefined || call.sent.length > limits.heldShownBytes) return undefined;
      const doc = parseJson(call.sent, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
      return doc.ok ? argumentsIn(doc.value) : undefined;
    },
    endAll() {
      for (const { over } of all()) over();
    },
    counts: () => ({ calls, bytes }),
  };
}
